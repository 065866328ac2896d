// What an element can do, as its settings and objects say, however they are written.

import { describe, expect, test } from 'vitest';
import { defineElement } from './define.ts';
import type { ElementDocument } from './definition.ts';
import { elementMetadata } from './metadata.ts';

function metadata(settings: Record<string, string>, more: Record<string, unknown> = {}) {
  const configuration = Object.entries(settings).map(([key, defaultValue]) => ({ key, defaultValue }));
  const document = { key: 'a', name: 'A', hub: 'general', authentication: { type: 'basic' }, configuration, ...more };
  return elementMetadata(defineElement(document as unknown as ElementDocument, 7, undefined), { expand: true });
}

const events = (settings: Record<string, string>) => metadata(settings)['events'];

describe('events', () => {
  test.each([
    ['webhooks', { supported: true, methods: ['webhook'] }],
    ['webhook', { supported: true, methods: ['webhook'] }],
    ['polling', { supported: true, methods: ['polling'] }],
    ['none', { supported: false, methods: [] }],
    ['', { supported: false, methods: [] }],
  ])('of the kind %j', (kind, expected) => {
    expect(events({ 'event.vendor.type': kind })).toEqual(expected);
  });

  test('name their objects, the kinds of change, and what is polled', () => {
    expect(
      events({
        'event.vendor.type': 'polling',
        'event.metadata': JSON.stringify({
          polling: { contacts: { eventTypes: ['created', 'updated', 'deleted', 7] } },
          webhook: { leads: { eventTypes: ['created'] }, odd: null },
        }),
        'event.poller.configuration': JSON.stringify({
          contacts: { url: '/hubs/crm/contacts?where=x' },
          accounts: { url: '/hubs/crm/accounts' },
        }),
      }),
    ).toEqual({
      supported: true,
      methods: ['polling'],
      polling: {
        contacts: { eventTypes: ['created', 'updated', 'deleted'], pollUrl: '/hubs/crm/contacts?where=x' },
        accounts: { eventTypes: ['created', 'updated'], pollUrl: '/hubs/crm/accounts' },
      },
      webhook: { leads: { eventTypes: ['created'] }, odd: { eventTypes: [] } },
    });
  });

  test.each(['{ not JSON', '[]', 'null', '{"polling":7}'])('settings such as %s count as absent', (odd) => {
    expect(events({ 'event.metadata': odd, 'event.poller.configuration': odd === '{"polling":7}' ? '' : odd })).toEqual(
      {
        supported: false,
        methods: [],
      },
    );
  });
});

test('objects say which bulk jobs and events they have', () => {
  const objects = [{ name: 'contacts', hulkDownloadEnabled: true, bulkUploadEnabled: true }, { name: 7 }, null];
  expect(metadata({}, { objects, bulkDownloadEnabled: true })).toMatchObject({
    bulk: { download: true, upload: false },
    objects: [{ name: 'contacts', bulkDownloadEnabled: true, bulkUploadEnabled: true, eventsEnabled: false }],
  });
});
