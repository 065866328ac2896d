// Every rule with a document that breaks it alone: where, what is wrong, and how to mend it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkElement } from './check.ts';
import type { ElementDocument } from './definition.ts';
import { attachFiles } from './folder-files.ts';

type Members = Record<string, unknown>;

const settings = [
  { key: 'base.url', type: 'TEXTFIELD_1000', defaultValue: 'https://{acme.site}.acme.test/api' },
  { key: 'acme.site', type: 'TEXTFIELD_64', required: true },
  { key: 'oauth.api.key', type: 'TEXTFIELD_128', required: true },
  { key: 'oauth.api.secret', type: 'PASSWORD', required: true },
  { key: 'oauth.callback.url', type: 'TEXTFIELD_1000', required: true },
  { key: 'oauth.authorization.url', defaultValue: 'https://{acme.site}.acme.test/authorize' },
  { key: 'oauth.token.url', defaultValue: 'https://{acme.site}.acme.test/token' },
  { key: 'pagination.type', defaultValue: 'page', internal: true },
  { key: 'pagination.max', defaultValue: '100', internal: true },
];

const query = (name: string, more: Members = {}): Members => ({
  name,
  vendorName: name,
  type: 'query',
  vendorType: 'query',
  source: 'request',
  ...more,
});
const list = { method: 'GET', path: '/hubs/general/things', vendorPath: '/v1/things', type: 'api' };
const read = { method: 'GET', path: '/hubs/general/things/{id}', vendorPath: '/v1/things/{id}', type: 'api' };
const create = { method: 'POST', path: '/hubs/general/things', vendorPath: '/v1/things', type: 'api' };

/** An element with which nothing is wrong, changed. */
function acme(changes: Members = {}): Members {
  return {
    key: 'acme',
    name: 'Acme',
    hub: 'general',
    authentication: { type: 'oauth2' },
    configuration: settings,
    resources: [list, read, create],
    ...changes,
  };
}

const withSettings = (...more: Members[]): Members => {
  const keys = new Set(more.map(({ key }) => key));
  return acme({ configuration: [...more, ...settings.filter(({ key }) => !keys.has(key))] });
};
const withoutSetting = (key: string): Members =>
  acme({ configuration: settings.filter((setting) => setting.key !== key) });
const withResource = (...resources: Members[]): Members => acme({ resources });
const withParameter = (parameter: Members, resource: Members = list): Members =>
  withResource({ ...resource, parameters: [parameter] });
const withHook = (hook: Members): Members => withResource({ ...list, hooks: [hook] });
const js = (body: string): Members => ({ type: 'preRequest', mimeType: 'application/javascript', body });
const search = query('where', { vendorName: 'q', converter: 'toSearchTerms' });
const soql = query('where', { vendorName: 'q', converter: 'toSoql' });
const statement = { object: 'Thing', fields: ['Id'] };

/** What findings say, for those that are expected. */
const told = (document: unknown) =>
  checkElement(document).map(({ level, path, message, advice }) => [level, path, message, advice]);

type Expected = [name: string, document: unknown, level: string, path: string, message: RegExp, advice: RegExp];

describe('a right document', () => {
  test('has no findings', () => {
    expect(checkElement(acme())).toEqual([]);
  });
  test('of every way that a placeholder and a parameter are filled has none', () => {
    const chain = { method: 'GET', path: '/hubs/general/more/{id}', vendorPath: '/v1/things/{id}/more', type: 'api' };
    const parts = { method: 'GET', path: '/hubs/general/parts', vendorPath: '/v1/things/{id}/parts', type: 'api' };
    const document = acme({
      configuration: [...settings, { key: 'session', internal: true }],
      resources: [
        { ...list, nextPageKey: 'body.next?cursor', parameters: [query('nextPage'), query('pageSize'), search] },
        { ...read, parameters: [{ name: 'id', type: 'path', vendorType: 'path', vendorName: 'id', required: true }] },
        { ...chain, nextResource: 'GET:/hubs/general/parts' },
        parts,
        {
          ...create,
          rootKey: 'thing|data.items[0].[*].thing:x',
          parameters: [
            { name: '{"a":"{a}"}', type: 'value', vendorType: 'body' },
            { name: 'a', type: 'bodyField', vendorType: 'bodyToken' },
            { name: 'Basic CE.b64({acme.site}:x)', type: 'value', vendorType: 'header', vendorName: 'X-Site' },
            { name: 'Authorization', type: 'header', vendorType: 'value', vendorName: 'Bearer {oauth.user.token}' },
            { name: 'session', type: 'configuration', vendorType: 'body', vendorName: 'session', source: 'response' },
          ],
          hooks: [js('if (request_body) { done({ continue: true }); return; } done();')],
        },
        {
          ...list,
          path: '/hubs/general/people',
          valence: { statement, totalKey: 'total', whenFiltered: { vendorPath: '/v1/search', parameters: [soql] } },
        },
        { ...list, path: '/regions', vendorPath: '/{region}/{cell}/{zone}/things' },
        {
          ...list,
          path: '/check',
          type: 'onProvision',
          parameters: [
            { name: 'region', type: 'configuration', vendorType: 'body', vendorName: 'region', source: 'response' },
          ],
          hooks: [{ ...js("done({ configuration: { cell: 'x' } });"), type: 'postRequest' }],
        },
        { ...list, path: '/free', vendorPath: '/{anything}', hooks: [js("done({ request_vendor_path: '/x' });")] },
      ],
      valence: { oauth2: { answer: { settings: { zone: 'zone' } } } },
    });
    expect(checkElement(document)).toEqual([]);
  });
});

const shapes: Expected[] = [
  ['no object', [], 'error', '/', /must be object/, /Write \{ … \}/],
  ['members missing', {}, 'error', '/', /key, name, hub/, /Add what is missing/],
  ['a value of another type', withSettings({ key: 1 }), 'error', '/configuration/0/key', /string/, /"text" in double/],
  ['a key of other characters', acme({ key: 'a b' }), 'error', '/key', /pattern/, /only the characters/],
  [
    'a member of valence that there is not',
    withResource({ ...list, valence: { totals: 'x' } }),
    'error',
    '/resources/0/valence/totals',
    /no member of this name/,
    /members of valence/,
  ],
  [
    'a parameter without a type',
    withParameter({ name: 'x' }),
    'error',
    '/resources/0/parameters/0',
    /type/,
    /Add what is missing/,
  ],
];

const ofSettings: Expected[] = [
  [
    'a setting twice',
    acme({ configuration: [...settings, { key: 'acme.site', required: true }] }),
    'error',
    '/configuration/9',
    /acme\.site is there twice/,
    /Take one of them away/,
  ],
  [
    'an unknown type',
    withSettings({ key: 'x', type: 'TEXT' }),
    'warning',
    '/configuration/0/type',
    /no form knows/,
    /TEXTFIELD_32/,
  ],
  [
    'required but internal',
    withSettings({ key: 'x', required: true, internal: true }),
    'warning',
    '/configuration/0',
    /required but internal/,
    /Take internal away/,
  ],
  [
    'a default that is a password',
    withSettings({ key: 'x', type: 'PASSWORD', defaultValue: 'hunter2' }),
    'warning',
    '/configuration/0/defaultValue',
    /x is a secret, and its default would be the same for everybody/,
    /Take the default away/,
  ],
  [
    'a default that is a key',
    withSettings({ key: 'oauth.api.key', defaultValue: 'k-123' }),
    'warning',
    '/configuration/0/defaultValue',
    /oauth\.api\.key is a secret/,
    /replaced at the vendor/,
  ],
  [
    'a secret in clear',
    withSettings({ key: 'acme.api.token', type: 'TEXTFIELD_128' }),
    'warning',
    '/configuration/0/type',
    /stored and shown in clear/,
    /type PASSWORD/,
  ],
  [
    'pages counted in no way',
    withSettings({ key: 'pagination.type', defaultValue: 'pages?' }),
    'error',
    '/configuration/0/defaultValue',
    /counted by "pages\?"/,
    /page, page 0, page starts with 1, offset or cursor/,
  ],
  [
    'a largest page that is no number',
    withSettings({ key: 'pagination.max', defaultValue: 'many' }),
    'error',
    '/configuration/0/defaultValue',
    /"many" is no number/,
    /such as 100/,
  ],
  [
    'JSON that is none',
    withSettings({ key: 'event.poller.configuration', defaultValue: '{ "a": {, }' }),
    'warning',
    '/configuration/0/defaultValue',
    /no valid JSON/,
    /Mend the JSON/,
  ],
  [
    'an OAuth address with a placeholder that nothing fills',
    withSettings({ key: 'oauth.token.url', defaultValue: 'https://{site}.acme.test/token' }),
    'error',
    '/configuration/0/defaultValue',
    /nothing fills \{site\} of oauth\.token\.url/,
    /Add a setting site/,
  ],
  [
    'a base address with a placeholder that nothing fills',
    withSettings({ key: 'base.url', defaultValue: 'https://{site}.acme.test' }),
    'error',
    '/configuration/0/defaultValue',
    /nothing fills \{site\} of base\.url in 3 of 3 resources, such as GET \/things/,
    /Add a setting site/,
  ],
  [
    'no base address',
    withoutSetting('base.url'),
    'error',
    '/configuration',
    /no base\.url/,
    /Add the setting base\.url/,
  ],
  [
    'a base address that nobody gives',
    withSettings({ key: 'base.url', internal: true }),
    'warning',
    '/configuration/0',
    /no default and nobody is asked/,
    /Give it a default/,
  ],
];

const ofAuthentication: Expected[] = [
  [
    'an unknown way to sign in',
    acme({ authentication: { type: 'oauth3' } }),
    'error',
    '/authentication/type',
    /oauth3 is no way/,
    /oauth2, oauth1/,
  ],
  [
    'a way that is not signed',
    acme({ authentication: { type: 'awsv4' } }),
    'warning',
    '/authentication/type',
    /not signed for awsv4/,
    /header or query parameter/,
  ],
  ...['oauth.authorization.url', 'oauth.token.url'].map(
    (key): Expected => [
      `OAuth 2 without ${key}`,
      withoutSetting(key),
      'error',
      '/configuration',
      new RegExp(`oauth2 needs ${key}`),
      /vendor’s address/,
    ],
  ),
  [
    'OAuth 1 without an address for request tokens',
    acme({ authentication: { type: 'oauth1' } }),
    'error',
    '/configuration',
    /oauth1 needs oauth\.request\.url/,
    /oauth\.request\.url/,
  ],
  [
    'an address that nobody gives',
    withSettings({ key: 'oauth.token.url', internal: true, required: true }),
    'error',
    '/configuration/0',
    /oauth2 needs oauth\.token\.url, and the element has none/,
    /as its default/,
  ],
  [
    'credentials that nobody is asked for',
    withoutSetting('oauth.api.secret'),
    'warning',
    '/configuration',
    /oauth2 needs oauth\.api\.secret, which callers are not asked for/,
    /required: true/,
  ],
  [
    'a site address in no setting',
    acme({ valence: { siteAddress: { setting: 'site', form: 'label', suffixes: ['.acme.test'] } } }),
    'error',
    '/valence/siteAddress/setting',
    /no setting of the element/,
    /Add the setting site/,
  ],
  [
    'differences of a way that is not used',
    acme({ valence: { oauth1: { transmission: 'query' } } }),
    'warning',
    '/valence/oauth1',
    /changes nothing/,
    /Take it away/,
  ],
];

const ofResources: Expected[] = [
  [
    'a resource twice',
    withResource(read, { ...read, path: '/things/{thingId}', vendorPath: '/v1/things/{thingId}' }),
    'error',
    '/resources/1',
    /GET \/things\/\{thingId\} is there twice, here and at \/resources\/0/,
    /another path or method/,
  ],
  [
    'a step of provisioning twice',
    withResource({ ...list, type: 'onProvision' }, { ...list, type: 'onProvision' }),
    'warning',
    '/resources/1',
    /runs twice/,
    /Take one/,
  ],
  ['an unknown method', withResource({ ...list, method: 'LIST' }), 'error', '/resources/0/method', /LIST/, /GET, POST/],
  [
    'an unknown method of the vendor',
    withResource({ ...list, vendorMethod: 'FETCH' }),
    'error',
    '/resources/0/vendorMethod',
    /FETCH is no method of HTTP/,
    /GET, POST/,
  ],
  [
    'a path without a slash',
    withResource({ ...list, path: 'things' }),
    'error',
    '/resources/0/path',
    /begin with a slash/,
    /Write \/things/,
  ],
  [
    'an unknown type',
    withResource({ ...list, type: 'onProvisioned' }),
    'error',
    '/resources/0/type',
    /"onProvisioned", which is never called/,
    /provisionAuthValidation/,
  ],
  [
    'unknown paging',
    withResource({ ...list, paginationType: 'VENDOR' }),
    'warning',
    '/resources/0/paginationType',
    /"VENDOR" says nothing/,
    /VENDOR_NOT_SUPPORTED/,
  ],
  [
    'Java',
    withResource({ ...list, kind: 'java' }),
    'warning',
    '/resources/0/kind',
    /written in Java/,
    /Add vendorPath/,
  ],
  [
    'Java behind the element',
    acme({ hookName: 'Acme' }),
    'warning',
    '/hookName',
    /written in Java.*\(Acme\)/,
    /vendor’s documentation/,
  ],
  ...['a|b|c', 'a..b', 'a[x]', 'a[0', '[0]|a', 'a.'].map(
    (rootKey): Expected => [
      `the root key ${rootKey}`,
      withResource({ ...list, rootKey }),
      'error',
      '/resources/0/rootKey',
      /cannot be read/,
      /\|name for the answer/,
    ],
  ),
  [
    'a path that nothing fills',
    withResource({ ...read, vendorPath: '/v1/things/{thingId}' }),
    'error',
    '/resources/0/vendorPath',
    /nothing fills \{thingId\} in the vendorPath of GET \/things\/\{id\}/,
    /vendorName thingId/,
  ],
  [
    'a path that only a hook could fill',
    withResource({ ...list, vendorPath: '/{region}/things', hooks: [js('done();')] }),
    'warning',
    '/resources/0/vendorPath',
    /nothing fills \{region\}/,
    /a setting region/,
  ],
  [
    'a filtered path that nothing fills',
    withResource({ ...list, parameters: [search], valence: { whenFiltered: { vendorPath: '/{index}/search' } } }),
    'error',
    '/resources/0/valence/whenFiltered/vendorPath',
    /nothing fills \{index\}/,
    /a setting index/,
  ],
  [
    'a literal that nothing fills',
    withParameter({ name: 'Bearer {token}', type: 'value', vendorType: 'header', vendorName: 'X-Token' }),
    'warning',
    '/resources/0/parameters/0/name',
    /nothing fills \{token\}/,
    /vendorType bodyToken/,
  ],
  [
    'a parameter for a placeholder that stands nowhere',
    withParameter(query('region', { vendorType: 'path' })),
    'warning',
    '/resources/0/parameters/0',
    /region fills \{region\}, which stands nowhere/,
    /into the vendorPath/,
  ],
  [
    'a next page that is not sent',
    withResource({ ...list, nextPageKey: 'body.next' }),
    'warning',
    '/resources/0/nextPageKey',
    /every page is the first/,
    /name nextPage/,
  ],
  [
    'a chain to a resource that is not there',
    withResource({ ...list, nextResource: 'GET:/hubs/general/nothing' }),
    'error',
    '/resources/0/nextResource',
    /does not have/,
    /or add it/,
  ],
  [
    'a chain to no resource',
    withResource({ ...list, nextResource: 'things' }),
    'error',
    '/resources/0/nextResource',
    /names no resource/,
    /METHOD:\/path/,
  ],
  [
    'a chain in a circle',
    withResource({ ...list, nextResource: 'GET:/hubs/general/things' }),
    'error',
    '/resources/0/nextResource',
    /comes back to where it was/,
    /after 5/,
  ],
];

const ofParameters: Expected[] = [
  [
    'an unknown place of the caller',
    withParameter(query('x', { type: 'cookie' })),
    'error',
    '/resources/0/parameters/0/type',
    /comes from "cookie"/,
    /query, path, body/,
  ],
  [
    'an unknown place of the vendor',
    withParameter(query('x', { vendorType: 'matrix' })),
    'error',
    '/resources/0/parameters/0/vendorType',
    /goes to "matrix"/,
    /no-op/,
  ],
  [
    'a literal without a place',
    withParameter({ name: 'x', type: 'value' }),
    'error',
    '/resources/0/parameters/0/vendorType',
    /goes nowhere: it has no vendorType/,
    /Write query/,
  ],
  [
    'an unknown source',
    withParameter(query('x', { source: 'vendor' })),
    'warning',
    '/resources/0/parameters/0/source',
    /"vendor", which is read as request/,
    /request or response/,
  ],
  [
    'an answer that is copied nowhere',
    withParameter(query('x', { source: 'response' })),
    'error',
    '/resources/0/parameters/0',
    /copies nothing/,
    /type configuration/,
  ],
  [
    'a parameter of the element in no place',
    acme({ parameters: [query('x', { type: 'cookie' })] }),
    'error',
    '/parameters/0/type',
    /no place/,
    /query/,
  ],
  [
    'a credential written out',
    withParameter({ name: 'Bearer abcdefabcdef1234', type: 'value', vendorType: 'header', vendorName: 'X-Auth' }),
    'warning',
    '/resources/0/parameters/0/name',
    /a credential is written into the document/,
    /from a setting/,
  ],
  [
    'an unknown converter',
    withParameter(query('where', { converter: 'toSql' })),
    'error',
    '/resources/0/parameters/0/converter',
    /no converter toSql/,
    /toQueryParameters, .* or toValueList/,
  ],
  [
    'an unknown converter as the vendor’s name',
    withParameter(query('where', { vendorName: 'converter:toSql' })),
    'error',
    '/resources/0/parameters/0/vendorName',
    /no converter toSql/,
    /toQueryParameters/,
  ],
  [
    'a converter of something else',
    withParameter(query('filter', { converter: 'toSoql' })),
    'warning',
    '/resources/0/parameters/0',
    /reads the caller’s where, not filter/,
    /name where/,
  ],
  [
    'a variable that is not in the path',
    withParameter({ name: 'id', type: 'path', vendorType: 'query', vendorName: 'id', required: true }),
    'error',
    '/resources/0/parameters/0',
    /the path, which has no \{id\}, so every call is refused/,
    /Write \{id\} into the path/,
  ],
  [
    'a variable by another name',
    withParameter({ name: 'thing', type: 'path', vendorType: 'query', vendorName: 'id' }, read),
    'warning',
    '/resources/0/parameters/0',
    /never has a value/,
    /Name id/,
  ],
  [
    'a required body of a GET',
    withParameter({ name: 'body', type: 'body', vendorType: 'body', required: true }),
    'error',
    '/resources/0/parameters/0',
    /the body, which a GET call does not have, so every call is refused/,
    /from the query/,
  ],
  [
    'a form of a GET',
    withParameter({ name: 'x', type: 'multipart', vendorType: 'form' }),
    'warning',
    '/resources/0/parameters/0',
    /the form, which a GET call does not have/,
    /from the query/,
  ],
  [
    'a header of the platform',
    withParameter({ name: 'Authorization', type: 'header', vendorType: 'header', required: true }),
    'error',
    '/resources/0/parameters/0',
    /not passed on, so every call is refused/,
    /from a setting/,
  ],
  [
    'a required value of a step that nobody gives one',
    withParameter(query('x', { required: true }), { ...list, type: 'onProvision' }),
    'error',
    '/resources/0/parameters/0',
    /onProvision runs by itself and nobody gives it/,
    /type configuration/,
  ],
  [
    'a required value that a refresh is not given',
    withParameter(query('token', { required: true }), { ...create, type: 'oauthOnTokenRefresh' }),
    'error',
    '/resources/0/parameters/0',
    /oauthOnTokenRefresh runs by itself/,
    /Use refreshToken or refresh_token/,
  ],
];

const ofHooks: Expected[] = [
  [
    'an unknown type',
    withHook({ ...js('done();'), type: 'before' }),
    'error',
    '/resources/0/hooks/0/type',
    /of the type before never runs/,
    /preRequest or postRequest/,
  ],
  [
    'events in a resource',
    withHook({ ...js('done();'), type: 'event' }),
    'error',
    '/resources/0/hooks/0/type',
    /never runs here/,
    /hooks of the element/,
  ],
  [
    'another language',
    withHook({ ...js('done();'), mimeType: 'text/x-groovy' }),
    'warning',
    '/resources/0/hooks/0/mimeType',
    /run as JavaScript/,
    /application\/javascript/,
  ],
  [
    'no script in a resource',
    withHook({ type: 'postRequest' }),
    'error',
    '/resources/0/hooks/0',
    /no script/,
    /resources\/GET-things\/postRequestHook\.js/,
  ],
  [
    'no script in the element',
    acme({ hooks: [{ type: 'event', body: ' ' }] }),
    'error',
    '/hooks/0',
    /no script/,
    /the file eventHook\.js/,
  ],
  [
    'a script that cannot be read',
    withHook(js('let a = 1;\nif (a {\n  done();\n}')),
    'error',
    '/resources/0/hooks/0/body',
    /no JavaScript: .* in line 2/,
    /body of a function/,
  ],
  [
    'a script that ends too early',
    withHook(js('done(); })(); (function () {')),
    'error',
    '/resources/0/hooks/0/body',
    /no JavaScript/,
    /body of a function/,
  ],
  [
    'a script without a result',
    withHook(js('request_vendor_parameters.a = 1;')),
    'warning',
    '/resources/0/hooks/0/body',
    /never calls done/,
    /done\(\{/,
  ],
];

const ofExtensions: Expected[] = [
  [
    'a total of one record',
    withResource({ ...read, valence: { totalKey: 'count' } }),
    'warning',
    '/resources/0/valence/totalKey',
    /no total/,
    /at the list/,
  ],
  [
    'a filter without where',
    withResource({ ...list, valence: { whenFiltered: { vendorPath: '/v1/search' } } }),
    'error',
    '/resources/0/valence/whenFiltered',
    /nothing takes where/,
    /name where/,
  ],
  [
    'a filter whose parameters replace where',
    withResource({ ...list, parameters: [search], valence: { whenFiltered: { parameters: [query('page')] } } }),
    'error',
    '/resources/0/valence/whenFiltered',
    /nothing takes where/,
    /name where/,
  ],
  [
    'a filter with a wrong parameter',
    withResource({ ...list, valence: { whenFiltered: { parameters: [search, query('x', { type: 'cookie' })] } } }),
    'error',
    '/resources/0/valence/whenFiltered/parameters/1/type',
    /no place/,
    /query/,
  ],
  [
    'a statement that is not sent',
    withResource({ ...list, parameters: [search], valence: { statement } }),
    'error',
    '/resources/0/valence/statement',
    /sent nowhere/,
    /"converter": "toSoql"/,
  ],
  [
    'a condition on a variable that is not in the path',
    withResource({
      ...list,
      parameters: [soql],
      valence: { statement: { ...statement, conditions: [{ field: 'ParentId', parameter: 'id' }] } },
    }),
    'error',
    '/resources/0/valence/statement/conditions/0/parameter',
    /takes \{id\}, which is not in the path/,
    /Write \{id\} into the path/,
  ],
  [
    'a rate limit without a time',
    acme({ valence: { rateLimits: [{ scope: 'instance', requests: 10 }] } }),
    'error',
    '/valence/rateLimits/0',
    /10 calls in how many seconds/,
    /both/,
  ],
  [
    'a rate limit that limits nothing',
    acme({ valence: { rateLimits: [{ scope: 'instance' }] } }),
    'error',
    '/valence/rateLimits/0',
    /limits nothing/,
    /concurrency/,
  ],
  [
    'a rate limit by a setting that is not there',
    acme({ valence: { rateLimits: [{ scope: 'instance', by: ['acme.sight'], requests: 10, seconds: 1 }] } }),
    'error',
    '/valence/rateLimits/0/by/0',
    /no setting/,
    /acme.sight/,
  ],
  [
    'a rate limit of an application that nothing names',
    {
      ...acme({ authentication: { type: 'basic' } }),
      configuration: [
        { key: 'base.url', defaultValue: 'https://acme.test' },
        { key: 'username', required: true },
        { key: 'password', type: 'PASSWORD', required: true },
      ],
      valence: { rateLimits: [{ scope: 'application', requests: 10, seconds: 1 }] },
    },
    'error',
    '/valence/rateLimits/0',
    /no setting names the application/,
    /by/,
  ],
  [
    'a rate limit of paths that are not there',
    acme({ valence: { rateLimits: [{ scope: 'instance', requests: 10, seconds: 1, paths: ['/thing'] }] } }),
    'warning',
    '/valence/rateLimits/0',
    /nothing is counted/,
    /below the hub/,
  ],
  [
    'headers that tell nothing',
    acme({
      valence: { rateLimits: [{ scope: 'instance', requests: 10, seconds: 1, headers: { limit: 'x-limit' } }] },
    }),
    'warning',
    '/valence/rateLimits/0/headers',
    /how many calls are left/,
    /remaining/,
  ],
];

describe.each([
  ['shape', shapes],
  ['settings', ofSettings],
  ['authentication', ofAuthentication],
  ['resources', ofResources],
  ['parameters', ofParameters],
  ['hooks', ofHooks],
  ['valence', ofExtensions],
])('%s', (_subject, cases) => {
  test.each(cases)('%s', (_name, document, level, path, message, advice) => {
    expect(told(document)).toEqual([[level, path, expect.stringMatching(message), expect.stringMatching(advice)]]);
  });
});

test('a chain of five resources is right, and one of six is not', () => {
  const chainOf = (length: number) =>
    Array.from({ length }, (_, index) => ({
      ...list,
      path: `/link${index}`,
      ...(index < length - 1 ? { nextResource: `GET:/link${index + 1}` } : {}),
    }));
  expect(checkElement(withResource(...chainOf(5)))).toEqual([]);
  expect(told(withResource(...chainOf(6)))).toEqual([
    ['error', '/resources/0/nextResource', expect.stringMatching(/more than 5 resources/), expect.any(String)],
  ]);
});

test('a hook is only read, never run', () => {
  const planted = globalThis as Members;
  expect(checkElement(withHook(js('globalThis.planted = 1; done();')))).toEqual([]);
  expect(planted['planted']).toBeUndefined();
});

test('no document makes it throw', () => {
  const names = [
    'method',
    'path',
    'vendorPath',
    'type',
    'name',
    'vendorType',
    'hooks',
    'parameters',
    'rootKey',
    'body',
  ];
  const text = fc.oneof(fc.string(), fc.constantFrom('GET', '/{a}/{', 'toSoql', '[0', '|', '{"', 'preRequest', '((('));
  const member = fc.dictionary(fc.constantFrom(...names), fc.oneof(text, fc.constant(null)));
  const resource = fc.tuple(member, fc.array(member), fc.array(member)).map(([own, parameters, hooks]) => ({
    method: 'GET',
    path: '/x',
    ...own,
    parameters: parameters.map((parameter) => ({ name: 'x', type: 'query', ...parameter })),
    hooks: hooks.map((hook) => ({ type: 'preRequest', ...hook })),
  }));
  const documents = fc.oneof(
    fc.anything(),
    fc.array(resource).map((resources) => acme({ resources })),
  );
  fc.assert(
    fc.property(documents, (document) => {
      for (const { level, path, message, advice } of checkElement(document)) {
        expect(level).toMatch(/^(error|warning)$/);
        expect(path).toMatch(/^\//);
        expect(message).not.toBe('');
        expect(advice).not.toBe('');
      }
    }),
    { numRuns: 300 },
  );
});

const catalog = fileURLToPath(new URL('../../elements', import.meta.url));
const folders = readdirSync(catalog, { withFileTypes: true }).filter(({ name }) =>
  existsSync(join(catalog, name, 'element.json')),
);

test.each(folders.map(({ name }) => name))('the element %s has no error', (name) => {
  const folder = join(catalog, name);
  const document = JSON.parse(readFileSync(join(folder, 'element.json'), 'utf8')) as ElementDocument;
  const errors = checkElement(attachFiles(document, folder, [])).filter(({ level }) => level === 'error');
  expect(errors).toEqual([]);
});
