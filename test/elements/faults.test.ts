// Every fault of every sandbox vendor through every element: what the caller is told, as docs/calling.md says.

import { afterEach, describe, expect, test } from 'vitest';
import { limits } from '../../src/config.ts';
import { connectDesk } from '../support/connect-desk.ts';
import { control } from '../support/consent.ts';
import { callElement, connect, seenRequests, useTrip } from '../support/guide.ts';
import type { Answer } from '../support/platform.ts';
import type { ElementKey } from './conformance.ts';

const trip = useTrip();

/** Where an element's calls go, and what its vendor says. */
interface Side {
  key: ElementKey;
  vendor: string;
  path: string;
  /** the vendor's path behind it */
  vendorPath: string;
  /** a path that writes, with a body that is good */
  write: { path: string; body: Record<string, unknown> };
  limited: string;
  failed: string;
  unauthorized: string;
  /** whether an expired access token can be renewed */
  refreshes: boolean;
}

const salesforce = {
  vendor: 'salesforce',
  limited: 'TotalRequests Limit exceeded',
  failed: 'An unexpected error occurred',
  unauthorized: 'Session expired or invalid',
  refreshes: true,
};
const query = '/services/data/v*/query*';

const sides: Side[] = [
  {
    ...{ key: 'zendesk', vendor: 'zendesk', path: '/hubs/helpdesk/incidents', vendorPath: '/api/v2/tickets*' },
    write: { path: '/hubs/helpdesk/incidents', body: { subject: 'x', description: 'y' } },
    limited: 'Number of allowed API requests per minute exceeded',
    failed: 'Something went wrong on our end.',
    unauthorized: 'The access token provided is expired, revoked, malformed or invalid for other reasons.',
    refreshes: false,
  },
  {
    ...{ key: 'desk', vendor: 'desk', path: '/hubs/helpdesk/incidents', vendorPath: '/api/*/cases*' },
    write: { path: '/hubs/helpdesk/organizations', body: { name: 'Fault' } },
    limited: 'Too Many Requests',
    failed: 'Internal Server Error',
    unauthorized: 'Unauthorized',
    refreshes: false,
  },
  {
    ...{ ...salesforce, key: 'sfdc', path: '/hubs/crm/accounts?fields=Id', vendorPath: query },
    write: { path: '/hubs/crm/accounts', body: { Name: 'Fault' } },
  },
  {
    ...{ ...salesforce, key: 'sfdcservicecloud', path: '/hubs/helpdesk/incidents?fields=Id', vendorPath: query },
    write: { path: '/hubs/helpdesk/incidents', body: { Subject: 'Fault' } },
  },
  {
    ...{ ...salesforce, key: 'sfdcmarketingcloud', path: '/hubs/marketing/campaigns?fields=Id', vendorPath: query },
    write: { path: '/hubs/marketing/campaigns', body: { Name: 'Fault' } },
  },
  {
    ...{ ...salesforce, key: 'sfdcdocuments', path: '/hubs/documents/search', vendorPath: query },
    write: { path: '/hubs/documents/folders', body: { path: '/Fault', name: 'Fault', directory: true } },
  },
  {
    ...{ key: 'actessentialsoauth', vendor: 'act', path: '/hubs/crm/contacts', vendorPath: '/act/api/Contacts*' },
    write: { path: '/hubs/crm/todos', body: { subject: 'Fault' } },
    limited: 'Too many requests.',
    failed: 'An error has occurred.',
    unauthorized: 'Authorization has been denied for this request.',
    refreshes: true,
  },
  {
    ...{ key: 'ciscospark', vendor: 'webex', path: '/hubs/collaboration/channels', vendorPath: '/v1/rooms*' },
    write: { path: '/hubs/collaboration/channels', body: { title: 'Fault' } },
    limited: 'Too many requests have been sent in a given amount of time and the request has been rate limited.',
    failed: 'Something went wrong on the server.',
    unauthorized: 'The request requires a valid access token set in the Authorization request header.',
    refreshes: true,
  },
];

const forever = { times: 0 };
const order = (fault: Record<string, unknown>) => control(trip.sandbox.url, 'POST', '/faults', fault);
afterEach(() => control(trip.sandbox.url, 'DELETE', '/faults'));

async function connected({ key }: Side): Promise<(method?: string, path?: string, body?: unknown) => Promise<Answer>> {
  const { token } = key === 'desk' ? await connectDesk(trip) : await connect(trip, key);
  await control(trip.sandbox.url, 'DELETE', '/requests');
  const side = sides.find((each) => each.key === key) as Side;
  return (method = 'GET', path = side.path, body = undefined) => callElement(trip, token, method, path, body);
}

describe.each(sides)('$key', (side) => {
  const { vendorPath, limited, failed, unauthorized, refreshes, vendor } = side;

  test('429 with Retry-After is passed on with the vendor’s words', async () => {
    const call = await connected(side);
    await order({ path: vendorPath, kind: 'rateLimit', retryAfterSeconds: 2, ...forever });
    const answer = await call();
    expect([answer.status, answer.headers.get('retry-after'), answer.body]).toMatchObject([
      429,
      '2',
      { message: expect.stringContaining('limits how often'), providerMessage: expect.stringContaining(limited) },
    ]);
  });

  test('500 is 502 with the vendor’s words, to a read and to a write', async () => {
    const call = await connected(side);
    await order({ path: '*', kind: 'serverError', ...forever });
    expect(await call()).toMatchObject({ status: 502, body: { providerMessage: expect.stringContaining(failed) } });
    await control(trip.sandbox.url, 'DELETE', '/requests');
    expect((await call('POST', side.write.path, side.write.body)).status).toBe(502);
    expect(await seenRequests(trip)).toHaveLength(1);
  });

  test('one 503 to a read is made up for', async () => {
    const call = await connected(side);
    await order({ path: vendorPath, kind: 'serverError', status: 503, times: 1 });
    expect((await call()).status).toBe(200);
  });

  test('a slow vendor is waited for, and one that is too slow is 504', async () => {
    const call = await connected(side);
    await order({ path: vendorPath, kind: 'slow', delayMs: 300, times: 1 });
    expect((await call()).status).toBe(200);
    // read call by call; a minute is too long for a test
    const changeable: { vendorCallMs: number } = limits;
    const before = changeable.vendorCallMs;
    changeable.vendorCallMs = 100;
    try {
      await order({ path: vendorPath, kind: 'slow', delayMs: 5000, ...forever });
      expect(await call()).toMatchObject({
        status: 504,
        body: { message: expect.stringContaining('did not answer within') },
      });
    } finally {
      changeable.vendorCallMs = before;
    }
  });

  test('a dropped connection is 502; of a write nobody knows whether it was done', async () => {
    const call = await connected(side);
    await order({ path: '*', kind: 'drop', ...forever });
    expect(await call()).toMatchObject({
      status: 502,
      body: { message: expect.stringMatching(/connection to .* broke/) },
    });
    await control(trip.sandbox.url, 'DELETE', '/requests');
    expect((await call('POST', side.write.path, side.write.body)).status).toBe(502);
    expect(await seenRequests(trip)).toHaveLength(1);
  });

  test(`an expired token is ${refreshes ? 'refreshed' : '401, since this vendor gives no way to renew it'}`, async () => {
    const call = await connected(side);
    await control(trip.sandbox.url, 'POST', '/tokens/expire', { vendor });
    const answer = await call();
    if (refreshes) expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    else
      expect(answer).toMatchObject({ status: 401, body: { providerMessage: expect.stringContaining(unauthorized) } });
  });

  test.each([
    ['a revoked grant', '/tokens/revoke', { vendor }],
    ['a changed password', '/password', { vendor, user: 'robin@example.com', password: 'sandbox-robin' }],
  ])('%s is 401, and connecting again helps', async (_what, path, body) => {
    const call = await connected(side);
    await control(trip.sandbox.url, 'POST', path, body);
    const answer = await call();
    expect([answer.status, answer.body.message, answer.body.requestId]).toEqual([
      401,
      expect.any(String),
      expect.any(String),
    ]);
    expect(String(answer.body.providerMessage)).not.toBe('undefined');
    const again = await connected(side);
    expect((await again()).status).toBe(200);
  });
});
