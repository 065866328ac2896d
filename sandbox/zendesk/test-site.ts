// How the tests of simulated Zendesk reach an account: logged in as its first user, everything as after a start.

import { afterAll, beforeAll, beforeEach } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';

/** The account that the tests use. */
export const site = 'https://acme.zendesk.com';

/** A logged-in account. */
export interface TestSite {
  running: TestSandbox;
  /** that of its first user */
  token: string;
  /** Lets the first user consent at an account; gives the access token. */
  logIn(at: string, scope?: string): Promise<string>;
  /** Calls a path below `/api/v2/`, or a whole address, as the first user unless another token is given. */
  call(method: string, path: string, body?: unknown, token?: string): Promise<Reply>;
}

/** An answer's body. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export const bodyOf = (reply: Reply) => reply.json as any;

/** A fresh account before each test of a file. */
export function useSite(): TestSite {
  const { clientId, clientSecret } = sandboxApplications.zendesk;
  const callback = 'http://localhost:1234/cb';
  const account = {
    token: '',
    async logIn(at, scope = 'read write') {
      const ask = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: callback, scope });
      const { running } = account;
      const code = parameterOf(await running.consent(`${at}/oauth/authorizations/new?${ask}`), 'code');
      const client = { client_id: clientId, client_secret: clientSecret, redirect_uri: callback };
      const reply = await running.postForm(`${at}/oauth/tokens`, { grant_type: 'authorization_code', code, ...client });
      return textOf(reply.json, 'access_token');
    },
    call(method, path, body, token = account.token) {
      return account.running.call(path.startsWith('https:') ? path : `${site}/api/v2/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
  } as TestSite;
  beforeAll(async () => {
    account.running = await startTestSandbox();
  });
  afterAll(() => account.running.close());
  beforeEach(async () => {
    await account.running.control('POST', 'reset');
    account.token = await account.logIn(site);
  });
  return account;
}
