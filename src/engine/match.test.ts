// Which resource serves a path: the most particular one, and only what the element has.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineElement } from '../element/define.ts';
import { matchResource, methodsOf } from './match.ts';

const resource = (method: string, path: string, type?: string) => ({
  method,
  path: `/hubs/general${path}`,
  vendorPath: '/v',
  ...(type === undefined ? {} : { type }),
});

const elementOf = (resources: ReturnType<typeof resource>[]) =>
  defineElement(
    { key: 'x', name: 'x', hub: 'general', authentication: { type: 'custom' }, configuration: [], resources },
    1,
    undefined,
  );

const element = elementOf([
  resource('GET', '/contacts'),
  resource('POST', '/contacts', 'api'),
  resource('GET', '/contacts/{id}'),
  resource('PATCH', '/contacts/{id}', 'apiNoDocumentation'),
  resource('GET', '/contacts/me'),
  resource('GET', '/contacts/{id}/notes/{noteId}'),
  resource('GET', '/contacts/me/notes'),
  resource('GET', '/{objectName}/{objectId}/{childObjectName}'),
  resource('DELETE', '/{objectName}/{objectId}'),
  resource('GET', '/users/{:id}'),
  resource('GET', '/channels/{channel.id}'),
  resource('GET', '/@me'),
  resource('POST', '/users/{id}:promote'),
  resource('GET', '/trailing/ '),
  resource('GET', '/check', 'provisionAuthValidation'),
  resource('GET', '/on', 'onProvision'),
  resource('DELETE', '/off', 'onDelete'),
  resource('POST', '/refresh', 'onRefresh'),
  resource('POST', '/token', 'oauthOnTokenExchange'),
]);

const find = (method: string, path: string) => {
  const match = matchResource(element, method, path);
  return match === undefined ? undefined : [match.resource.path, { ...match.pathVariables }];
};

test.each([
  ['GET', '/contacts', '/contacts', {}],
  ['POST', '/contacts', '/contacts', {}],
  ['GET', '/contacts/7', '/contacts/{id}', { id: '7' }],
  ['PATCH', '/contacts/7', '/contacts/{id}', { id: '7' }],
  ['GET', '/contacts/me', '/contacts/me', {}],
  ['PATCH', '/contacts/me', '/contacts/{id}', { id: 'me' }],
  ['DELETE', '/contacts/me', '/{objectName}/{objectId}', { objectName: 'contacts', objectId: 'me' }],
  ['GET', '/contacts/me/notes', '/contacts/me/notes', {}],
  ['GET', '/contacts/me/notes/1', '/contacts/{id}/notes/{noteId}', { id: 'me', noteId: '1' }],
  [
    'GET',
    '/contacts/7/tasks',
    '/{objectName}/{objectId}/{childObjectName}',
    { objectName: 'contacts', objectId: '7', childObjectName: 'tasks' },
  ],
  ['GET', '/users/7', '/users/{:id}', { id: '7' }],
  ['GET', '/channels/a.b%40c', '/channels/{channel.id}', { 'channel.id': 'a.b@c' }],
  ['GET', '/%40me', '/@me', {}],
  ['GET', '/contacts/a%2Fb', '/contacts/{id}', { id: 'a/b' }],
  ['GET', '/contacts/..', '/contacts/{id}', { id: '..' }],
  ['GET', '/contacts/%7Bid%7D', '/contacts/{id}', { id: '{id}' }],
  ['GET', '/contacts/__proto__', '/contacts/{id}', { id: '__proto__' }],
])('%s %s is served by %s', (method, path, pattern, variables) => {
  expect(find(method, path)).toEqual([pattern, variables]);
});

test.each([
  ['GET', '/constructor'],
  ['GET', '/__proto__'],
  ['GET', '/toString'],
  ['GET', '/hasOwnProperty'],
  ['get', '/contacts'],
  ['GET', '/Contacts'],
  ['GET', '/contacts/'],
  ['GET', '//contacts'],
  ['GET', ''],
  ['GET', '/'],
  ['GET', '/contacts/7/notes/1/2'],
])('%s %s is served by nothing', (method, path) => {
  expect(find(method, path)).toBeUndefined();
});

test.each([
  ['GET', '/check'],
  ['GET', '/on'],
  ['POST', '/refresh'],
  ['POST', '/token'],
])('lifecycle resources are not called: %s %s', (method, path) => {
  expect([find(method, path), methodsOf(element, path)]).toEqual([undefined, []]);
});

test('the methods of a path are those of every resource that could serve it', () => {
  expect(methodsOf(element, '/contacts/me')).toEqual(['GET', 'PATCH', 'DELETE']);
  expect(methodsOf(element, '/contacts')).toEqual(['GET', 'POST']);
  expect(methodsOf(element, '/nothing')).toEqual([]);
});

test.each(['/contacts/%', '/contacts/%zz', '/contacts/%C3%28'])('a path that is no UTF-8 is refused: %s', (path) => {
  expect(() => find('GET', path)).toThrow(/percent-encode/);
});

describe('law', () => {
  test('a path variable is the segment, decoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (id) => {
        fc.pre(id !== 'me' && id.isWellFormed());
        expect(find('GET', `/contacts/${encodeURIComponent(id)}`)).toEqual(['/contacts/{id}', { id }]);
      }),
    );
  });

  test('the order in which resources are written changes nothing', () => {
    const resources = [
      resource('GET', '/a/{x}'),
      resource('GET', '/a/b'),
      resource('GET', '/{y}/b'),
      resource('POST', '/a/b'),
      resource('GET', '/{y}/{z}/c'),
    ];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(resources, { minLength: resources.length }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
        (shuffled, segments) => {
          const path = `/${segments.join('/')}`;
          const served = (list: typeof resources) => matchResource(elementOf(list), 'GET', path)?.resource.path;
          expect(served(shuffled)).toBe(served(resources));
        },
      ),
    );
  });
});
