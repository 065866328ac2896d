// Documents that are wrong in places, and requests of every kind: what cannot be understood is left out and said, and nothing
// that is sent makes a vendor fail.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mixedDocument, odataDocument, soapDocument } from '../../test/support/simulated-documents.ts';
import { createState } from '../state.ts';
import { storedBytes } from '../stored.ts';
import type { VendorRequest } from '../vendor.ts';
import { tidyDocument } from './document.ts';
import { createGenericVendors } from './vendor.ts';

const now = () => new Date(Date.UTC(2026, 0, 1));

function requestOf(method: string, target: string, body = '', contentType = 'application/json'): VendorRequest {
  const [path = '/', query = ''] = target.split('?');
  const bytes = Buffer.from(body);
  const headers = { 'content-type': contentType };
  return { method, host: 'mixedbodies.vendor.test', path, query, headers, body, bytes, upload: storedBytes(bytes) };
}

const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE');

describe('a document', () => {
  test('of any JSON becomes a vendor', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), methods, (value, method) => {
        const [vendor] = createGenericVendors(createState(now), [tidyDocument(value, 'anything')]);
        expect(vendor?.handle(requestOf(method, '/api/x')).status).toBeGreaterThanOrEqual(200);
      }),
    );
  });

  test('with anything in place of one of its members becomes a vendor', () => {
    const places = [mixedDocument, soapDocument, odataDocument].flatMap((document) =>
      placesIn(document, []).map((path) => ({ document, path })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.jsonValue({ maxDepth: 2 }),
        methods,
        ({ document, path }, junk, method) => {
          const broken = structuredClone(document) as unknown as Record<string, unknown>;
          replace(broken, path, junk);
          const [vendor] = createGenericVendors(createState(now), [tidyDocument(broken, 'broken')]);
          for (const target of ['/api/contacts?page=2', '/api/contacts/1001', '/api/Products(1001)', '/api']) {
            expect(vendor?.handle(requestOf(method, target, '{"name":"x"}')).status).toBeGreaterThanOrEqual(200);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each([{ keep: 5 }, { paging: 5 }, { whenFiltered: 'x' }, { statement: {} }, { pick: null }, 7])(
    'with the extension %j of a resource does without it',
    (valence) => {
      const resource = { method: 'GET', path: '/hubs/general/contacts', vendorPath: '/contacts', valence };
      const served = tidyDocument({ key: 'mixedbodies', resources: [resource], valence }, '');
      expect(served.notes).toHaveLength(2);
      const [vendor] = createGenericVendors(createState(now), [served]);
      expect(vendor?.handle(requestOf('GET', '/contacts')).status).toBe(200);
    },
  );

  test('says what was left out', () => {
    const { document, notes } = tidyDocument(
      { key: 'partly', resources: [{ method: 'GET' }, { method: 'GET', path: '/x' }] },
      '',
    );
    expect(document.resources).toHaveLength(1);
    expect(notes).toEqual(['resources[0] is left out: it has no method and path that can be read.']);
  });
});

test('a request of any kind is answered', () => {
  const [vendor] = createGenericVendors(createState(now), [{ document: mixedDocument, notes: [] }]);
  const targets = fc.constantFrom(
    '/api/contacts',
    '/api/contacts/1001',
    '/api/contacts/%/notes',
    '/api/files',
    '/api/files/1001/content',
    '//',
    '/%ff',
  );
  const types = fc.constantFrom(
    'application/json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'text/xml',
    'nonsense',
  );
  fc.assert(
    fc.property(methods, targets, fc.string(), fc.string(), types, (method, target, query, body, type) => {
      const { status } = vendor?.handle(requestOf(method, `${target}?${query}`, body, type)) ?? { status: 0 };
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 500 },
  );
});

type Path = (string | number)[];

function placesIn(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [
    ...(path.length === 0 ? [] : [path]),
    ...inner.flatMap(([name, member]) => placesIn(member, [...path, name])),
  ];
}

function replace(target: Record<string, unknown>, path: Path, junk: unknown): void {
  let place = target as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, unknown>;
  place[path.at(-1) ?? ''] = junk;
}
