// What every OAuth 2 vendor of the sandbox must hold to, over real HTTP: the rules of RFC 6749 and RFC 7636 in each vendor's words.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from './applications.ts';
import { parameterOf, startTestSandbox, type TestSandbox, textOf } from './test-client.ts';

const callback = 'https://app.example/callback?from=vendor';

interface Case {
  vendor: string;
  authorizeUrl: string;
  tokenUrl: string;
  selfUrl: string;
  application: { clientId: string; clientSecret: string };
  scope: string;
  codeSeconds: number;
  /** Status when the access token is not good. */
  badTokenStatus: number;
  /** Expected in the text of the answer, with its status. */
  unknownClient: [number, string];
  wrongSecret: [number, string];
  invalidGrant: [number, string];
  redirectMismatch: [number, string];
  unsupportedGrantType: [number, string];
}

const cases: Case[] = [
  {
    vendor: 'zendesk',
    authorizeUrl: 'https://acme.zendesk.com/oauth/authorizations/new',
    tokenUrl: 'https://acme.zendesk.com/oauth/tokens',
    selfUrl: 'https://acme.zendesk.com/api/v2/users/me.json',
    application: sandboxApplications.zendeskExpiring,
    scope: 'read write',
    codeSeconds: 120,
    badTokenStatus: 401,
    unknownClient: [401, '"invalid_client"'],
    wrongSecret: [401, '"invalid_client"'],
    invalidGrant: [400, '"invalid_grant"'],
    redirectMismatch: [400, '"invalid_grant"'],
    unsupportedGrantType: [400, '"unsupported_grant_type"'],
  },
  {
    vendor: 'salesforce',
    authorizeUrl: 'https://login.salesforce.com/services/oauth2/authorize',
    tokenUrl: 'https://login.salesforce.com/services/oauth2/token',
    selfUrl: 'https://valence-dev-ed.my.salesforce.com/services/oauth2/userinfo',
    application: sandboxApplications.salesforce,
    scope: 'full refresh_token',
    codeSeconds: 900,
    badTokenStatus: 403,
    unknownClient: [400, '"invalid_client_id"'],
    wrongSecret: [400, '"invalid_client"'],
    invalidGrant: [400, '"invalid_grant"'],
    redirectMismatch: [400, '"redirect_uri_mismatch"'],
    unsupportedGrantType: [400, '"unsupported_grant_type"'],
  },
  {
    vendor: 'act',
    authorizeUrl: 'https://mycloud.act.com/act/oauth/v2/authorize',
    tokenUrl: 'https://mycloud.act.com/act/oauth/v2/token',
    selfUrl: 'https://mycloud.act.com/act/api/UserInfos',
    application: sandboxApplications.act,
    scope: '',
    codeSeconds: 600,
    badTokenStatus: 401,
    unknownClient: [400, '"invalid_client"'],
    wrongSecret: [400, '"invalid_client"'],
    invalidGrant: [400, '"invalid_grant"'],
    redirectMismatch: [400, '"invalid_grant"'],
    unsupportedGrantType: [400, '"unsupported_grant_type"'],
  },
  {
    vendor: 'webex',
    authorizeUrl: 'https://api.ciscospark.com/v1/authorize',
    tokenUrl: 'https://api.ciscospark.com/v1/access_token',
    selfUrl: 'https://webexapis.com/v1/people/me',
    application: sandboxApplications.webex,
    scope: 'spark:people_read  spark-admin:roles_read',
    codeSeconds: 600,
    badTokenStatus: 401,
    unknownClient: [401, "error = 'invalid_client'"],
    wrongSecret: [401, "error = 'invalid_client'"],
    invalidGrant: [400, "error = 'invalid_grant'"],
    redirectMismatch: [400, "error = 'redirect_uri_mismatch'"],
    unsupportedGrantType: [400, "error = 'unsupported_grant_type'"],
  },
];

let running: TestSandbox;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(() => running.control('POST', 'reset'));

describe.each(cases)('$vendor', (vendor) => {
  const { clientId, clientSecret } = vendor.application;

  function authorizeUrl(changes: Record<string, string | undefined> = {}): string {
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: callback,
      scope: vendor.scope === '' ? undefined : vendor.scope,
      state: 'a state & more',
      ...changes,
    };
    const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `${vendor.authorizeUrl}?${new URLSearchParams(present)}`;
  }

  async function newCode(changes: Record<string, string | undefined> = {}): Promise<string> {
    return parameterOf(await running.consent(authorizeUrl(changes)), 'code');
  }

  function exchange(code: string, changes: Record<string, string> = {}) {
    const fields = {
      grant_type: 'authorization_code',
      code,
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: callback,
    };
    return running.postForm(vendor.tokenUrl, { ...fields, ...changes });
  }

  async function expectRefusal(reply: Promise<{ status: number; text: string }>, [status, text]: [number, string]) {
    const got = await reply;
    expect(got.text).toContain(text);
    expect(got.status).toBe(status);
  }

  test('sends code and state to the callback and keeps the query that it has', async () => {
    const location = await running.consent(authorizeUrl());
    expect(location.origin + location.pathname).toBe('https://app.example/callback');
    expect(location.searchParams.get('from')).toBe('vendor');
    expect(location.searchParams.get('state')).toBe('a state & more');
    expect(location.searchParams.get('code')).toMatch(/^\w{20,}$/);
  });

  test('gives tokens for a code, and they say who the person is', async () => {
    const reply = await exchange(await newCode());
    expect(reply.status).toBe(200);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    const self = await running.getAs(vendor.selfUrl, textOf(reply.json, 'access_token'));
    expect(self.status).toBe(200);
    expect(self.text).toContain('robin@example.com');
  });

  test('knows the other person too', async () => {
    const location = await running.consent(authorizeUrl(), 'allow', 'kim@example.com');
    const reply = await exchange(parameterOf(location, 'code'));
    const self = await running.getAs(vendor.selfUrl, textOf(reply.json, 'access_token'));
    expect(self.text).toContain('kim@example.com');
  });

  test('sends a denial back', async () => {
    const location = await running.consent(authorizeUrl(), 'deny');
    expect(location.searchParams.get('error')).toBe('access_denied');
    expect(location.searchParams.get('state')).toBe('a state & more');
    expect(location.searchParams.has('code')).toBe(false);
  });

  test('refuses a code the second time and revokes what came of it', async () => {
    const code = await newCode();
    const first = await exchange(code);
    await expectRefusal(exchange(code), vendor.invalidGrant);
    const self = await running.getAs(vendor.selfUrl, textOf(first.json, 'access_token'));
    expect(self.status).toBe(vendor.badTokenStatus);
  });

  test('refuses a code that is too old', async () => {
    const code = await newCode();
    const lateCode = await newCode();
    running.advance(vendor.codeSeconds - 1);
    expect((await exchange(code)).status).toBe(200);
    running.advance(1);
    await expectRefusal(exchange(lateCode), vendor.invalidGrant);
  });

  test('refuses an unknown code', async () => {
    await expectRefusal(exchange('nonsense'), vendor.invalidGrant);
  });

  test('refuses the code of another client, and it stays good for its own', async () => {
    const other = { vendor: vendor.vendor, clientId: 'other-client', clientSecret: 'other-secret' };
    await running.control('POST', 'applications', { ...other, redirectUris: [callback] });
    const code = await newCode();
    const theirs = { client_id: other.clientId, client_secret: other.clientSecret };
    await expectRefusal(exchange(code, theirs), vendor.invalidGrant);
    expect((await exchange(code)).status).toBe(200);
  });

  test('refuses an unknown client and a wrong secret', async () => {
    const code = await newCode();
    await expectRefusal(exchange(code, { client_id: 'nobody' }), vendor.unknownClient);
    await expectRefusal(exchange(code, { client_secret: 'wrong' }), vendor.wrongSecret);
  });

  test('refuses another redirect_uri at the token endpoint', async () => {
    const code = await newCode();
    await expectRefusal(exchange(code, { redirect_uri: 'https://app.example/other' }), vendor.redirectMismatch);
  });

  test('refuses an unknown grant type', async () => {
    await expectRefusal(exchange('x', { grant_type: 'magic' }), vendor.unsupportedGrantType);
  });

  test('shows an unknown client and a foreign redirect_uri on a page, without redirecting', async () => {
    const application = { vendor: vendor.vendor, clientId: 'strict', clientSecret: 's', redirectUris: [callback] };
    await running.control('POST', 'applications', application);
    const strange = { client_id: 'strict', redirect_uri: `${callback}&more=1` };
    for (const changes of [{ client_id: 'nobody' }, strange, { redirect_uri: 'javascript:alert(1)' }]) {
      const page = await running.call(authorizeUrl(changes));
      expect(page.status).toBe(400);
      expect(page.headers.get('location')).toBeNull();
      expect(page.text).toContain('role="alert"');
      const body = { authorizeUrl: authorizeUrl(changes), decision: 'allow' };
      expect((await running.control('POST', 'consent', body)).status).toBe(400);
    }
    expect((await running.consent(authorizeUrl({ client_id: 'strict' }))).searchParams.has('code')).toBe(true);
  });

  test('sends an unknown scope and a wrong response_type back as errors', async () => {
    const errorOf = async (changes: Record<string, string | undefined>) =>
      (await running.consent(authorizeUrl(changes))).searchParams.get('error');
    expect(await errorOf({ scope: 'everything:please!' })).toBe('invalid_scope');
    expect(await errorOf({ response_type: 'token' })).toBe('unsupported_response_type');
    expect(await errorOf({ response_type: undefined })).toBe('invalid_request');
    expect(await errorOf({ code_challenge: 'x', code_challenge_method: 'rot13' })).toBe('invalid_request');
  });

  test.each(['S256', 'plain'])('verifies PKCE %s', async (method) => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const hashed = createHash('sha256').update(verifier).digest('base64url');
    const challenge = {
      code_challenge: method === 'plain' ? verifier : hashed,
      code_challenge_method: method,
    };
    const code = await newCode(challenge);
    await expectRefusal(exchange(code), vendor.invalidGrant);
    await expectRefusal(exchange(code, { code_verifier: `${verifier}x` }), vendor.invalidGrant);
    expect((await exchange(code, { code_verifier: verifier })).status).toBe(200);
  });

  test('refreshes for its own client only, and not after the grant is revoked', async () => {
    const other = { vendor: vendor.vendor, clientId: 'other-client', clientSecret: 'other-secret' };
    await running.control('POST', 'applications', { ...other, redirectUris: [] });
    const refreshToken = textOf((await exchange(await newCode())).json, 'refresh_token');
    const refresh = (id: string, secret: string) =>
      running.postForm(vendor.tokenUrl, {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: id,
        client_secret: secret,
      });
    await expectRefusal(refresh(other.clientId, other.clientSecret), vendor.invalidGrant);
    await expectRefusal(refresh(clientId, 'wrong'), vendor.wrongSecret);
    await running.control('POST', 'tokens/revoke', { vendor: vendor.vendor });
    await expectRefusal(refresh(clientId, clientSecret), vendor.invalidGrant);
  });

  test('walks a person through login page and consent page, at the prefixed URL', async () => {
    const url = authorizeUrl();
    const login = await running.call(url);
    expect(login.status).toBe(200);
    expect(login.text).toContain('value="robin@example.com"');
    expect(login.text).not.toMatch(/<form[^>]*action/);
    const wrong = await running.postForm(url, { step: 'login', username: 'robin@example.com', password: 'no' });
    expect(wrong.text).toContain('do not fit');
    const consent = await running.postForm(url, {
      step: 'login',
      username: 'kim@example.com',
      password: 'sandbox-kim',
    });
    expect(consent.text).toContain('Kim Sandbox');
    const ticket = /name="ticket" value="(\w+)"/.exec(consent.text)?.[1] ?? '';
    const allowed = await running.postForm(url, { step: 'consent', ticket, decision: 'allow' });
    expect(allowed.status).toBe(302);
    const code = parameterOf(new URL(allowed.headers.get('location') ?? ''), 'code');
    expect((await exchange(code)).status).toBe(200);
    const again = await running.postForm(url, { step: 'consent', ticket, decision: 'allow' });
    expect(again.headers.get('location')).toBeNull();
    const invented = await running.postForm(url, { step: 'consent', ticket: 'invented', decision: 'allow' });
    expect(invented.headers.get('location')).toBeNull();
  });

  test('does not let application names or parameters into the page as HTML', async () => {
    const name = '<script>alert(1)</script>"';
    const application = { vendor: vendor.vendor, clientId: 'html', clientSecret: 's', name, redirectUris: [callback] };
    await running.control('POST', 'applications', application);
    const url = authorizeUrl({ client_id: 'html' });
    const form = { step: 'login', username: 'robin@example.com', password: 'sandbox-robin' };
    const page = await running.postForm(url, form);
    expect(page.text).toContain('&lt;script&gt;');
    expect(page.text).not.toContain('<script');
  });
});
