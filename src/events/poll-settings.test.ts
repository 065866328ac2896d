import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { defineElement } from '../element/define.ts';
import type { ElementDocument } from '../element/definition.ts';
import { isPolled, pollInterval, readPollPlan, requirePollable } from './poll-settings.ts';

const document = {
  key: 'made',
  name: 'Made',
  hub: 'crm',
  authentication: { type: 'custom' },
  configuration: [],
  objects: [
    {
      name: 'Contact',
      primaryKeyName: 'Id',
      updatedDateName: 'LastModifiedDate',
      updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss.SSSZ",
    },
  ],
} as unknown as ElementDocument;
const element = defineElement(document, 1, undefined);
const plan = (settings: Record<string, string>) => readPollPlan(element, settings);
const day = '$' + '{gmtDate:yyyy-MM-dd}';

describe('the configuration', () => {
  const incidents = {
    url: `/hubs/helpdesk/incidents?where=updated_at>'${day}'`,
    idField: 'id',
    datesConfiguration: {
      updatedDateField: 'updated_at',
      updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss'Z'",
      updatedDateTimezone: 'PST',
      createdDateField: 'created_at',
    },
  };

  test('names each object with its URL, its id and its dates', () => {
    const { objects, faults } = plan({
      'event.poller.configuration': JSON.stringify({
        incidents: {
          ...incidents,
          pageSize: '50',
          pollDelay: 60,
          createdCheckTolerance: 10,
          filterByUpdatedDate: false,
        },
      }),
    });
    expect(faults).toEqual([]);
    const dates = { format: "yyyy-MM-dd'T'HH:mm:ss'Z'", zone: 'PST' };
    expect(objects).toEqual([
      {
        name: 'incidents',
        url: incidents.url,
        idField: 'id',
        updated: { field: 'updated_at', ...dates },
        created: { field: 'created_at', ...dates },
        filterByUpdatedDate: false,
        createdCheckTolerance: 10,
        pageSize: 50,
        pollDelay: 60,
      },
    ]);
  });

  test('may be JSON in JSON, and have dates that are empty', () => {
    const empty = { updatedDateField: '', updatedDateFormat: '', updatedDateTimezone: '', createdDateField: '' };
    const text = JSON.stringify({ clients: { url: '/clients', idField: '@.@id', datesConfiguration: empty } });
    const { objects, faults } = plan({ 'event.poller.configuration': JSON.stringify(text) });
    expect(faults).toEqual([]);
    expect(objects[0]).toMatchObject({ name: 'clients', idField: '@.@id', updated: undefined, created: undefined });
  });

  test('that is no JSON is a fault, and every other fault is named, too', () => {
    expect(plan({ 'event.poller.configuration': '{"a":{"url":"/a",}}' })).toMatchObject({
      objects: [],
      faults: [{ object: undefined, text: expect.stringContaining('event.poller.configuration is no valid JSON') }],
    });
    const { objects, faults } = plan({
      'event.poller.configuration': JSON.stringify({
        good: incidents,
        flat: 'text',
        empty: {},
        bad: {
          url: 'x?$' + '{nothing}',
          idField: 'id',
          pageSize: 0,
          pollDelay: 'soon',
          datesConfiguration: { updatedDateField: 'u', updatedDateFormat: 'never', updatedDateTimezone: 'Mars' },
        },
      }),
    });
    expect(objects.map(({ name }) => name)).toEqual(['good']);
    const text = faults.map((fault) => `${fault.object}: ${fault.text}`).join('\n');
    for (const part of [
      'flat: event.poller.configuration: flat: must be an object',
      'url is missing',
      'idField is missing',
      'slash',
      'no token',
      'pageSize',
      'pollDelay',
      'letter n',
      'Mars',
    ]) {
      expect(text).toContain(part);
    }
  });
});

describe('other forms', () => {
  test('event.objects names what the metadata says how to poll', () => {
    const metadata = {
      polling: {
        '{objectName}': { eventTypes: ['created', 'updated'], pollUrl: `/hubs/crm/{objectName}?where=x>'${day}'` },
        Account: { idField: 'Key' },
      },
    };
    const settings = { 'event.metadata': JSON.stringify(metadata), 'event.objects': 'Contact, Account' };
    const { objects, faults } = plan(settings);
    expect(faults).toEqual([]);
    expect(objects.map(({ name, url, idField }) => [name, url, idField])).toEqual([
      ['Contact', `/hubs/crm/Contact?where=x>'${day}'`, 'Id'],
      ['Account', `/hubs/crm/Account?where=x>'${day}'`, 'Key'],
    ]);
    expect(objects[0]?.updated?.field).toBe('LastModifiedDate');
    expect(plan({ ...settings, 'event.objects': 'Contact' }).objects).toHaveLength(1);
    expect(plan({ 'event.metadata': JSON.stringify(metadata) }).objects.map(({ name }) => name)).toEqual(['Account']);
  });

  test('an object is asked for by the date that the document declares', () => {
    const pattern = '$' + "{gmtDate:yyyy-MM-dd'T'HH:mm:ss.SSSZ}";
    expect(plan({ 'event.objects': 'Contact' }).objects[0]?.url).toBe(
      `/hubs/crm/Contact?where=LastModifiedDate>='${pattern}'`,
    );
  });

  test.each([
    [
      'contacts|accounts',
      [
        ['contacts', '/hubs/crm/contacts'],
        ['accounts', '/hubs/crm/accounts'],
      ],
    ],
    [
      'contacts\naccounts',
      [
        ['contacts', '/hubs/crm/contacts'],
        ['accounts', '/hubs/crm/accounts'],
      ],
    ],
    [
      'a, b',
      [
        ['a', '/hubs/crm/a'],
        ['b', '/hubs/crm/b'],
      ],
    ],
    [
      `envelopes|/hubs/x/envelopes?where=f='${day}'\nb|/b?x=1,2|c`,
      [
        ['envelopes', `/hubs/x/envelopes?where=f='${day}'`],
        ['b', '/b?x=1,2'],
        ['c', '/hubs/crm/c'],
      ],
    ],
    ['/hubs/crm/notes?a=b', [['notes', '/hubs/crm/notes?a=b']]],
  ])('event.poller.urls %j', (urls, expected) => {
    const { objects, faults } = plan({ 'event.poller.urls': urls });
    expect(faults).toEqual([]);
    expect(objects.map(({ name, url }) => [name, url])).toEqual(expected);
  });
});

test('who is polled, and how often', () => {
  const on = { 'event.notification.enabled': 'true' };
  expect(isPolled({ ...on, 'event.vendor.type': 'webhook, Polling' })).toBe(true);
  expect(isPolled({ ...on, 'event.vendor.type': 'webhooks' })).toBe(false);
  expect(isPolled({ 'event.vendor.type': 'polling' })).toBe(false);
  expect(pollInterval({})).toBe(900_000);
  expect(pollInterval({ 'event.poller.refresh_interval': '2' })).toBe(120_000);
  const faulty = { ...on, 'event.vendor.type': 'polling', 'event.poller.configuration': '{' };
  for (const interval of ['0', '-1', 'soon', '1e9', '0.5']) {
    const settings = { ...faulty, 'event.poller.refresh_interval': interval };
    expect(() => requirePollable(element, settings)).toThrow(Problem);
    expect(() => requirePollable(element, settings)).toThrow(/refresh_interval.*event\.poller\.configuration/s);
  }
  requirePollable(element, { 'event.poller.configuration': '{' });
});

test('no settings make it throw', () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), fc.string(), fc.string(), (configuration, metadata, objects, urls) => {
      const settings = {
        'event.poller.configuration': configuration,
        'event.metadata': metadata,
        'event.objects': objects,
        'event.poller.urls': urls,
      };
      const { faults } = plan(settings);
      for (const { text } of faults) expect(typeof text).toBe('string');
    }),
  );
});
