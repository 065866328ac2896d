import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HttpReply, HttpRequest } from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import type { OAuth2 } from '../element/extension.ts';
import {
  type Application,
  authorizeUrl,
  callbackProblem,
  callbackWithState,
  createPkce,
  isRefusal,
  readTokenAnswer,
  refusalProblem,
  requestRevocation,
  requestToken,
} from './oauth2.ts';

const reply = (body: string, status = 200): HttpReply => ({ status, headers: {}, body: Buffer.from(body) });
const read = (body: string, status = 200, quirks: OAuth2 = {}) => {
  const answer = readTokenAnswer(reply(body, status), quirks);
  if (isRefusal(answer)) return answer;
  return { ...answer, access: answer.access.reveal(), refresh: answer.refresh?.reveal() };
};

describe('the authorize URL', () => {
  const input = {
    authorizationUrl: 'https://vendor.test/authorize',
    clientId: 'id&1',
    callbackUrl: 'http://app.test/auth?x=1',
    scope: 'read write',
    state: 'a b',
    codeChallenge: undefined,
  };

  test('has the parameters of RFC 6749 in their order, percent-encoded', () => {
    expect(authorizeUrl(input, {})).toBe(
      'https://vendor.test/authorize?response_type=code&client_id=id%261' +
        '&redirect_uri=http%3A%2F%2Fapp.test%2Fauth%3Fx%3D1&scope=read%20write&state=a%20b',
    );
  });

  test('has those that the definition names, in its order and with its spaces', () => {
    const quirks: OAuth2 = { authorizeParameters: ['scope', 'state', 'client_id'], spaces: '+' };
    expect(authorizeUrl(input, quirks)).toBe(
      'https://vendor.test/authorize?scope=read+write&state=a+b&client_id=id%261',
    );
  });

  test('leaves out a scope that there is not, and adds to a query that there is', () => {
    const url = authorizeUrl({ ...input, authorizationUrl: 'https://vendor.test/a?b=c', scope: undefined }, {});
    expect(url).toMatch(/^https:\/\/vendor\.test\/a\?b=c&response_type=code&/);
    expect(url).not.toContain('scope');
  });

  test('carries a challenge when there is one', () => {
    const made = { ...input, codeChallenge: 'challenge' };
    expect(authorizeUrl(made, { pkce: 'S256' })).toMatch(/&code_challenge=challenge&code_challenge_method=S256$/);
    expect(authorizeUrl(made, { pkce: 'plain', authorizeParameters: ['state'] })).toBe(
      'https://vendor.test/authorize?state=a%20b&code_challenge=challenge&code_challenge_method=plain',
    );
  });

  test('has no secret, even where a definition asks for one', () => {
    const quirks = { authorizeParameters: ['client_id', 'client_secret', 'code', 'state'] };
    expect(authorizeUrl(input, quirks)).toBe('https://vendor.test/authorize?client_id=id%261&state=a%20b');
  });

  test('is read back as what was put in', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(
        text,
        text,
        text,
        text,
        fc.constantFrom<'+' | '%20'>('+', '%20'),
        (clientId, callbackUrl, scope, state, spaces) => {
          const url = new URL(authorizeUrl({ ...input, clientId, callbackUrl, scope, state }, { spaces }));
          expect(Object.fromEntries(url.searchParams)).toEqual({
            response_type: 'code',
            client_id: clientId,
            redirect_uri: callbackUrl,
            scope,
            state,
          });
        },
      ),
    );
  });
});

describe('a token answer', () => {
  const token = { access: 'at', refresh: undefined, expiresIn: undefined, settings: {} };

  test.each<[string, string, OAuth2, object]>([
    [
      'as RFC 6749 has it',
      '{"access_token":"at","token_type":"Bearer","expires_in":3600,"refresh_token":"rt"}',
      {},
      { ...token, refresh: 'rt', expiresIn: 3600 },
    ],
    ['without a token type', '{"access_token":"at"}', {}, token],
    ['with an odd token type', '{"access_token":"at","token_type":"weird"}', {}, token],
    ['with a token type that is no text', '{"access_token":"at","token_type":null}', {}, token],
    ['with expires_in as a string', '{"access_token":"at","expires_in":"7200"}', {}, { ...token, expiresIn: 7200 }],
    ['with expires_in that is no number', '{"access_token":"at","expires_in":"soon"}', {}, token],
    ['with expires_in 0, which some mean as never', '{"access_token":"at","expires_in":0}', {}, token],
    ['with a negative expires_in', '{"access_token":"at","expires_in":-1}', {}, token],
    [
      'with null for what is not there',
      '{"access_token":"at","refresh_token":null,"expires_in":null,"error":null}',
      {},
      token,
    ],
    ['with an empty refresh token', '{"access_token":"at","refresh_token":"","error":""}', {}, token],
    ['with error false beside it', '{"access_token":"at","error":false}', {}, token],
    ['with a token that is a number', '{"access_token":12345}', {}, { ...token, access: '12345' }],
    [
      'form-encoded',
      'access_token=at&refresh_token=r%2Bt&expires_in=60\n',
      {},
      { ...token, refresh: 'r+t', expiresIn: 60 },
    ],
    [
      'at nested paths',
      '{"data":{"tokens":[{"value":"at"}],"ttl":"9"}}',
      { answer: { accessToken: 'data.tokens[0].value', expiresIn: 'data.ttl' } },
      { ...token, expiresIn: 9 },
    ],
    [
      'that fills settings',
      '{"access_token":"at","instance_url":"https://na1.vendor.test","n":5}',
      { answer: { settings: { 'base.url': 'instance_url', n: 'n', none: 'nowhere' } } },
      { ...token, settings: { 'base.url': 'https://na1.vendor.test', n: '5' } },
    ],
  ])('%s is read', (_what, body, quirks, answer) => {
    expect(read(body, 200, quirks)).toEqual(answer);
  });

  test.each<[string, number, string, string, string | undefined]>([
    ['an error of RFC 6749', 400, '{"error":"invalid_grant","error_description":"used"}', 'invalid_grant', 'used'],
    ['an error inside a 200', 200, '{"error":"invalid_grant","error_description":"used"}', 'invalid_grant', 'used'],
    ['an error beside a token', 200, '{"access_token":"at","error":"invalid_scope"}', 'invalid_scope', undefined],
    ['an error that is an object', 401, '{"error":{"code":"invalid_client","message":"no"}}', 'invalid_client', 'no'],
    ['an error with a type', 401, '{"error":{"type":"OAuthException","message":"no"}}', 'OAuthException', 'no'],
    ['form-encoded', 400, 'error=invalid_grant&error_description=bad+code', 'invalid_grant', 'bad code'],
    ['only a message', 403, '{"message":"forbidden"}', 'http_403', 'forbidden'],
    ['a list of errors', 400, '{"errors":[{"description":"who?"}]}', 'http_400', 'who?'],
    ['a page', 500, '<html>Oops</html>', 'http_500', '<html>Oops</html>'],
    ['nothing', 503, '', 'http_503', undefined],
    ['nothing in a 200', 200, '', 'no_token', undefined],
    ['no token', 200, '{"token_type":"Bearer"}', 'no_token', undefined],
    ['an empty token', 200, '{"access_token":""}', 'no_token', undefined],
    ['a token that is an object', 200, '{"access_token":{"a":1}}', 'no_token', undefined],
    ['a list', 200, '["access_token"]', 'no_token', '["access_token"]'],
    ['a token in a failure', 500, '{"access_token":"at"}', 'http_500', undefined],
    ['inherited members', 200, '{"__proto__":{"access_token":"at"}}', 'no_token', undefined],
  ])('with %s is a refusal', (_what, status, body, error, description) => {
    expect(read(body, status)).toEqual({ error, description, status });
  });

  test('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        fc.integer({ min: 200, max: 599 }),
        (body, status) => {
          expect(read(body, status)).toBeTypeOf('object');
        },
      ),
    );
  });
});

describe('a refusal', () => {
  test.each([
    ['invalid_request', /incomplete: check oauth\.callback\.url/],
    ['invalid_client', /check oauth\.api\.key and oauth\.api\.secret/],
    ['invalid_grant', /used before, has expired.*Send the user through the OAuth URL again/],
    ['unauthorized_client', /does not allow this application/],
    ['unsupported_grant_type', /does not offer this kind of grant/],
    ['invalid_scope', /check oauth\.scope/],
    ['access_denied', /denied access: send the user through the OAuth URL again/],
    ['unsupported_response_type', /does not offer the authorization code flow/],
    ['server_error', /failed: try again later/],
    ['temporarily_unavailable', /overloaded: try again later/],
  ])('%s says what to do, and what the vendor said', (error, advice) => {
    expect(refusalProblem({ error, description: 'in its words', status: 400 })).toMatchObject({
      status: 400,
      message: expect.stringMatching(advice),
      providerMessage: `${error}: in its words`,
    });
    expect(callbackProblem(error, undefined)).toMatchObject({
      status: 400,
      message: expect.stringMatching(advice),
      providerMessage: error,
    });
  });

  test.each([
    [200, 400, 'vendorRefused'],
    [400, 400, 'vendorRefused'],
    [401, 401, 'vendorRefused'],
    [403, 403, 'vendorRefused'],
    [500, 502, 'vendorFailed'],
    [503, 502, 'vendorFailed'],
  ])('with status %d is answered with %d', (status, answered, code) => {
    expect(refusalProblem({ error: 'odd', description: undefined, status })).toMatchObject({
      status: answered,
      code,
      providerMessage: 'odd',
    });
  });

  test('with a code that nobody knows still says something', () => {
    expect(refusalProblem({ error: 'constructor', description: undefined, status: 400 }).message).toBe(
      'The vendor refused to give a token.',
    );
    expect(callbackProblem('toString', 'x')).toMatchObject({
      message: 'The vendor did not authorize the connection.',
      providerMessage: 'toString: x',
    });
  });
});

describe('requests to a token endpoint', () => {
  const application: Application = { clientId: 'the id', clientSecret: new Secret('s&cret'), basicHeader: false };
  async function sent(
    make: (send: (request: HttpRequest) => Promise<HttpReply>) => Promise<HttpReply>,
  ): Promise<HttpRequest> {
    const requests: HttpRequest[] = [];
    const answer = await make(async (request) => {
      requests.push(request);
      return reply('raw answer', 418);
    });
    expect(answer).toMatchObject({ status: 418 });
    expect(requests).toHaveLength(1);
    return requests[0] ?? { method: '', url: '', headers: {} };
  }
  const grant = (made: Application, quirks: OAuth2) =>
    sent((send) =>
      requestToken(
        send,
        'http://vendor.test/token?x=1',
        made,
        'authorization_code',
        { code: 'c d', redirect_uri: 'u' },
        quirks,
      ),
    );

  test('carry the application in the body', async () => {
    const request = await grant(application, {});
    expect(request).toMatchObject({ method: 'POST', url: 'http://vendor.test/token?x=1' });
    expect(request.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(Object.fromEntries(new URLSearchParams(String(request.body)))).toEqual({
      grant_type: 'authorization_code',
      code: 'c d',
      redirect_uri: 'u',
      client_id: 'the id',
      client_secret: 's&cret',
    });
  });

  test('or in a Basic header, encoded as RFC 6749 section 2.3.1 says', async () => {
    const request = await grant({ ...application, basicHeader: true }, {});
    const pair = Buffer.from((request.headers['authorization'] ?? '').replace('Basic ', ''), 'base64').toString();
    expect(pair).toBe('the+id:s%26cret');
    expect(String(request.body)).not.toContain('cret');
  });

  test('are JSON where the definition says so', async () => {
    const request = await grant(application, { tokenFormat: 'json' });
    expect(request.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(request.body))).toMatchObject({
      grant_type: 'authorization_code',
      code: 'c d',
      client_secret: 's&cret',
    });
  });

  test('revoke a token', async () => {
    const request = await sent((send) =>
      requestRevocation(send, 'http://vendor.test/revoke', application, new Secret('tok en')),
    );
    expect(Object.fromEntries(new URLSearchParams(String(request.body)))).toMatchObject({
      token: 'tok en',
      client_id: 'the id',
    });
  });

  test('that fail fail with the error of the door', async () => {
    const failure = new Error('closed');
    await expect(
      requestToken(async () => Promise.reject(failure), 'http://v.test/', application, 'refresh_token', {}, {}),
    ).rejects.toBe(failure);
  });
});

test('a PKCE challenge is the SHA-256 of its verifier, or the verifier itself', async () => {
  const { verifier, challenge } = await createPkce('S256');
  expect(challenge).toBe(createHash('sha256').update(verifier.reveal()).digest('base64url'));
  expect(verifier.reveal()).toMatch(/^[\w.~-]{43,128}$/);
  const plain = await createPkce('plain');
  expect(plain.challenge).toBe(plain.verifier.reveal());
});

test('a state is appended to a callback URL, whether it has a query or not', () => {
  expect(callbackWithState('http://app.test/a', 'x y&z')).toBe('http://app.test/a?state=x%20y%26z');
  expect(callbackWithState('http://app.test/a?b', 's')).toBe('http://app.test/a?b&state=s');
});
