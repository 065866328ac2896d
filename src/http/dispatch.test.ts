import { expect, test } from 'vitest';
import { basePath, dispatchUrl, elementCallPath, hasElementToken } from './dispatch.ts';

test.each([
  ['/hubs/crm/accounts', '/accounts'],
  ['/hubs/anything/accounts/1/contacts', '/accounts/1/contacts'],
  ['/accounts', '/accounts'],
  ['/accounts/1', '/accounts/1'],
  ['/ping', '/ping'],
  ['/hubs/crm/ping', '/ping'],
  ['/hubs/crm/instances', '/instances'],
  ['/users/1', '/users/1'],
  ['/hubs/crm/hubs/x', '/hubs/x'],
  ['/organizations', '/organizations'],
  ['/accounts/settings/x', '/accounts/settings/x'],
])('with an element token, %s is a call of the element to %s', (path, resource) => {
  expect(dispatchUrl(basePath + path, true)).toBe(elementCallPath + resource);
  expect(dispatchUrl(`${basePath}${path}?a=b?c&d`, true)).toBe(`${elementCallPath}${resource}?a=b?c&d`);
  expect(dispatchUrl(basePath + path, false)).toBe(basePath + path);
});

test.each([
  '/instances',
  '/instances/1/configuration',
  '/elements',
  '/elements/x/oauth/url',
  '/authentication/secrets',
  '/events/x',
  '/formulas/1',
  '/organizations/me',
  '/accounts/settings',
  '/hubs',
  '/hubs/keys',
  '/hubs/crm',
  '/hubs/crm/elements',
])('even with an element token, %s is a call of the platform', (path) => {
  expect(dispatchUrl(basePath + path, true)).toBe(basePath + path);
});

test.each(['Element e', 'element e', 'ELEMENT\te', 'Element e, User u', 'User u,Element e', 'User u ,  Element e'])(
  'the element token is seen in %j',
  (authorization) => {
    expect(hasElementToken(authorization)).toBe(true);
  },
);

test.each([undefined, '', 'User Element', 'User Elemente x', 'User u, Organization element'])(
  'no element token is seen in %j',
  (authorization) => {
    expect(hasElementToken(authorization)).toBe(false);
  },
);

test.each([
  [`${basePath}//elements`, `${basePath}/elements`],
  [`//elements///api-v2/elements/`, `${basePath}/elements`],
  [`${basePath}/elements/?a=//b/`, `${basePath}/elements?a=//b/`],
  ['/', '/'],
  ['//', '/'],
  ['/?x', '/?x'],
  ['/health/', '/health'],
  [basePath, basePath],
  ['*', '*'],
])('slashes are folded: %s is %s', (url, path) => {
  expect(dispatchUrl(url, false)).toBe(path);
});

test('the inner path of element calls cannot be asked for', () => {
  for (const path of [elementCallPath, `${elementCallPath}/ping`, `/${elementCallPath}//ping`]) {
    expect(dispatchUrl(path, true)).toBe('/-/');
  }
});
