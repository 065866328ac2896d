// The OAuth 1.0a verifier against the examples printed in RFC 5849: sections 1.2 (three signatures) and 3.4.1 (base string).

import { describe, expect, test } from 'vitest';
import {
  baseStringUri,
  expectedSignature,
  normalizeParameters,
  percentEncode,
  readSignedRequest,
  signatureBaseString,
} from './oauth1-signature.ts';
import { storedBytes } from './stored.ts';
import type { VendorRequest } from './vendor.ts';

function signedRequest(changes: Partial<VendorRequest>): VendorRequest {
  const base = {
    method: 'GET',
    host: 'example.com',
    path: '/',
    query: '',
    headers: {},
    body: '',
    bytes: Buffer.alloc(0),
    upload: storedBytes(Buffer.alloc(0)),
  };
  return { ...base, ...changes };
}

function signatureOf(url: string, request: VendorRequest, secrets: { client: string; token: string }) {
  const signed = readSignedRequest(request);
  const baseString = signatureBaseString(request.method, url, signed?.covered ?? []);
  return {
    sent: signed?.protocol.get('oauth_signature'),
    expected: expectedSignature(signed?.protocol.get('oauth_signature_method'), baseString, secrets),
  };
}

describe('RFC 5849 section 1.2', () => {
  const client = 'kd94hf93k423kf44';

  test('temporary credentials request', () => {
    const authorization = `OAuth realm="Photos",
        oauth_consumer_key="dpf43f3p2l4k3l03",
        oauth_signature_method="HMAC-SHA1",
        oauth_timestamp="137131200",
        oauth_nonce="wIjqoS",
        oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready",
        oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D"`;
    const request = signedRequest({ method: 'POST', headers: { authorization } });
    const { sent, expected } = signatureOf('https://photos.example.net/initiate', request, { client, token: '' });
    expect(expected).toBe('74KNZJeDHnMBp0EMJ9ZHt/XKycU=');
    expect(sent).toBe(expected);
  });

  test('token credentials request', () => {
    const authorization = `OAuth realm="Photos",
        oauth_consumer_key="dpf43f3p2l4k3l03",
        oauth_token="hh5s93j4hdidpola",
        oauth_signature_method="HMAC-SHA1",
        oauth_timestamp="137131201",
        oauth_nonce="walatlh",
        oauth_verifier="hfdp7dh39dks9884",
        oauth_signature="gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D"`;
    const request = signedRequest({ method: 'POST', headers: { authorization } });
    const secrets = { client, token: 'hdhd0244k9j7ao03' };
    const { sent, expected } = signatureOf('https://photos.example.net/token', request, secrets);
    expect(expected).toBe('gKgrFCywp7rO0OXSjdot/IHF7IU=');
    expect(sent).toBe(expected);
  });

  test('protected resource request, with a query', () => {
    const authorization = `OAuth realm="Photos",
        oauth_consumer_key="dpf43f3p2l4k3l03",
        oauth_token="nnch734d00sl2jdk",
        oauth_signature_method="HMAC-SHA1",
        oauth_timestamp="137131202",
        oauth_nonce="chapoH",
        oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"`;
    const request = signedRequest({ query: 'file=vacation.jpg&size=original', headers: { authorization } });
    const secrets = { client, token: 'pfkkdhi9sl3r4s00' };
    const url = 'http://photos.example.net/photos?file=vacation.jpg&size=original';
    const { sent, expected } = signatureOf(url, request, secrets);
    expect(expected).toBe('MdpQcU8iPSUjWoN/UDMsK2sui9I=');
    expect(sent).toBe(expected);
  });
});

describe('RFC 5849 section 3.4.1', () => {
  const authorization = `OAuth realm="Example",
      oauth_consumer_key="9djdj82h48djs9d2",
      oauth_token="kkk9d7dh3k39sjv7",
      oauth_signature_method="HMAC-SHA1",
      oauth_timestamp="137131201",
      oauth_nonce="7d8f3e4a",
      oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D"`;
  const request = signedRequest({
    method: 'POST',
    query: 'b5=%3D%253D&a3=a&c%40=&a2=r%20b',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'c2&a3=2+q',
  });

  test('the base string of 3.4.1.1', () => {
    const covered = readSignedRequest(request)?.covered ?? [];
    expect(signatureBaseString('post', 'http://EXAMPLE.com:80/request?b5=%3D%253D', covered)).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q' +
        '%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_' +
        'key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m' +
        'ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk' +
        '9d7dh3k39sjv7',
    );
  });

  test('the normalized parameters of 3.4.1.3.2', () => {
    expect(normalizeParameters(readSignedRequest(request)?.covered ?? [])).toBe(
      'a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9djdj82h48djs9d2&oauth_nonce=7d8f3e4a' +
        '&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201&oauth_token=kkk9d7dh3k39sjv7',
    );
  });

  test('a body that is not form-encoded is not covered (3.4.1.3.1)', () => {
    const json = { ...request, headers: { authorization, 'content-type': 'application/json' } };
    expect(readSignedRequest(json)?.covered.map(([name]) => name)).not.toContain('c2');
  });

  test('base string URIs (3.4.1.2)', () => {
    expect(baseStringUri('http://EXAMPLE.COM:80/r%20v/X?id=123')).toBe('http://example.com/r%20v/X');
    expect(baseStringUri('https://www.example.net:8080/?q=1')).toBe('https://www.example.net:8080/');
  });

  test('percent-encoding (3.6)', () => {
    expect(percentEncode("-._~ !'()*+%/é")).toBe('-._~%20%21%27%28%29%2A%2B%25%2F%C3%A9');
  });

  test('PLAINTEXT is both secrets (3.4.4), and other methods are unknown', () => {
    expect(expectedSignature('PLAINTEXT', '', { client: 'a b', token: 'c&' })).toBe('a%20b&c%26');
    expect(expectedSignature('RSA-SHA1', '', { client: 'a', token: 'b' })).toBeUndefined();
  });

  test('protocol parameters come by one way, and no name twice (3.1, 3.5)', () => {
    expect(readSignedRequest({ ...request, query: 'oauth_signature=x' })).toBeUndefined();
    const twice = authorization.replace('oauth_nonce', 'oauth_token="again", oauth_nonce');
    expect(readSignedRequest({ ...request, headers: { authorization: twice } })).toBeUndefined();
  });
});
