// Two clients that exist, unchanged from npm, against the platform: what they upload is downloaded the same, updated and
// deleted, and what is refused is told. `npm run clients` makes the same trip with any documents.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { catalogDocuments, clientTrip, type ElementDocument, type TripLine } from '../trials/client-trip.ts';
import { compareDocuments } from '../trials/compare-documents.ts';
import { type DoctorClient, type DoctorClients, startDoctorClients } from './support/doctor-clients.ts';
import { administrator, type Platform, startPlatform } from './support/platform.ts';

let platform: Platform;
let doctor: DoctorClients;
beforeAll(async () => {
  platform = await startPlatform();
  doctor = await startDoctorClients({ url: platform.url, ...administrator });
});
afterAll(async () => {
  await doctor.close();
  await platform.close();
});

// A test that fails leaves nothing to the next.
afterEach(async () => {
  for (const { id } of await ownElements()) await platform.call('DELETE', `/elements/${id}`);
});

const names = ['ce-util', 'doctor-core'] as const;
const clientOf = (name: (typeof names)[number], { clients } = doctor): DoctorClient =>
  clients[name === 'ce-util' ? 0 : 1];
const patience = 180_000;

const hook = { type: 'preRequest', mimeType: 'application/javascript', isLegacy: false, body: "done({});\n// ü '\\n" };
const plain = { hub: 'crm', authentication: { type: 'custom' }, private: true };
const bare: ElementDocument = { ...plain, key: 'bare', name: 'Bare', configuration: [] };

/** Documents as they are found: exported elsewhere, written by hand, with faults that only a call would show. */
const odd: ElementDocument[] = [
  {
    ...plain,
    key: 'odd-one_1.x',
    name: 'Odd > Name | with/slash - and?',
    id: 4711,
    ownerAccountId: 9,
    'odd member': { id: 5, createdDate: 'as it is', nothing: null, deep: [[], [null], {}] },
    'a/b~c': 1.5e-7,
    configuration: [
      { key: 'z.last', defaultValue: '{"broken": [', id: 12, 'di¸splayOrder': 1 },
      { key: 'a.first', defaultValue: '', description: null },
    ],
    parameters: [{ name: 'x', type: 'value', vendorName: 'X', vendorType: 'header', id: 1, elementId: 4711 }],
    hooks: [
      { ...hook, body: 'this is { no script' },
      { type: 'postRequest', id: 4, elementId: 4711 },
      { ...hook, type: 'event', body: null },
    ],
    resources: [
      {
        id: 12,
        ownerAccountId: 9,
        method: 'GET',
        path: '/hubs/crm/things/{id}',
        type: 'api',
        vendorPath: '/things/{id}',
        vendorMethod: null,
        'never heard of': ['one', { two: 2 }],
        parameters: [
          { name: 'where', type: 'query', vendorName: 'q', vendorType: 'query', id: 3, resourceId: 12, createdDate: 1 },
          { name: 'id', type: 'path', vendorName: 'id', vendorType: 'path' },
        ],
        hooks: [{ ...hook, body: 'done(', id: 8, resourceId: 12 }],
        model: { id: 6, name: 'things', swagger: '{"things": {' },
      },
      // The same method and path: a client's folder has one file for both hooks.
      {
        method: 'GET',
        path: '/hubs/crm/things/{id}',
        type: 'onProvision',
        hooks: [{ ...hook, body: 'done({a: 1});' }],
      },
      { method: 'DELETE', path: '/hubs/crm/things/{id}', hooks: null, parameters: null },
    ],
    objects: [{ id: 2, name: 'things', fields: [{ id: 1, objectId: 2, name: 'id' }] }],
  },
  bare,
  { ...plain, key: 'nulls', name: 'Nulls', configuration: [], parameters: null, hooks: null, objects: null },
];

test.each(names)(
  '%s: elements make the round trip in both forms, field for field',
  async (name) => {
    const lines: TripLine[] = [];
    await clientTrip([...odd, ...(await catalogDocuments(platform.call))], {
      client: clientOf(name),
      call: platform.call,
      folder: join(doctor.folder, `trip-${name}`),
      report: (line) => lines.push(line),
    });
    expect(lines.filter(({ faults }) => faults.length > 0)).toEqual([]);
    expect(lines.length).toBeGreaterThan(60);
  },
  patience,
);

async function written(name: string, content: unknown): Promise<{ file: string }> {
  const file = join(doctor.folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return { file };
}
async function ownElements(): Promise<{ id: number; key: string; description?: string }[]> {
  const { body } = await platform.call('GET', "/elements?where=private='true'");
  return body.sort((one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1));
}

test.each(names)(
  '%s tells what is refused; the other elements are there',
  async (name) => {
    const client = clientOf(name);
    const good = [1, 2, 3].map((number) => ({
      ...bare,
      key: `good${number}`,
      name: `Good ${number}`,
      description: 'old',
    }));
    const { name: _, ...nameless } = { ...bare, key: 'nameless' };
    const [first, ...others] = good;
    const faulty = await client.upload(await written('faulty.json', [first, nameless, ...others]));
    expect(faulty.errors).toContain('must have required properties name');
    expect((await ownElements()).map(({ key }) => key)).toEqual(['good1', 'good2', 'good3']);

    const broken = { ...first, description: 'new', resources: [{ method: 'GET' }] };
    const half = await client.upload(
      await written('half.json', [broken, ...others.map((one) => ({ ...one, description: 'new' }))]),
    );
    expect(half.errors).toContain('/resources/0');
    expect((await ownElements()).map(({ description }) => description)).toEqual(['old', 'new', 'new']);

    const noJson = await client.upload(await written('broken.json', '[{"key": '));
    expect(noJson.status).toBe(1);
    expect(await ownElements()).toHaveLength(3);

    const stranger = await startDoctorClients({ url: platform.url, ...administrator, userSecret: 'nobody' });
    try {
      expect(
        (await clientOf(name, stranger).upload(await written('good.json', [{ ...bare, key: 'stranger' }]))).status,
      ).toBe(1);
      expect((await clientOf(name, stranger).remove()).status).toBe(1);
    } finally {
      await stranger.close();
    }
    expect(await ownElements()).toHaveLength(3);

    if (name === 'ce-util') {
      // It goes on as if nothing had happened, and says so on standard error only.
      expect(faulty.errors).toMatch(/^Failed to create elements with name undefined\. \n400 - /);
      expect(half.errors).toMatch(/^400 - /);
      expect([faulty.status, half.status]).toEqual([0, 0]);
    } else {
      const outcome = (key: string, { events }: typeof half) =>
        events.filter((event) => event.assetName === key).map(({ assetStatus }) => assetStatus);
      expect(outcome('nameless', faulty)).toEqual(['inprogress', 'failed']);
      expect(outcome('good1', half)).toEqual(['inprogress', 'failed']);
      for (const { key } of others) expect(outcome(key, half)).toEqual(['inprogress', 'completed']);
      expect([faulty.status, half.status]).toEqual([1, 1]);
    }
    await client.remove();
    expect(await ownElements()).toEqual([]);
  },
  patience,
);

/** The resources that the account added to an element of the catalog, by path. */
async function addedTo(key: string): Promise<Record<string, unknown>[]> {
  const { body } = await platform.call('GET', `/elements/${key}/resources?accountOnly=true`);
  return byPath(body);
}
function byPath(resources: Record<string, unknown>[]): Record<string, unknown>[] {
  return [...resources].sort((one, other) => (String(one['path']) < String(other['path']) ? -1 : 1));
}
const ids = (resources: Record<string, unknown>[]) => resources.map(({ id }) => id);
const readDocuments = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as ElementDocument[];

test(
  'doctor-core: what an account added to the catalog’s elements is downloaded, uploaded when it is gone, and updated',
  async () => {
    const client = clientOf('doctor-core');
    const [replaced] = (await platform.call('GET', '/elements/zendesk/resources')).body;
    const added = {
      zendesk: [
        ...Array.from({ length: 12 }, (_, number) => `/hubs/helpdesk/added-${10 + number}`),
        String(replaced.path),
      ].map((path) => ({
        method: path === replaced.path ? replaced.method : 'GET',
        path,
        type: path === replaced.path ? replaced.type : 'api',
        kind: 'eb',
        vendorPath: '/ours',
        'never heard of': null,
        parameters: [{ name: 'a', type: 'query', vendorName: 'b', vendorType: 'query' }],
        hooks: [{ ...hook, body: `// of ${path}` }],
      })),
      sfdc: [{ method: 'PUT', path: '/hubs/crm/added', type: 'api', kind: 'eb', parameters: [], hooks: [] }],
    };
    const catalog = (await platform.call('GET', '/elements', { authorization: undefined })).body;
    const catalogId = (key: string) => catalog.find((element: { key: string }) => element.key === key).id;
    for (const [key, resources] of Object.entries(added)) {
      for (const body of resources) {
        expect((await platform.call('POST', `/elements/${key}/resources`, { body })).status).toBe(200);
      }
    }
    const keys = Object.keys(added) as (keyof typeof added)[];
    const wanted = keys.map((key) => ({ key, name: key }));
    const expectAdded = (documents: ElementDocument[], what: Record<string, object[]>) => {
      expect(documents.map(({ key }) => key).sort()).toEqual(keys.toSorted());
      for (const { key, extended, resources } of documents) {
        expect(extended).toBe(true);
        const { differences } = compareDocuments(
          { resources: byPath(what[key] as Record<string, unknown>[]) },
          { resources: byPath(resources as Record<string, unknown>[]) },
        );
        expect(differences).toEqual([]);
      }
    };
    const removeAdded = async () => {
      for (const key of keys) {
        for (const { id } of await addedTo(key)) await platform.call('DELETE', `/elements/${key}/resources/${id}`);
        expect((await platform.call('GET', `/elements/${key}`)).body.extended).toBe(false);
      }
    };

    for (const place of [{ file: join(doctor.folder, 'extended.json') }, { dir: join(doctor.folder, 'extended') }]) {
      const file = join(doctor.folder, 'extended-now.json');
      expect(client.fault(await client.download(place), 'downloaded', wanted)).toBeUndefined();
      await removeAdded();
      expect(client.fault(await client.upload(place), 'uploaded', wanted)).toBeUndefined();
      expect(client.fault(await client.download({ file }), 'downloaded', wanted)).toBeUndefined();
      expectAdded(await readDocuments(file), added);

      const before = ids(await addedTo('zendesk'));
      expect(before).toHaveLength(added.zendesk.length);
      expect(client.fault(await client.upload(place), 'uploaded', wanted)).toBeUndefined();
      expect(ids(await addedTo('zendesk'))).toEqual(before);

      // What is the catalog's again is not mistaken for the account's.
      const taken = (await addedTo('zendesk')).find(({ path }) => path === replaced.path);
      await platform.call('DELETE', `/elements/zendesk/resources/${taken?.['id']}`);
      expect(client.fault(await client.upload(place), 'uploaded', wanted)).toBeUndefined();
      expect(await addedTo('zendesk')).toHaveLength(added.zendesk.length);
    }

    // With a private element of the same key: each goes to its own.
    const file = join(doctor.folder, 'both.json');
    const changed = { ...added, zendesk: added.zendesk.map((resource) => ({ ...resource, vendorPath: '/changed' })) };
    const extensions = keys.map((key) => ({ key, name: key, extended: true, resources: changed[key] }));
    const own = (await catalogDocuments(platform.call)).find(({ key }) => key === 'zendesk');
    const before = ids((await platform.call('GET', '/elements/zendesk/resources?accountOnly=true')).body);
    const both = [...extensions, { ...own, key: 'zendesk', name: 'Zendesk', private: true }];
    for (let time = 1; time <= 2; time++) {
      const run = await client.upload(await written('both.json', both));
      expect(client.fault(run, 'uploaded', both)).toBeUndefined();
    }
    const all = await client.download({ file });
    expect(client.fault(all, 'downloaded', both)).toBeUndefined();
    const documents = await readDocuments(file);
    expectAdded(
      documents.filter(({ extended }) => extended),
      changed,
    );
    const stored = (await platform.call('GET', `/elements/${catalogId('zendesk')}/resources?accountOnly=true`)).body;
    expect(ids(stored).sort()).toEqual(before.sort());
    expect(
      compareDocuments(
        { ...own, private: true },
        documents.find((one) => one['private'] === true),
      ).differences,
    ).toEqual([]);

    // The other client knows private elements only, and so does a deletion of everything.
    const ceUtil = clientOf('ce-util');
    expect((await ceUtil.download({ file })).status).toBe(0);
    expect((await readDocuments(file)).map(({ key }) => key)).toEqual(['zendesk']);
    expect((await client.remove()).status).toBe(0);
    expect(await ownElements()).toEqual([]);
    expect(await addedTo('zendesk')).toHaveLength(added.zendesk.length);
    await removeAdded();
    expect((await ceUtil.download({ file })).status).toBe(0);
    expect(await readDocuments(file)).toEqual([]);
  },
  patience,
);
