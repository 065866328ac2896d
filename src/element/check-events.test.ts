// Every rule for events with a document that breaks it alone.

import { describe, expect, test } from 'vitest';
import { checkElement } from './check.ts';

type Members = Record<string, unknown>;

const settings = [
  { key: 'base.url', type: 'TEXTFIELD_1000', defaultValue: 'https://api.acme.test' },
  { key: 'acme.key', type: 'PASSWORD' },
  { key: 'acme.account', type: 'TEXTFIELD_64' },
];
const list = { method: 'GET', path: '/hubs/general/things', vendorPath: '/v1/things', type: 'api' };
const subscribe = { method: 'POST', path: '/hubs/general/hooks', vendorPath: '/v1/hooks', type: 'onProvisionWebhook' };
const unsubscribe = { method: 'DELETE', path: '/hubs/general/hooks', vendorPath: '/v1/hooks', type: 'onDeleteWebhook' };
const signed = {
  way: 'hmac',
  from: 'header.x-signature',
  setting: 'acme.key',
  signs: '{header.x-time}.{body}',
  timestamp: { from: 'header.x-time', form: 'seconds' },
};
const rule = { objectType: 'things', objectId: '{body.id}', eventType: 'UPDATED' };

/** An element that takes webhooks, with which nothing is wrong, changed. */
function acme(changes: Members = {}): Members {
  return {
    key: 'acme',
    name: 'Acme',
    hub: 'general',
    authentication: { type: 'none' },
    configuration: settings,
    resources: [list, subscribe, unsubscribe],
    valence: { webhooks: { verify: [signed], events: [rule] } },
    ...changes,
  };
}
const withWebhooks = (changes: Members): Members =>
  acme({ valence: { webhooks: { verify: [signed], events: [rule], ...changes } } });
const withProof = (changes: Members): Members => withWebhooks({ verify: [{ ...signed, ...changes }] });
const withRule = (changes: Members): Members => withWebhooks({ events: [{ ...rule, ...changes }] });
const withDefault = (key: string, defaultValue: string): Members =>
  acme({ configuration: [...settings, { key, defaultValue }] });

test('an element that says all of its webhooks has no findings', () => {
  expect(checkElement(acme())).toEqual([]);
  const all = withWebhooks({
    secret: 'acme.key',
    eventId: 'header.x-delivery',
    verify: [signed, { way: 'secret', from: 'query.token', setting: 'acme.key' }],
    challenges: [
      {
        when: { method: 'GET', 'query.hub.mode': 'subscribe', 'query.hub.verify_token': '{setting.acme.key}' },
        answer: { body: '{query.hub.challenge}', headers: { 'X-Secret': '{header.x-secret}' } },
      },
    ],
    events: [
      { ...rule, when: { 'body.kind': '*' }, rows: 'body.rows', objectId: '{row.Id}', date: '{row.Changed}' },
      { ...rule, when: { 'body.0.id': '*' }, rows: 'body', objectId: '{row}' },
      { ...rule, eventType: { from: 'body.what', map: { made: 'CREATED' } } },
    ],
  });
  expect(checkElement(all)).toEqual([]);
});

const poll = '{"things":{"url":"/hubs/general/things","idField":"id"}}';
test.each([
  ['event.vendor.type', 'webhook'],
  ['event.vendor.type', 'webhooks,polling'],
  ['event.vendor.type', 'none'],
  ['event.notification.instance.finder', 'acme.account|account.id'],
  ['event.poller.configuration', poll],
])('the default of %s may be %s', (key, value) => {
  expect(checkElement(withDefault(key, value))).toEqual([]);
});

type Expected = [name: string, document: unknown, level: string, path: string, message: RegExp, advice: RegExp];

const cases: Expected[] = [
  [
    'a place that is none',
    withProof({ from: 'x-signature' }),
    'error',
    '/valence/webhooks/verify/0/from',
    /"x-signature" is no place/,
    /header\.<name>/,
  ],
  [
    'a header in capitals',
    withProof({ from: 'header.X-Signature' }),
    'error',
    '/valence/webhooks/verify/0/from',
    /in lower case/,
    /Write header\.x-signature/,
  ],
  [
    'a code inside of what it is made of',
    withProof({ from: 'body.signature' }),
    'error',
    '/valence/webhooks/verify/0/from',
    /cannot stand in it/,
    /Name the header/,
  ],
  [
    'a key in a setting that is not there',
    withProof({ setting: 'acme.other' }),
    'error',
    '/valence/webhooks/verify/0/setting',
    /acme\.other is no setting/,
    /Add the setting/,
  ],
  [
    'a key that everybody sees',
    withProof({ setting: 'acme.account' }),
    'warning',
    '/valence/webhooks/verify/0/setting',
    /shown in clear/,
    /PASSWORD/,
  ],
  [
    'a code of another part than the body',
    withProof({ signs: '{header.x-time}' }),
    'warning',
    '/valence/webhooks/verify/0/signs',
    /says nothing of the body/,
    /Add \{body\}/,
  ],
  [
    'a code of a place that is none',
    withProof({ signs: '{header.x-time}{time}{body}' }),
    'error',
    '/valence/webhooks/verify/0/signs',
    /"time" is no place/,
    /Write method/,
  ],
  [
    'a time that is not signed',
    withProof({ signs: '{body}' }),
    'warning',
    '/valence/webhooks/verify/0/timestamp/from',
    /sent again with a new time/,
    /\{header\.x-time\} into signs/,
  ],
  [
    'a secret that is to be computed',
    withWebhooks({ verify: [{ way: 'secret', from: 'query.token', setting: 'acme.key', algorithm: 'sha1' }] }),
    'warning',
    '/valence/webhooks/verify/0',
    /as it comes/,
    /away/,
  ],
  [
    'a secret that proves nothing',
    acme({
      configuration: [...settings, { key: 'acme.made', type: 'PASSWORD' }],
      valence: { webhooks: { verify: [signed], events: [rule], secret: 'acme.made' } },
    }),
    'warning',
    '/valence/webhooks/secret',
    /no webhook is verified by/,
    /in verify/,
  ],
  [
    'an id at no place',
    withWebhooks({ eventId: 'id' }),
    'error',
    '/valence/webhooks/eventId',
    /"id" is no place/,
    /body\.<path>/,
  ],
  [
    'a challenge that asks for no place',
    withWebhooks({ challenges: [{ when: { mode: 'subscribe' }, answer: {} }] }),
    'error',
    '/valence/webhooks/challenges/0/when',
    /"mode" is no place/,
    /query\.<name>/,
  ],
  [
    'a challenge that is answered with a setting which is not there',
    withWebhooks({ challenges: [{ when: {}, answer: { body: '{setting.acme.word}' } }] }),
    'error',
    '/valence/webhooks/challenges/0/answer/body',
    /acme\.word is no setting/,
    /Add the setting/,
  ],
  [
    'a row without rows',
    withRule({ objectId: '{row.Id}' }),
    'error',
    '/valence/webhooks/events/0/objectId',
    /there are no rows/,
    /in rows/,
  ],
  [
    'a kind of event from no place',
    withRule({ eventType: { from: 'action', map: {} } }),
    'error',
    '/valence/webhooks/events/0/eventType/from',
    /"action" is no place/,
    /body\.<path>/,
  ],
  [
    'a rule behind one that always holds',
    withWebhooks({ events: [rule, { ...rule, when: { 'body.a': '1' } }] }),
    'warning',
    '/valence/webhooks/events/1',
    /this one never does/,
    /at the end/,
  ],
  [
    'webhooks that anybody can send',
    withWebhooks({ verify: undefined }),
    'warning',
    '/valence',
    /nothing verifies them/,
    /valence\.webhooks\.verify/,
  ],
  [
    'webhooks that nothing reads',
    withWebhooks({ events: undefined }),
    'warning',
    '/hooks',
    /nothing says what they tell/,
    /hook of the type event/,
  ],
  [
    'webhooks without an end',
    acme({ resources: [list, subscribe] }),
    'warning',
    '/resources',
    /not to end them/,
    /onDeleteWebhook/,
  ],
  [
    'a way of events that there is not',
    withDefault('event.vendor.type', 'push'),
    'warning',
    '/configuration/3/defaultValue',
    /never come by "push"/,
    /polling/,
  ],
  [
    'a finder that is none',
    withDefault('event.notification.instance.finder', 'acme.account'),
    'warning',
    '/configuration/3/defaultValue',
    /finds no instance/,
    /acme\.account\|account\.id/,
  ],
  [
    'a finder by a setting that is not there',
    withDefault('event.notification.instance.finder', 'acme.other|account.id'),
    'warning',
    '/configuration/3/defaultValue',
    /acme\.other is no setting/,
    /Add it/,
  ],
  [
    'polls that are no JSON',
    withDefault('event.poller.configuration', '{"things":'),
    'warning',
    '/configuration/3/defaultValue',
    /no valid JSON/,
    /Mend the JSON/,
  ],
  [
    'polls that are a list',
    withDefault('event.poller.configuration', '[]'),
    'warning',
    '/configuration/3/defaultValue',
    /no list of objects/,
    /"url"/,
  ],
  [
    'an object that is polled nowhere',
    withDefault('event.poller.configuration', '{"things":{}}'),
    'warning',
    '/configuration/3/defaultValue',
    /things cannot be polled without url and idField/,
    /Give the url/,
  ],
];

describe('what is wrong is told', () => {
  test.each(cases)('%s', (_name, document, level, path, message, advice) => {
    const findings = checkElement(document).map((found) => [found.level, found.path, found.message, found.advice]);
    expect(findings).toEqual([[level, path, expect.stringMatching(message), expect.stringMatching(advice)]]);
  });
});
