// The round trip of an existing client: it uploads elements, downloads them, uploads them again and deletes them, in
// both forms that it knows. After every step the server is asked what it has.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientRun, DoctorClient } from '../test/support/doctor-clients.ts';
import type { Answer, CallOptions } from '../test/support/platform.ts';
import { compareDocuments, throughFolder } from './compare-documents.ts';

export type ElementDocument = Record<string, unknown> & { key: string; name: string };

/** What one step showed, of one element or of the client as a whole. */
export interface TripLine {
  step: string;
  element?: string;
  /** what is right, in short */
  note?: string;
  /** what is wrong; none of a step that held */
  faults: string[];
}

interface Trip {
  client: DoctorClient;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** an empty folder for what the client writes */
  folder: string;
  report(line: TripLine): void;
}

/** The documents of the catalog's elements as anybody exports them. */
export async function catalogDocuments(call: Trip['call']): Promise<ElementDocument[]> {
  const anybody = { authorization: undefined };
  const { body } = await call('GET', '/elements', anybody);
  const exported = (body as { id: number }[]).map(({ id }) => call('GET', `/elements/${id}/export`, anybody));
  return (await Promise.all(exported)).map((answer) => answer.body as ElementDocument);
}

/**
 * Takes documents of elements, with names and keys that differ, through a client; the account has no private elements
 * before, and none after. Everything that is not as it should be stands in the lines that are reported.
 */
export async function clientTrip(documents: ElementDocument[], trip: Trip): Promise<void> {
  const { client, folder } = trip;
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'elements.json');
  const downloaded = join(folder, 'downloaded.json');
  const dir = join(folder, 'folder');
  const steps = createSteps(trip, downloaded);
  // doctor-core takes a document that is not private for what an account added to an element of the catalog.
  const sent = client.name === 'doctor-core' ? documents.map((one) => ({ ...one, private: true })) : documents;
  const before = await steps.visible();

  await writeFile(file, JSON.stringify(sent));
  steps.ran('upload a file', await client.upload({ file }), 'uploaded', sent);
  const first = await steps.compare('download a file', sent);
  await steps.marks('list the private elements', sent);
  steps.ran('download a folder', await client.download({ dir }), 'downloaded', sent);

  const [one, ...others] = sent;
  if (one === undefined) throw new Error('A trip needs elements');
  steps.ended('delete one by name', await client.remove(one));
  await steps.holds('delete one by name', others);
  steps.ended('delete all', await client.remove());
  await steps.holds('delete all', []);

  const folded = first.map((document) => throughFolder(document));
  const lost = folded.reduce((sum, { lostHooks }) => sum + lostHooks, 0);
  steps.note(`hooks that the client's folder has one file for with another: ${lost}`);
  const fromFolder = folded.map(({ document }) => document as ElementDocument);
  steps.ran('upload the folder', await client.upload({ dir }), 'uploaded', fromFolder);
  await steps.compare('download it', fromFolder);
  const numbers = await steps.numbers();
  steps.ran('upload the folder again', await client.upload({ dir }), 'uploaded', fromFolder);
  await steps.compare('download it again', fromFolder);
  steps.same('it was updated, not made anew', numbers, await steps.numbers());

  const changed = [changedDocument(one), ...others];
  await writeFile(file, JSON.stringify(changed));
  steps.ran('upload a file with a change', await client.upload({ file }), 'uploaded', changed);
  await steps.compare('download the change', changed);
  steps.same('the elements are the same ones', numbers, await steps.numbers());

  steps.ended('delete all again', await client.remove());
  await steps.holds('delete all again', []);
  steps.same('the catalog is as it was', before, await steps.visible());
}

function changedDocument(document: ElementDocument): ElementDocument {
  const setting = { key: 'added.by.the.trip', name: 'Added', type: 'TEXTFIELD_32', required: false };
  const resource = {
    method: 'GET',
    path: `/hubs/${String(document['hub'])}/added-by-the-trip`,
    vendorPath: '/added',
    type: 'api',
  };
  return {
    ...document,
    description: `${String(document['description'])} (changed)`,
    configuration: [...list(document['configuration']), setting],
    resources: [resource, ...list(document['resources']).slice(1)],
  };
}

function createSteps({ client, call, report }: Trip, file: string) {
  const elements = async () => {
    const { body } = await call('GET', '/elements');
    return body as { id: number; key: string; private: boolean; extended: boolean }[];
  };
  const own = async () => (await elements()).filter((element) => element.private);
  const line = (step: string, faults: string[], more: { element?: string; note?: string } = {}) =>
    report({ step, faults, ...more });

  return {
    note: (note: string) => line('by the way', [], { note }),
    ran(step: string, run: ClientRun, task: 'uploaded' | 'downloaded', wanted: ElementDocument[]) {
      const fault = client.fault(run, task, wanted);
      line(step, fault === undefined ? [] : [fault], { note: `exit status 0, ${wanted.length} elements ${task}` });
    },
    ended(step: string, { status, errors, events }: ClientRun) {
      const failed = events.filter(({ assetStatus }) => assetStatus === 'failed');
      const isRight = status === 0 && errors === '' && failed.length === 0;
      const fault = `status ${status}, failed ${JSON.stringify(failed)}; ${errors}`;
      line(step, isRight ? [] : [fault], { note: 'exit status 0, no error' });
    },
    /** Downloads into a file and compares each document; gives back what the client downloaded. */
    async compare(step: string, wanted: ElementDocument[]): Promise<ElementDocument[]> {
      const run = await client.download({ file });
      const fault = client.fault(run, 'downloaded', wanted);
      line(step, fault === undefined ? [] : [fault], { note: `exit status 0, ${wanted.length} elements downloaded` });
      const found = JSON.parse(await readFile(file, 'utf8')) as ElementDocument[];
      const byKey = new Map(found.map((document) => [document.key, document]));
      for (const document of wanted) {
        const { differences, serverMade, emptied } = compareDocuments(document, byKey.get(document.key));
        line(step, differences, {
          element: document.key,
          note: `equal; left out ${serverMade} numbers, dates and owners; ${emptied} missing lists and texts are empty`,
        });
      }
      const more = [...byKey.keys()].filter((key) => !wanted.some((document) => document.key === key));
      if (more.length > 0 || found.length !== byKey.size) line(step, [`downloaded, too: ${more.join(', ')}`]);
      return wanted.flatMap(({ key }) => byKey.get(key) ?? []);
    },
    async holds(step: string, wanted: ElementDocument[]) {
      const keys = (await own()).map(({ key }) => key);
      const missing = wanted.filter(({ key }) => !keys.includes(key)).map(({ key }) => key);
      const left = keys.filter((key) => !wanted.some((document) => document.key === key));
      line(
        step,
        missing.length + left.length === 0 ? [] : [`missing: ${missing.join(', ')}; left: ${left.join(', ')}`],
        { note: `the server has ${keys.length} private elements` },
      );
    },
    /** Private elements are never extended ones, nor are there others. */
    async marks(step: string, wanted: ElementDocument[]) {
      await this.holds(step, wanted);
      const extended = (await own()).filter((element) => element.extended).map(({ key }) => key);
      line(step, extended.length === 0 ? [] : [`extended: ${extended.join(', ')}`], { note: 'none is extended' });
    },
    async numbers(): Promise<unknown> {
      return (await own()).map(({ id, key }) => `${key} ${id}`).sort();
    },
    async visible(): Promise<unknown> {
      return (await elements()).map(({ id, key }) => `${key} ${id}`).sort();
    },
    same(step: string, before: unknown, after: unknown) {
      const isSame = JSON.stringify(before) === JSON.stringify(after);
      line(step, isSame ? [] : [`${JSON.stringify(before)} became ${JSON.stringify(after)}`], { note: 'yes' });
    },
  };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
