// Two clients that exist, unchanged from npm, with common resources: what they upload, in a file or in folders, in the
// older and in the newer form, is there; what they download they upload elsewhere, and it is the same.

import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ClientRun, type DoctorClients, startDoctorClients } from './support/doctor-clients.ts';
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
const wipe = () => platform.sql('with gone as (delete from transformations) delete from object_definitions');
beforeEach(wipe);
afterEach(wipe);

const patience = 120_000;
const [ceUtil, doctorCore] = [() => doctor.clients[0].vdrs, () => doctor.clients[1].vdrs];
const script = { mimeType: 'application/javascript', body: 'done(transformedObject);\n// ü' };

/** The older form, as both clients have it in a file: entries of many objects. */
const older = {
  objectDefinitions: {
    person: {
      objectName: 'person',
      level: 'organization',
      fields: [
        { path: 'address', type: 'place', associatedLevel: 'organization' },
        { path: 'name', type: 'string', displayName: 'Name' },
      ],
    },
    place: { objectName: 'place', fields: [{ path: 'zip', type: 'string' }] },
    unmapped: { objectName: 'unmapped', fields: [{ path: 'id', type: 'number' }] },
  },
  transformations: {
    zendesk: {
      person: {
        objectName: 'person',
        vendorName: 'users',
        level: 'organization',
        isLegacy: false,
        fields: [{ path: 'name', vendorPath: 'name', type: 'string' }],
        configuration: [
          { type: 'passThrough', level: 'organization', properties: { fromVendor: false, toVendor: true } },
        ],
        script,
      },
    },
    sfdc: {
      person: {
        objectName: 'person',
        vendorName: 'Contact',
        fields: [{ path: 'name', vendorPath: 'LastName', type: 'string' }],
      },
      place: {
        objectName: 'place',
        vendorName: 'Account',
        fields: [{ path: 'zip', vendorPath: 'BillingPostalCode', type: 'string' }],
      },
    },
  },
};

/** What the organization says, without numbers, dates and what says the level. */
async function said() {
  const of = async (path: string) => {
    const { status, body } = await platform.call('GET', `/organizations/${path}`);
    return status === 404 ? {} : bare(body);
  };
  return {
    objectDefinitions: await of('objects/definitions'),
    transformations: {
      zendesk: await of('elements/zendesk/transformations'),
      sfdc: await of('elements/sfdc/transformations'),
    },
  };
}
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare).sort((one, other) => (pathOf(one) < pathOf(other) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  const own = new Set(['id', 'level', 'associatedLevel', 'elementId', 'elementKey', 'startDate', 'createdDate']);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (own.has(name) ? [] : [[name, bare(member)]])),
  );
}
function pathOf(field: unknown): string {
  return String((field as { path?: unknown } | null)?.path);
}
async function file(name: string, content: unknown) {
  const path = join(doctor.folder, name);
  await writeFile(path, JSON.stringify(content));
  return { file: path };
}
const read = async ({ file: path }: { file: string }) => JSON.parse(await readFile(path, 'utf8'));
function fine(run: ClientRun): ClientRun {
  expect([run.status, run.errors, run.events.filter(({ assetStatus }) => assetStatus === 'failed')]).toEqual([
    0,
    '',
    [],
  ]);
  return run;
}

test(
  'ce-util: upload, download, update and deletion, in a file and in folders',
  async () => {
    fine(await ceUtil().upload(await file('older.json', older)));
    expect(await said()).toEqual(bare(older));
    // It downloads everything in folders only; into a file one object by its name.
    const folders = { dir: join(doctor.folder, 'down') };
    const person = { file: join(doctor.folder, 'person.json') };
    expect((await ceUtil().download(person)).output).toContain('-n flag required');
    fine(await ceUtil().download(person, 'person'));
    fine(await ceUtil().download(folders));
    for (const place of [person, folders]) {
      // Once over what is there, and once where nothing is.
      fine(await ceUtil().upload(place));
      expect(await said()).toEqual(bare(older));
      fine(await ceUtil().remove());
      expect(await said()).toEqual({ objectDefinitions: {}, transformations: { zendesk: {}, sfdc: {} } });
      fine(await ceUtil().download({ dir: join(doctor.folder, 'empty') }));
      fine(await ceUtil().upload(place));
      if (place === person) expect(Object.keys((await said()).objectDefinitions as object)).toEqual(['person']);
      fine(await ceUtil().upload(folders));
      expect(await said()).toEqual(bare(older));
    }
    const one = { file: join(doctor.folder, 'one.json') };
    fine(await ceUtil().download(one, 'place'));
    expect(Object.keys((await read(one)).objectDefinitions)).toEqual(['place']);
    fine(await ceUtil().remove('place'));
    const { objectDefinitions, transformations } = await said();
    expect(Object.keys(objectDefinitions as object)).toEqual(['person', 'unmapped']);
    expect(Object.keys(transformations.sfdc as object)).toEqual(['person']);
  },
  patience,
);

test('ce-util tells on standard error what is refused', async () => {
  const faulty = { ...older, objectDefinitions: { ...older.objectDefinitions, bad: { fields: [{ path: 'x[' }] } } };
  const run = await ceUtil().upload(await file('faulty.json', faulty));
  expect(run.errors).toContain('x[');
  expect(Object.keys((await said()).objectDefinitions as object)).toEqual(['person', 'place', 'unmapped']);
});

test(
  'doctor-core: upload of the older form; download of bundles, in a file and in both forms of folders',
  async () => {
    fine(await doctorCore().upload(await file('older.json', older)));
    expect(await said()).toEqual(bare(older));
    // What the account says goes along, with a script of its own.
    await platform.call('POST', '/accounts/objects/person/definitions', {
      body: { fields: [{ path: 'shoe', type: 'number' }] },
    });
    const account = {
      vendorName: 'users',
      fields: [{ path: 'shoe', vendorPath: 'shoe' }],
      configuration: [{ type: 'inherit' }],
      script,
    };
    await platform.call('POST', '/accounts/elements/zendesk/transformations/person', { body: account });
    const ofAccount = async () =>
      bare([
        (await platform.call('GET', '/accounts/objects/definitions')).body,
        (await platform.call('GET', '/accounts/elements/zendesk/transformations')).body,
      ]);
    const before = await ofAccount();

    const names = 'person,place,unmapped';
    const bundles = { file: join(doctor.folder, 'bundles.json') };
    const { events } = fine(await doctorCore().download(bundles, names));
    expect(
      events
        .filter(({ assetStatus }) => assetStatus === 'completed')
        .map(({ assetName }) => assetName)
        .sort(),
    ).toEqual(['person', 'place', 'unmapped']);
    const content = await read(bundles);
    expect(content.person).toMatchObject({ vdrName: 'person', vdrVersion: 'v2' });
    expect(content.person.transformation.zendesk.scripts.map(({ level }: { level: string }) => level)).toEqual([
      'organization',
      'account',
    ]);
    const folders = { dir: join(doctor.folder, 'bundles') };
    fine(await doctorCore().download({ ...folders, useNew: true }, names));
    expect((await readdir(join(folders.dir, 'person/transformation/zendesk'))).sort()).toEqual([
      'account-script.js',
      'organization-script.js',
      'transformation.json',
    ]);
    // The client reads the scripts of folders back into documents that are in the bundle's own file.
    await cp(folders.dir, join(doctor.folder, 'bundles-copy'), { recursive: true });

    for (const place of [bundles, folders]) {
      fine(await doctorCore().upload(place));
      expect([await said(), await ofAccount()]).toEqual([bare(older), before]);
      await wipe();
      fine(await doctorCore().upload(place));
      expect([await said(), await ofAccount()]).toEqual([bare(older), before]);
    }

    const gone = fine(await doctorCore().remove('person'));
    expect(gone.events.map(({ assetName, assetStatus }) => [assetName, assetStatus])).toContainEqual([
      'person',
      'completed',
    ]);
    expect(Object.keys((await said()).objectDefinitions as object)).toEqual(['place', 'unmapped']);
    expect((await platform.call('GET', '/accounts/objects/definitions')).status).toBe(404);
  },
  patience,
);

test(
  'doctor-core: everything, with what comes with the server, and the older form of folders',
  async () => {
    fine(await doctorCore().upload(await file('older.json', older)));
    const all = { file: join(doctor.folder, 'all.json') };
    fine(await doctorCore().download(all));
    const names = Object.keys(await read(all));
    expect(names).toEqual(expect.arrayContaining(['person', 'place', 'unmapped', 'contact']));
    await wipe();
    // What comes with the server is left as it is.
    fine(await doctorCore().upload(all));
    expect(await said()).toEqual(bare(older));

    const folders = { dir: join(doctor.folder, 'older') };
    fine(await doctorCore().download(folders, 'person,place,unmapped'));
    await wipe();
    fine(await doctorCore().upload(folders));
    expect(await said()).toEqual(bare(older));

    const refused = await doctorCore().upload(
      await file('bad.json', { bad: { vdrName: 'bad', definition: { fields: [{}] } } }),
    );
    expect(refused.status).toBe(1);
    expect(refused.events.map(({ assetStatus }) => assetStatus)).toEqual(['inprogress', 'failed']);
    expect(refused.events.at(-1)?.error).toContain('/definition/fields/0');
  },
  patience,
);
