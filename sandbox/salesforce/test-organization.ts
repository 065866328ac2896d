// How the tests of simulated Salesforce reach an organization: logged in as its first user.

import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';

const instance = 'https://valence-dev-ed.my.salesforce.com';

/** The path of the API version that the tests use. */
export const version = '/services/data/v40.0';

/** A logged-in organization. */
export interface TestOrganization {
  sandbox(): TestSandbox;
  authorization(): string;
  /** Logs in anew, such as after the session's end. */
  logIn(): Promise<void>;
  /** Calls a path below the version's. */
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  send(path: string, init: RequestInit): Promise<Reply>;
  download(path: string): Promise<{ type: string | null; bytes: Buffer }>;
  query(soql: string): Promise<Reply>;
  rowsOf(soql: string): Promise<Record<string, unknown>[]>;
  /** Makes a record and gives its id. */
  create(object: string, members: object): Promise<string>;
}

/** A fresh organization before each test of a file. */
export function useOrganization(): TestOrganization {
  let running: TestSandbox;
  let authorization = '';
  beforeAll(async () => {
    running = await startTestSandbox();
  });
  afterAll(() => running.close());
  beforeEach(async () => {
    await running.control('POST', 'reset');
    await logIn();
  });

  async function logIn(): Promise<void> {
    const { clientId, clientSecret } = sandboxApplications.salesforce;
    const login = 'https://login.salesforce.com/services/oauth2';
    const callback = 'https://app.example/callback';
    const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: callback });
    const code = parameterOf(await running.consent(`${login}/authorize?${query}`), 'code');
    const fields = { grant_type: 'authorization_code', code, redirect_uri: callback };
    const client = { client_id: clientId, client_secret: clientSecret };
    const token = await running.postForm(`${login}/token`, { ...fields, ...client });
    authorization = `Bearer ${textOf(token.json, 'access_token')}`;
  }

  const send = (path: string, init: RequestInit): Promise<Reply> =>
    running.call(`${instance}${path}`, { ...init, headers: { authorization, ...init.headers } });
  const call = (method: string, path: string, body?: unknown): Promise<Reply> =>
    send(`${version}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  const query = (soql: string): Promise<Reply> => call('GET', `/query?q=${encodeURIComponent(soql)}`);
  return {
    sandbox: () => running,
    authorization: () => authorization,
    logIn,
    call,
    send,
    query,
    async download(path) {
      const url = `${running.sandbox.url}/${instance.replace('https://', '')}${version}${path}`;
      const reply = await fetch(url, { headers: { authorization } });
      expect(reply.status).toBe(200);
      return { type: reply.headers.get('content-type'), bytes: Buffer.from(await reply.arrayBuffer()) };
    },
    async rowsOf(soql) {
      const reply = await query(soql);
      expect(reply.status, reply.text).toBe(200);
      return (reply.json as { records: Record<string, unknown>[] }).records;
    },
    async create(object, members) {
      const reply = await call('POST', `/sobjects/${object}`, members);
      expect(reply.status, reply.text).toBe(201);
      return textOf(reply.json, 'id');
    },
  };
}

/** The call is refused with this status and code, and words of Salesforce. */
export async function expectRefused(
  reply: Promise<Reply>,
  status: number,
  errorCode: string,
  message: string,
): Promise<void> {
  const { status: found, json } = await reply;
  expect([found, json]).toEqual([status, [expect.objectContaining({ errorCode })]]);
  expect((json as { message: string }[])[0]?.message).toContain(message);
}
