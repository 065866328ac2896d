// What the console begins with: what is connected and what needs a person, of the caller's own accounts and no other.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, administrator, createTestKeyring, type Platform, startPlatform } from './support/platform.ts';
import { type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';
import { addOrganization } from './support/second-organization.ts';
import { instanceOf, makeElement, ownTokens, provision } from './support/test-element.ts';

const dayMs = 86_400_000;
const nothing = { total: 0, first: [] };

let platform: Platform;
let vendor: RecordingVendor;
let asOther: string;
let asStranger: string;
let element: string;
let instance: number;
let account: number;

const overview = async (authorization = administratorSecrets) => {
  const response = await fetch(`${platform.url}/console/overview`, { headers: { authorization } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
};
const administratorSecrets = `User ${administrator.userSecret}, Organization ${administrator.organizationSecret}`;

beforeAll(async () => {
  const keyring = createTestKeyring();
  vendor = await startRecordingVendor();
  platform = await startPlatform({ keyring, environment: { VALENCE_EGRESS: 'any' } });
  asStranger = await addOrganization(platform, keyring);
  [{ id: account }] = (await platform.call('GET', '/accounts')).body;
  const other = (await platform.call('POST', '/accounts', { body: { externalId: 'other' } })).body.id;
  const user = await platform.call('POST', `/accounts/${other}/users`, { body: { email: 'o@example.test' } });
  asOther = `User ${user.body.secret}, Organization ${administrator.organizationSecret}`;
  element = await makeElement(platform, vendor, {
    authentication: { type: 'oauth2' },
    resources: [{ method: 'GET', path: '/hubs/general/things', vendorPath: '/things', type: 'api' }],
  });
});
afterAll(async () => {
  await platform?.close();
  await vendor?.close();
});

describe('GET /console/overview', () => {
  test('of a fresh installation is empty, and is not kept by browsers', async () => {
    const { status, headers, body } = await overview();
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      connected: [],
      hasCalls: false,
      queuedDeliveries: 0,
      ...{ refusedGrants: nothing, endpoints: nothing, failedBulkJobs: nothing, failingJobs: nothing },
      notifications: nothing,
    });
  });

  test('tells what is connected, and whether it was called', async () => {
    const made = await provision(platform, element, { name: 'Acme', ...ownTokens('access', 'refresh') });
    instance = instanceOf(platform, element, made).id;
    expect((await overview()).body).toMatchObject({
      connected: [{ key: element, name: element, hub: 'general', instances: 1 }],
      hasCalls: false,
    });
    await instanceOf(platform, element, made).call('GET', '/hubs/general/things');
    expect((await overview()).body.hasCalls).toBe(true);
  });

  test('tells of each trouble until it is over', async () => {
    const at = (ago: number) => new Date(Date.now() - ago);
    const owner = [1, account];
    await platform.sql(`update vendor_tokens set refused_reason = 'The vendor said no' where instance_id = $1`, [
      instance,
    ]);
    await platform.sql(
      `insert into callback_endpoints values ($1, $2, 'https://app.example/hook', 'stopped', now(), 9, 'It answered 500')`,
      owner,
    );
    await platform.sql(
      `insert into queued_deliveries
       select now(), gen_random_uuid(), $1, $2, null, 'https://app.example/hook', 9, now() from generate_series(1, 3)`,
      owner,
    );
    for (const [status, endedAt] of [
      ['ERROR', at(dayMs)],
      ['ERROR', at(8 * dayMs)],
      ['COMPLETED', at(dayMs)],
    ]) {
      await platform.sql(
        `insert into bulk_jobs (organization_id, account_id, user_id, instance_id, element_key, direction, object_name,
           group_id, plan_sealed, status, message, state, created_at, ended_at)
         values ($1, $2, 1, $3, $4, 'DOWNLOAD', 'things', 1, 'x', $5, 'It ended badly', '{}', $6, $6)`,
        [...owner, instance, element, status, endedAt],
      );
    }
    const job = (name: string, enabled: boolean) =>
      platform.sql<{ id: number }>(
        `insert into jobs (organization_id, account_id, user_id, name, method, path, call_sealed, cron, zone, enabled,
           created_at, updated_at) values ($1, $2, 1, $3, 'GET', '/x', 'x', 'x', 'UTC', $4, now(), now()) returning id::int`,
        [...owner, name, enabled],
      );
    const run = (id: number | undefined, state: string) =>
      platform.sql(
        `insert into job_history (started_at, organization_id, account_id, user_id, job_id, job_name, method, path, state, error)
         values (now(), $1, $2, 1, $3, 'x', 'GET', '/x', $4, 'The vendor failed')`,
        [...owner, id, state],
      );
    const [[failing], [mended], [switchedOff]] = await Promise.all([
      job('failing', true),
      job('mended', true),
      job('off', false),
    ]);
    for (const [id, states] of [
      [failing?.id, ['COMPLETED', 'FAILED', 'RUNNING']],
      [mended?.id, ['FAILED', 'COMPLETED']],
      [switchedOff?.id, ['FAILED']],
    ] as const) {
      for (const state of states) await run(id, state);
    }
    const raised = await platform.call('POST', '/notifications', {
      body: { topic: 'deployments', message: 'Look at it' },
    });

    const { body } = await overview();
    expect(body.refusedGrants).toEqual({
      total: 1,
      first: [{ id: instance, name: 'Acme', elementKey: element, elementName: element, reason: 'The vendor said no' }],
    });
    expect(body.endpoints).toMatchObject({
      total: 1,
      first: [{ url: 'https://app.example/hook', state: 'stopped', message: 'It answered 500' }],
    });
    expect(body.queuedDeliveries).toBe(3);
    expect(body.failedBulkJobs).toMatchObject({
      total: 1,
      first: [{ objectName: 'things', message: 'It ended badly' }],
    });
    expect(body.failingJobs).toMatchObject({ total: 1, first: [{ id: failing?.id, error: 'The vendor failed' }] });
    expect(body.notifications).toMatchObject({ total: 1, first: [{ id: raised.body.id, message: 'Look at it' }] });

    await platform.call('PUT', `/notifications/${raised.body.id}/acknowledge`);
    await platform.sql('update vendor_tokens set refused_reason = null');
    expect((await overview()).body).toMatchObject({ notifications: nothing, refusedGrants: nothing });
    await platform.sql(`update vendor_tokens set refused_reason = 'again'`);
  });

  test('each account sees its own, and nobody anything of another organization', async () => {
    await platform.call('POST', '/notifications', { body: { topic: 'deployments', message: 'Look at it' } });
    for (const authorization of [asOther, asStranger]) {
      expect((await overview(authorization)).body).toEqual({
        connected: [],
        hasCalls: false,
        queuedDeliveries: 0,
        ...{ refusedGrants: nothing, endpoints: nothing, failedBulkJobs: nothing, failingJobs: nothing },
        notifications: nothing,
      });
    }
    expect((await overview('')).status).toBe(401);
  });
});
