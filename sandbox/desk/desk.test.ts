// Simulated Desk.com over real HTTP: the three legs of OAuth 1.0a, and every reason to refuse a signed request.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { expectedSignature, type Parameter, percentEncode, signatureBaseString } from '../oauth1-signature.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox } from '../test-client.ts';

const site = 'https://acme.desk.com';
const callback = 'https://app.example/callback';
const { clientId, clientSecret } = sandboxApplications.desk;

let running: TestSandbox;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(() => running.control('POST', 'reset'));

interface Signing {
  method?: string;
  token?: string;
  tokenSecret?: string;
  consumerSecret?: string;
  signatureMethod?: string;
  nonce?: string;
  timestamp?: number;
  by?: 'header' | 'query' | 'body';
  form?: Record<string, string>;
  /** Protocol parameters to add, or with undefined to leave out. */
  protocol?: Record<string, string | undefined>;
  /** What is signed, when it is not what is sent. */
  signedUrl?: string;
}

/** Signs and sends a request; every part can be spoilt. */
function send(url: string, signing: Signing = {}): Promise<Reply> {
  const { method = 'GET', by = 'header', form = {}, signatureMethod = 'HMAC-SHA1', signedUrl = url } = signing;
  const protocol = Object.entries({
    oauth_consumer_key: clientId,
    oauth_token: signing.token,
    oauth_signature_method: signatureMethod,
    oauth_timestamp: String(signing.timestamp ?? Math.floor(running.now().getTime() / 1000)),
    oauth_nonce: signing.nonce ?? randomBytes(8).toString('hex'),
    oauth_version: '1.0',
    ...signing.protocol,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const covered: Parameter[] = [...protocol, ...new URL(signedUrl).searchParams, ...Object.entries(form)];
  const secrets = { client: signing.consumerSecret ?? clientSecret, token: signing.tokenSecret ?? '' };
  const signature = expectedSignature(signatureMethod, signatureBaseString(method, signedUrl, covered), secrets);
  const signed: Parameter[] = [...protocol, ['oauth_signature', signature ?? 'none']];
  const pairs = signed.map(([name, value]): [string, string] => [name, value]);
  const isForm = by === 'body' || Object.keys(form).length > 0;
  const body = new URLSearchParams([...Object.entries(form), ...(by === 'body' ? pairs : [])]);
  const target = by === 'query' ? `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(pairs)}` : url;
  const header = signed.map(([name, value]) => `${percentEncode(name)}="${percentEncode(value)}"`).join(', ');
  return running.call(target, {
    method,
    headers: by === 'header' ? { authorization: `OAuth realm="x", ${header}` } : {},
    ...(isForm ? { body } : {}),
  });
}

interface Token {
  token: string;
  tokenSecret: string;
}

function tokenOf(reply: Reply): Token {
  expect(reply.text).toContain('oauth_token_secret');
  const fields = new URLSearchParams(reply.text);
  return { token: fields.get('oauth_token') ?? '', tokenSecret: fields.get('oauth_token_secret') ?? '' };
}

async function requestToken(signing: Signing = {}): Promise<Token> {
  const protocol = { oauth_callback: callback };
  return tokenOf(await send(`${site}/oauth/request_token`, { method: 'POST', protocol, ...signing }));
}

async function verifierOf(token: Token): Promise<string> {
  return parameterOf(await running.consent(`${site}/oauth/authorize?oauth_token=${token.token}`), 'oauth_verifier');
}

async function accessToken(): Promise<Token> {
  const token = await requestToken();
  const protocol = { oauth_verifier: await verifierOf(token) };
  return tokenOf(await send(`${site}/oauth/access_token`, { method: 'POST', ...token, protocol }));
}

function problemOf(reply: Reply): string | undefined {
  return /oauth_problem="(\w+)"/.exec(reply.headers.get('www-authenticate') ?? '')?.[1];
}

describe('the three legs (RFC 5849 section 2)', () => {
  test.each([
    ['/oauth/request_token', '/oauth/authorize', '/oauth/access_token', '/api/v2/users/me'],
    ['/oauth/oauth_request.php', '/oauth/oauth_authorize.php', '/oauth/oauth_access.php', '/api/2.1/users/me'],
  ])('by %s', async (requestPath, authorizePath, accessPath, selfPath) => {
    const first = await send(`${site}${requestPath}`, { protocol: { oauth_callback: callback } });
    expect(first.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(new URLSearchParams(first.text).get('oauth_callback_confirmed')).toBe('true');
    const token = tokenOf(first);
    const location = await running.consent(`${site}${authorizePath}?oauth_token=${token.token}`);
    expect(location.origin + location.pathname).toBe(callback);
    expect(location.searchParams.get('oauth_token')).toBe(token.token);
    const protocol = { oauth_verifier: parameterOf(location, 'oauth_verifier') };
    const access = tokenOf(await send(`${site}${accessPath}`, { ...token, protocol }));
    const self = await send(`${site}${selfPath}`, access);
    expect(self.status).toBe(200);
    expect(self.json).toMatchObject({ email: 'robin@example.com', _links: { self: { class: 'user' } } });
  });

  test('the callback in the authorize URL goes before the first one, state and all', async () => {
    const token = await requestToken();
    const other = encodeURIComponent('https://app.example/other?state=desk');
    const location = await running.consent(
      `${site}/oauth/authorize?oauth_token=${token.token}&oauth_callback=${other}`,
    );
    expect(location.pathname).toBe('/other');
    expect(location.searchParams.get('state')).toBe('desk');
    expect(location.searchParams.get('oauth_token')).toBe(token.token);
  });

  test('a denial goes back, and the request token is worth nothing then', async () => {
    const token = await requestToken();
    const location = await running.consent(`${site}/oauth/authorize?oauth_token=${token.token}`, 'deny');
    expect(location.searchParams.get('denied')).toBe(token.token);
    expect(location.searchParams.get('error')).toBe('access_denied');
    const reply = await send(`${site}/oauth/access_token`, { ...token, protocol: { oauth_verifier: 'guess' } });
    expect([reply.status, problemOf(reply)]).toEqual([401, 'permission_unknown']);
  });

  test('a person walks through the pages; without callback (oob) the verifier is shown', async () => {
    const token = await requestToken({ protocol: { oauth_callback: 'oob' } });
    const url = `${site}/oauth/authorize?oauth_token=${token.token}`;
    expect((await running.call(url)).text).toContain('Log in to Desk.com');
    const login = { step: 'login', username: 'robin@example.com', password: 'sandbox-robin' };
    const consent = await running.postForm(url, login);
    const ticket = /name="ticket" value="(\w+)"/.exec(consent.text)?.[1] ?? '';
    const page = await running.postForm(url, { step: 'consent', ticket, decision: 'allow' });
    const verifier = /<code>(\w+)<\/code>/.exec(page.text)?.[1];
    const reply = await send(`${site}/oauth/access_token`, { ...token, protocol: { oauth_verifier: verifier } });
    expect(reply.status).toBe(200);
  });

  test('an unknown request token or a foreign callback is shown on a page', async () => {
    expect((await running.call(`${site}/oauth/authorize?oauth_token=unknown`)).status).toBe(400);
    const application = { vendor: 'desk', clientId: 'strict', clientSecret: 'secret', redirectUris: [callback] };
    await running.control('POST', 'applications', application);
    const protocol = { oauth_consumer_key: 'strict', oauth_callback: callback };
    const token = await requestToken({ protocol, consumerSecret: 'secret' });
    const strange = encodeURIComponent('https://evil.example/');
    const url = `${site}/oauth/authorize?oauth_token=${token.token}`;
    expect((await running.call(`${url}&oauth_callback=${strange}`)).status).toBe(400);
    expect((await running.call(url)).status).toBe(200);
    const foreign = { oauth_consumer_key: 'strict', oauth_callback: 'https://evil.example/' };
    const refused = await send(`${site}/oauth/request_token`, { protocol: foreign, consumerSecret: 'secret' });
    expect([refused.status, problemOf(refused)]).toEqual([401, 'callback_rejected']);
  });

  test('a request token is asked about once, exchanged once, and only with its verifier', async () => {
    const token = await requestToken();
    const verifier = await verifierOf(token);
    expect((await running.call(`${site}/oauth/authorize?oauth_token=${token.token}`)).status).toBe(400);
    const exchange = (oauth_verifier: string | undefined) =>
      send(`${site}/oauth/access_token`, { ...token, protocol: { oauth_verifier } });
    expect(problemOf(await exchange(undefined))).toBe('parameter_absent');
    expect(problemOf(await exchange('wrong'))).toBe('verifier_invalid');
    expect((await exchange(verifier)).status).toBe(200);
    const again = await exchange(verifier);
    expect([again.status, problemOf(again)]).toEqual([401, 'token_rejected']);
  });

  test('a request token expires, and is for its own site and application', async () => {
    const token = await requestToken();
    const protocol = { oauth_verifier: await verifierOf(token) };
    const elsewhere = await send('https://other.desk.com/oauth/access_token', { ...token, protocol });
    expect([elsewhere.status, problemOf(elsewhere)]).toEqual([401, 'token_rejected']);
    running.advance(3600);
    const late = await send(`${site}/oauth/access_token`, { ...token, protocol });
    expect([late.status, problemOf(late)]).toEqual([401, 'token_rejected']);
  });
});

describe('signed requests (RFC 5849 section 3)', () => {
  const url = `${site}/api/v2/users/me?q=a%20b&q=&z=%2B`;
  let access: Token;
  beforeEach(async () => {
    access = await accessToken();
  });

  test.each(['header', 'query'] as const)('are taken by %s', async (by) => {
    expect((await send(url, { ...access, by })).status).toBe(200);
  });

  test('are taken by body, and form parameters are covered', async () => {
    const protocol = { oauth_callback: callback };
    const form = { extra: 'ä b' };
    const target = `${site}/oauth/request_token`;
    expect((await send(target, { method: 'POST', by: 'body', protocol, form })).status).toBe(200);
    expect((await send(target, { method: 'POST', protocol, form })).status).toBe(200);
  });

  test('are taken with PLAINTEXT', async () => {
    expect((await send(url, { ...access, signatureMethod: 'PLAINTEXT' })).status).toBe(200);
    const wrong = await send(url, { ...access, tokenSecret: 'wrong', signatureMethod: 'PLAINTEXT' });
    expect([wrong.status, problemOf(wrong)]).toEqual([401, 'signature_invalid']);
  });

  const spoilt: [string, Signing, string][] = [
    ['a wrong consumer secret', { consumerSecret: 'wrong' }, 'signature_invalid'],
    ['a wrong token secret', { tokenSecret: 'wrong' }, 'signature_invalid'],
    ['another query', { signedUrl: `${site}/api/v2/users/me?q=other` }, 'signature_invalid'],
    ['the routed URL', { signedUrl: 'http://127.0.0.1:4010/acme.desk.com/api/v2/users/me' }, 'signature_invalid'],
    ['plain http', { signedUrl: url.replace('https', 'http') }, 'signature_invalid'],
    ['an unknown consumer', { protocol: { oauth_consumer_key: 'nobody' } }, 'consumer_key_unknown'],
    ['an unknown token', { token: 'unknown' }, 'token_rejected'],
    ['no token', { token: '', protocol: { oauth_token: undefined } }, 'token_rejected'],
    ['another version', { protocol: { oauth_version: '2.0' } }, 'version_rejected'],
    ['another method', { signatureMethod: 'RSA-SHA1' }, 'signature_method_rejected'],
    ['no nonce', { protocol: { oauth_nonce: undefined } }, 'parameter_absent'],
    ['a timestamp of 0', { timestamp: 0 }, 'parameter_rejected'],
    ['an old timestamp', { timestamp: Date.parse('2026-03-01T11:00:00Z') / 1000 }, 'timestamp_refused'],
  ];
  test.each(spoilt)('are refused with %s', async (_name, signing, problem) => {
    const reply = await send(url, { ...access, ...signing });
    expect(problemOf(reply)).toBe(problem);
    expect(reply.status).toBe(401);
    expect(reply.json).toEqual({ message: 'Unauthorized' });
  });

  test('are refused without a signature', async () => {
    const reply = await running.call(url);
    expect([reply.status, reply.json]).toEqual([401, { message: 'Unauthorized' }]);
  });

  test('are refused when nonce and timestamp come again', async () => {
    expect((await send(url, { ...access, nonce: 'once' })).status).toBe(200);
    const replayed = await send(url, { ...access, nonce: 'once' });
    expect([replayed.status, problemOf(replayed)]).toEqual([401, 'nonce_used']);
    running.advance(1);
    expect((await send(url, { ...access, nonce: 'once' })).status).toBe(200);
  });

  test('do not use up the nonce when the signature is wrong', async () => {
    await send(url, { ...access, nonce: 'kept', tokenSecret: 'wrong' });
    expect((await send(url, { ...access, nonce: 'kept' })).status).toBe(200);
  });

  test('are refused at another site and after a revocation', async () => {
    expect((await send('https://other.desk.com/api/v2/users/me', access)).status).toBe(401);
    await running.control('POST', 'tokens/revoke', { vendor: 'desk', token: access.token });
    expect((await send(url, access)).status).toBe(401);
  });

  test('a request token is no access token', async () => {
    expect(problemOf(await send(url, await requestToken()))).toBe('token_rejected');
  });

  test('the request for a request token needs a callback and takes no token', async () => {
    const target = `${site}/oauth/request_token`;
    const bare = await send(target);
    expect([bare.status, problemOf(bare), bare.text]).toEqual([400, 'parameter_absent', 'Invalid OAuth Request']);
    expect(problemOf(await send(target, { ...access, protocol: { oauth_callback: callback } }))).toBe('token_rejected');
  });

  test('an unknown path is not found, once the signature is right', async () => {
    expect((await send(`${site}/api/v2/nothing`, access)).status).toBe(404);
  });
});
