// Errors of vendors and of the way to them: what callers are told, what is tried again, and what is never sent twice.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../src/config.ts';
import { sendToElement } from '../support/element-request.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
  type VendorReply,
} from '../support/recording-vendor.ts';
import { instanceOf, makeElement, ownTokens, provision } from '../support/test-element.ts';

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;

const resources = [
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
    method,
    path: '/hubs/general/things',
    vendorPath: '/things',
    parameters: method === 'GET' ? [] : [{ type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' }],
  })),
  {
    method: 'POST',
    path: '/hubs/general/files',
    vendorPath: '/files',
    parameters: [{ type: 'multipart', name: 'file', dataType: 'file', vendorType: 'body', vendorName: 'file' }],
  },
];

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  instance = await connectTestElement(platform, vendor, { resources });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
});

describe('a vendor’s refusal passes with its words', () => {
  test.each<[number, unknown, string]>([
    [400, { message: 'Validation Failed', errors: { name: ['blank'] } }, 'Validation Failed (name: blank)'],
    [
      422,
      {
        error: 'RecordInvalid',
        description: 'Record validation errors',
        details: { subject: [{ description: 'Subject: cannot be blank' }] },
      },
      'Record validation errors (Subject: cannot be blank)',
    ],
    [403, [{ message: 'no access', errorCode: 'DENIED' }], 'no access'],
    [404, { error: { code: 404, message: 'Not here' } }, 'Not here'],
    [405, { detail: 'not this way' }, 'not this way'],
    [409, 'there is one already', 'there is one already'],
  ])('%i %j', async (status, body, providerMessage) => {
    vendor.reply = () => ({
      status,
      body,
      headers: { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' },
    });
    const answer = await instance.call('POST', '/things', { body: {} });
    expect(answer).toMatchObject({ status, body: { providerMessage, requestId: expect.any(String) } });
    expect(answer.headers.get('elements-request-id')).toBe(answer.body.requestId);
    expect(answer.headers.get('elements-element-instance-id')).toBe(String(instance.id));
  });

  test('one without a body is told, too', async () => {
    vendor.reply = () => ({ status: 404 });
    const answer = await instance.call('GET', '/things');
    expect(answer.status).toBe(404);
    expect(answer.body.message).toContain('404');
    expect(answer.body).not.toHaveProperty('providerMessage');
  });
});

describe('what failed at the vendor is 502', () => {
  test.each([500, 501, 502, 503, 504])('%i to a write', async (status) => {
    vendor.reply = () => ({ status, body: { message: 'we fell over' } });
    const answer = await instance.call('POST', '/things', { body: {} });
    expect(answer).toMatchObject({ status: 502, body: { providerMessage: 'we fell over' } });
    expect(vendor.requests).toHaveLength(1);
  });
  test('an answer that is no HTTP', async () => {
    const { url, close } = await listen(
      createServer().on('connection', (socket) => socket.end('220 mail.example\r\n')),
    );
    const odd = await connectTestElement(platform, { ...vendor, url }, { resources });
    expect((await odd.call('POST', '/things', { body: {} })).status).toBe(502);
    await close();
  });
  test('nobody listens there', async () => {
    const { url, close } = await listen(createServer());
    await close();
    const nobody = await connectTestElement(platform, { ...vendor, url }, { resources });
    const answer = await nobody.call('POST', '/things', { body: {} });
    expect(answer).toMatchObject({ status: 502, body: { message: expect.stringContaining('cannot be reached') } });
  });
});

describe('a vendor that wants fewer calls is passed on as 429', () => {
  test.each<[Record<string, string>, string]>([
    [{ 'retry-after': '17' }, '17'],
    [{ date: 'Sun, 06 Nov 1994 08:49:37 GMT', 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT' }, '30'],
    [{}, '30'],
  ])('%j', async (headers, seconds) => {
    // An instance of its own: calls of one that was refused are not sent for a while.
    const limited = await connectTestElement(platform, vendor, { resources });
    vendor.reply = () => ({ status: 429, headers, body: { message: 'slow down' } });
    const answer = await limited.call('GET', '/things');
    expect(answer).toMatchObject({ status: 429, body: { providerMessage: 'slow down' } });
    expect(answer.headers.get('retry-after')).toBe(seconds);
    expect(vendor.requests).toHaveLength(1);
  });
});

describe('what is tried again, and what is not', () => {
  /** Answers the first requests with faults, all others well. */
  const failing = (...faults: (VendorReply | 'cut')[]) => {
    vendor.reply = () => faults.shift() ?? { body: { ok: true } };
  };

  test.each<[string, VendorReply | 'cut']>([
    ['a broken connection', 'cut'],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['503 with a short Retry-After', { status: 503, headers: { 'retry-after': '0' } }],
    ['504', { status: 504 }],
  ])('GET after %s', async (_, fault) => {
    failing(fault);
    expect(await instance.call('GET', '/things')).toMatchObject({ status: 200, body: { ok: true } });
    expect(vendor.requests).toHaveLength(2);
  });

  test('GET is given up after three tries', async () => {
    failing('cut', { status: 503 }, { status: 503 }, { status: 503 });
    expect((await instance.call('GET', '/things')).status).toBe(502);
    expect(vendor.requests).toHaveLength(3);
  });
  test('GET is not tried again after 500, nor when the vendor asks for a long wait', async () => {
    failing({ status: 500 });
    expect((await instance.call('GET', '/things')).status).toBe(502);
    failing({ status: 503, headers: { 'retry-after': '600' } });
    const answer = await instance.call('GET', '/things');
    expect(answer.status).toBe(502);
    expect(answer.headers.get('retry-after')).toBe('600');
    expect(vendor.requests).toHaveLength(2);
  });

  describe.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is sent once', (method) => {
    test.each<[string, VendorReply | 'cut']>([
      ['a connection that breaks after the request was read', 'cut'],
      ['503', { status: 503 }],
      ['504', { status: 504 }],
    ])('%s', async (_, fault) => {
      failing(fault);
      const answer = await instance.call(method, '/things', { body: {} });
      expect(answer.status).toBe(502);
      expect(vendor.requests).toHaveLength(1);
    });
    test('also on a connection that was used before', async () => {
      failing();
      await instance.call('GET', '/things');
      failing('cut');
      expect((await instance.call(method, '/things', { body: {} })).status).toBe(502);
      expect(vendor.requests.filter((request) => request.method === method)).toHaveLength(1);
    });
  });

  test('while the vendor drops idle connections all the time, no write arrives twice, and a good answer means once', async () => {
    const arrived: string[] = [];
    const server = createServer((incoming, outgoing) => {
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () => {
        arrived.push(JSON.parse(text).id);
        outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    const { url, close } = await listen(server);
    const dropped = await connectTestElement(platform, { ...vendor, url }, { resources });
    for (let id = 0; id < 25; id++) {
      const { status } = await dropped.call('POST', '/things', { body: { id } });
      const times = arrived.filter((one) => String(one) === String(id)).length;
      expect([status, times]).toEqual(status === 200 ? [200, 1] : [502, times]);
      expect(times).toBeLessThanOrEqual(1);
      server.closeIdleConnections();
    }
    expect(arrived.length).toBeGreaterThan(0);
    await close();
  });
});

test('a vendor that does not answer in time is 504', async () => {
  // read call by call; a minute is too long for a test
  const changeable: { vendorCallMs: number } = limits;
  const before = changeable.vendorCallMs;
  changeable.vendorCallMs = 200;
  try {
    vendor.reply = () => 'silence';
    const answer = await instance.call('GET', '/things');
    expect(answer).toMatchObject({ status: 504, body: { message: expect.stringContaining('did not answer within') } });
    expect(vendor.requests).toHaveLength(1);
  } finally {
    changeable.vendorCallMs = before;
  }
});

describe('a token that the vendor no longer accepts', () => {
  const oauth2 = { authentication: { type: 'oauth2' }, resources };
  /** The vendor accepts these tokens and refreshes to `fresh1`, `fresh2` … */
  const accepting = (...tokens: string[]) => {
    let refreshes = 0;
    vendor.reply = ({ path, headers }) => {
      if (path === '/token')
        return { body: { access_token: `fresh${++refreshes}`, refresh_token: 'next', expires_in: 3600 } };
      const isGood = tokens.includes(String(headers.authorization).replace('Bearer ', ''));
      return isGood ? { body: { ok: true } } : { status: 401, body: { message: 'token is not good' } };
    };
  };
  const sent = (path: string) => vendor.requests.filter((request) => request.path === path);
  async function connect(refresh?: string): Promise<TestInstance> {
    const key = await makeElement(platform, vendor, oauth2);
    return instanceOf(platform, key, await provision(platform, key, ownTokens('stale', refresh)));
  }

  test.each(['GET', 'POST'])('is refreshed once, and the %s sent again', async (method) => {
    const account = await connect('refresh-token');
    accepting('fresh1');
    const body = method === 'POST' ? { body: { a: 1 } } : {};
    expect(await account.call(method, '/things', body)).toMatchObject({ status: 200, body: { ok: true } });
    expect(sent('/token')).toHaveLength(1);
    expect(sent('/things').map((request) => request.headers.authorization)).toEqual(['Bearer stale', 'Bearer fresh1']);
    if (method === 'POST') expect(sent('/things').map((request) => request.text)).toEqual(['{"a":1}', '{"a":1}']);
    await account.call(method, '/things', body);
    expect(sent('/token')).toHaveLength(1);
  });

  test('ten calls at the same time refresh it once', async () => {
    const account = await connect('refresh-token');
    accepting('fresh1');
    const answers = await Promise.all(Array.from({ length: 10 }, () => account.call('GET', '/things')));
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(200));
    expect(sent('/token')).toHaveLength(1);
  });

  test('a 401 that a fresh token does not mend costs one refresh, not one for each call', async () => {
    const account = await connect('refresh-token');
    accepting();
    for (let calls = 0; calls < 5; calls++) {
      const answer = await account.call('GET', '/things');
      expect(answer).toMatchObject({ status: 401, body: { providerMessage: 'token is not good' } });
    }
    expect(sent('/token')).toHaveLength(1);
    accepting('fresh1');
    expect((await account.call('GET', '/things')).status).toBe(200);
  });

  test('an upload, which cannot be sent again from here, asks the caller to send it again', async () => {
    const account = await connect('refresh-token');
    accepting('fresh1');
    const form = new FormData();
    form.append('file', new Blob(['content']), 'a.txt');
    const refused = await sendToElement(platform, account, 'POST', '/files', form);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.text).toContain('send the upload again');
    expect((await sendToElement(platform, account, 'POST', '/files', form)).status).toBe(200);
  });

  test('without a refresh token the caller is told to connect the account again', async () => {
    const account = await connect();
    accepting();
    const answer = await account.call('GET', '/things');
    expect(answer).toMatchObject({
      status: 401,
      body: { message: expect.stringContaining('Connect the account again') },
    });
    expect(sent('/token')).toHaveLength(0);
  });

  test('a refresh that the vendor refuses for good is 401 until the account is connected again', async () => {
    const account = await connect('refresh-token');
    vendor.reply = ({ path }) =>
      path === '/token' ? { status: 400, body: { error: 'invalid_grant' } } : { status: 401, body: {} };
    for (let calls = 0; calls < 3; calls++) expect((await account.call('GET', '/things')).status).toBe(401);
    expect(sent('/token')).toHaveLength(1);
    expect((await platform.call('GET', `/instances/${account.id}`)).body.valid).toBe(false);
  });
});

describe('instances that take no calls', () => {
  test('a disabled one is 403, except for what the platform knows by itself', async () => {
    const disabled = await connectTestElement(platform, vendor, { resources });
    vendor.reply = () => ({ body: { ok: true } });
    await platform.call('DELETE', `/instances/${disabled.id}/enabled`);
    expect((await disabled.call('GET', '/things')).status).toBe(403);
    expect((await disabled.call('GET', '/objects')).status).toBe(200);
    expect(vendor.requests).toHaveLength(0);
    await platform.call('PUT', `/instances/${disabled.id}/enabled`);
    expect((await disabled.call('GET', '/things')).status).toBe(200);
  });
  test('a deleted one is 401', async () => {
    const deleted = await connectTestElement(platform, vendor, { resources });
    await platform.call('DELETE', `/instances/${deleted.id}`);
    expect((await deleted.call('GET', '/things')).status).toBe(401);
    expect((await deleted.call('GET', '/objects')).status).toBe(401);
    expect(vendor.requests).toHaveLength(0);
  });
  test('a path or method that the element does not have is 404 or 405', async () => {
    expect((await instance.call('GET', '/nothing')).status).toBe(404);
    expect((await instance.call('GET', '/constructor')).status).toBe(404);
    expect(await instance.call('GET', '/files')).toMatchObject({
      status: 405,
      body: { message: expect.stringContaining('POST') },
    });
  });
});

async function listen(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
