import { constants, createHmac, createVerify, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePairs, type HttpRequest } from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import { baseString, type Signer, signature, signingMoment, signRequest } from './oauth1.ts';

type Pairs = [string, string][];

/** The photo example of RFC 5849 section 1.2. */
const printer = (tokenSecret: string | undefined): Signer => ({
  consumerKey: 'dpf43f3p2l4k3l03',
  consumerSecret: new Secret('kd94hf93k423kf44'),
  tokenSecret: tokenSecret === undefined ? undefined : new Secret(tokenSecret),
  method: 'HMAC-SHA1',
  transmission: 'header',
});
const get = (url: string): HttpRequest => ({ method: 'GET', url, headers: {} });
const post = (url: string): HttpRequest => ({ method: 'POST', url, headers: {} });

describe('RFC 5849 section 1.2', () => {
  test('the temporary credentials request has the printed signature', () => {
    const base = baseString(post('https://photos.example.net/initiate'), [
      ['realm', 'Photos'],
      ['oauth_consumer_key', 'dpf43f3p2l4k3l03'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131200'],
      ['oauth_nonce', 'wIjqoS'],
      ['oauth_callback', 'http://printer.example.com/ready'],
    ]);
    expect(signature(base, printer(undefined))).toBe('74KNZJeDHnMBp0EMJ9ZHt/XKycU=');
  });

  test('the token request has the printed signature', () => {
    const base = baseString(post('https://photos.example.net/token'), [
      ['oauth_consumer_key', 'dpf43f3p2l4k3l03'],
      ['oauth_token', 'hh5s93j4hdidpola'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131201'],
      ['oauth_nonce', 'walatlh'],
      ['oauth_verifier', 'hfdp7dh39dks9884'],
    ]);
    expect(signature(base, printer('hdhd0244k9j7ao03'))).toBe('gKgrFCywp7rO0OXSjdot/IHF7IU=');
  });

  test('the request for the photo has the printed signature', () => {
    const base = baseString(get('http://photos.example.net/photos?file=vacation.jpg&size=original'), [
      ['oauth_consumer_key', 'dpf43f3p2l4k3l03'],
      ['oauth_token', 'nnch734d00sl2jdk'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131202'],
      ['oauth_nonce', 'chapoH'],
    ]);
    expect(signature(base, printer('pfkkdhi9sl3r4s00'))).toBe('MdpQcU8iPSUjWoN/UDMsK2sui9I=');
  });
});

describe('RFC 5849 section 3.4.1', () => {
  const request: HttpRequest = {
    method: 'post',
    url: 'http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'c2&a3=2+q',
  };
  const protocol: Pairs = [
    ['realm', 'Example'],
    ['oauth_consumer_key', '9djdj82h48djs9d2'],
    ['oauth_token', 'kkk9d7dh3k39sjv7'],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', '137131201'],
    ['oauth_nonce', '7d8f3e4a'],
    ['oauth_signature', 'djosJKDKJSD8743243/jdk33klY='],
  ];
  const base = baseString(request, protocol);

  test('the base string is the one printed in 3.4.1.1', () => {
    expect(base).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q' +
        '%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_' +
        'key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m' +
        'ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk' +
        '9d7dh3k39sjv7',
    );
  });

  test('the normalized parameters are those printed in 3.4.1.3.2', () => {
    expect(decodeURIComponent(base.split('&')[2] ?? '')).toBe(
      'a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9dj' +
        'dj82h48djs9d2&oauth_nonce=7d8f3e4a&oauth_signature_method=HMAC-SHA1' +
        '&oauth_timestamp=137131201&oauth_token=kkk9d7dh3k39sjv7',
    );
  });

  test.each([
    ['http://EXAMPLE.COM:80/r%20v/X?id=123', 'http%3A%2F%2Fexample.com%2Fr%2520v%2FX'],
    ['https://www.example.net:8080/?q=1', 'https%3A%2F%2Fwww.example.net%3A8080%2F'],
  ])('the base string URI of %s is the one of 3.4.1.2', (url, uri) => {
    expect(baseString(get(url), []).split('&')[1]).toBe(uri);
  });

  test('a JSON body takes no part in the signature', () => {
    const plain = post('https://vendor.test/x');
    const json = { ...plain, headers: { 'content-type': 'application/json' }, body: '{"a":1}' };
    expect(baseString(json, protocol)).toBe(baseString(plain, protocol));
  });
});

describe('signature methods', () => {
  test('PLAINTEXT is both secrets, encoded and joined by & (3.4.4; the sample of 2.1 and 2.3)', () => {
    const signer: Signer = { ...printer(undefined), consumerSecret: new Secret('ja893SD9'), method: 'PLAINTEXT' };
    expect(signature('any', signer)).toBe('ja893SD9&');
    expect(signature('any', { ...signer, tokenSecret: new Secret('xyz4992k83j47x0b') })).toBe(
      'ja893SD9&xyz4992k83j47x0b',
    );
    expect(signature('any', { ...signer, tokenSecret: new Secret('a&b c') })).toBe('ja893SD9&a%26b%20c');
  });

  test('HMAC-SHA256 is what crypto computes over the base string', () => {
    const wanted = createHmac('sha256', 'kd94hf93k423kf44&token%20secret').update('base').digest('base64');
    expect(signature('base', { ...printer('token secret'), method: 'HMAC-SHA256' })).toBe(wanted);
  });

  test('RSA-SHA1 is verified with the public key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const made = signature('base', { ...printer('unused'), consumerSecret: new Secret(pem), method: 'RSA-SHA1' });
    const verify = (text: string) =>
      createVerify('RSA-SHA1')
        .update(text)
        .verify({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, made, 'base64');
    expect([verify('base'), verify('other')]).toEqual([true, false]);
  });
});

const moment = { nonce: 'n0nce', timestamp: 137131200 };
const name = fc.stringMatching(/^[a-z][a-z0-9 _+&=%-]{0,8}$/);
const parameters = fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' })), { maxLength: 8 });

/** The protocol parameters that a signed request carries in its Authorization header, decoded. */
function carried(request: HttpRequest): Record<string, string> {
  const header = request.headers['authorization'] ?? '';
  expect(header).toMatch(/^OAuth /);
  return Object.fromEntries(
    [...header.matchAll(/([\w%]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, decodeURIComponent(value)]),
  );
}

test('the order of the parameters does not change the signature', () => {
  const shuffled = parameters.chain((pairs) =>
    fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length, maxLength: pairs.length })),
  );
  fc.assert(
    fc.property(shuffled, ([pairs, other]) => {
      const signatureOf = (list: Pairs) =>
        carried(signRequest(get(`https://vendor.test/x?${encodePairs(list)}`), printer('t'), moment))[
          'oauth_signature'
        ];
      expect(signatureOf(other)).toBe(signatureOf(pairs));
    }),
  );
});

test('a parameter signs the same in the query and in a form body', () => {
  fc.assert(
    fc.property(parameters, (pairs) => {
      const form: HttpRequest = {
        ...post('https://vendor.test/x'),
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: encodePairs(pairs, '+'),
      };
      expect(baseString(form, [])).toBe(baseString(post(`https://vendor.test/x?${encodePairs(pairs)}`), []));
    }),
  );
});

test('a signed request carries what it signed, so that the vendor can compute the same', () => {
  fc.assert(
    fc.property(parameters, fc.string({ unit: 'grapheme' }), (pairs, callback) => {
      const request = get(`https://vendor.test/x?${encodePairs(pairs)}`);
      const { oauth_signature: made, ...rest } = carried(
        signRequest(request, printer('t'), moment, { oauth_callback: callback }),
      );
      expect(rest).toMatchObject({
        oauth_consumer_key: 'dpf43f3p2l4k3l03',
        oauth_nonce: 'n0nce',
        oauth_timestamp: '137131200',
        oauth_version: '1.0',
        oauth_callback: callback,
      });
      expect(made).toBe(signature(baseString(request, Object.entries(rest)), printer('t')));
    }),
  );
});

test('in the query, the protocol parameters follow those of the request and no header is added', () => {
  for (const url of ['https://vendor.test/x', 'https://vendor.test/x?a=1']) {
    const signer: Signer = { ...printer('t'), token: 'token', transmission: 'query' };
    const signed = signRequest(get(url), signer, moment);
    const query = new URL(signed.url).searchParams;
    expect(signed.headers['authorization']).toBeUndefined();
    expect(query.get('oauth_token')).toBe('token');
    const made = query.get('oauth_signature');
    query.delete('oauth_signature');
    expect(signature(baseString(get(`https://vendor.test/x?${query}`), []), signer)).toBe(made);
  }
});

test('a moment is a fresh nonce and whole seconds', () => {
  expect(signingMoment(1999).timestamp).toBe(1);
  expect(signingMoment(0).nonce).not.toBe(signingMoment(0).nonce);
});
