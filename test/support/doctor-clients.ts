// Two client programs that exist and are run unchanged: `doctor` of ce-util through its command line, and the library
// @cloudelements/doctor-core in a process of its own. Both upload, download and delete elements and common resources.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const ceUtil = fileURLToPath(new URL('../../node_modules/ce-util/src/cli/doctor.js', import.meta.url));
const doctorCore = fileURLToPath(new URL('doctor-core-process.ts', import.meta.url));
const account = 'valence';

/** What doctor-core tells of one element or common resource. */
export interface StatusEvent {
  assetName: string;
  assetStatus: 'inprogress' | 'completed' | 'failed' | 'cancelled';
  error?: string;
}

/** How a client ended. */
export interface ClientRun {
  /** the exit status; null when a signal ended it */
  status: number | null;
  /** standard output, without what draws the spinner */
  output: string;
  errors: string;
  /** those of doctor-core, in their order */
  events: StatusEvent[];
}

/** Where elements stand: one file with a list of documents, or a folder with a folder for each, hooks in files. */
export type Place = { file: string } | { dir: string };

/** What a client does with common resources, which it calls VDRs. */
export interface VdrClient {
  upload(from: Place): Promise<ClientRun>;
  /** All, or one by its name; `useNew`: in the folders that doctor-core has for each of them. */
  download(to: Place & { useNew?: boolean }, name?: string): Promise<ClientRun>;
  remove(name?: string): Promise<ClientRun>;
}

/** A client with an account at a server. */
export interface DoctorClient {
  vdrs: VdrClient;
  name: 'ce-util' | 'doctor-core';
  upload(from: Place): Promise<ClientRun>;
  download(to: Place): Promise<ClientRun>;
  /** Deletes one private element, or all of them. */
  remove(element?: { key: string; name: string }): Promise<ClientRun>;
  /** What a run that did all it should says of these elements; undefined, or what it said instead. */
  fault(run: ClientRun, task: 'uploaded' | 'downloaded', elements: { key: string; name: string }[]): string | undefined;
}

/** The clients, with a home folder that holds their account. */
export interface DoctorClients {
  clients: [DoctorClient, DoctorClient];
  /** a folder for files of the caller; it goes with the rest */
  folder: string;
  close(): Promise<void>;
}

/** Writes the account file that both clients read in the home folder. */
export async function startDoctorClients(server: {
  url: string;
  userSecret: string;
  organizationSecret: string;
}): Promise<DoctorClients> {
  const home = await mkdtemp(join(tmpdir(), 'valence-doctor-'));
  const folder = join(home, 'elements');
  await mkdir(join(home, '.doctor'));
  await mkdir(folder);
  const { url: baseUrl, userSecret, organizationSecret: orgSecret } = server;
  await writeFile(
    join(home, '.doctor', 'config.json'),
    JSON.stringify([{ name: account, baseUrl, userSecret, orgSecret }]),
  );
  return {
    clients: [ceUtilClient(home), doctorCoreClient(home)],
    folder,
    close: () => rm(home, { recursive: true, force: true }),
  };
}

function ceUtilClient(home: string): DoctorClient {
  const runFor = (command: string, asset: string, ...rest: string[]) =>
    runNode(home, [ceUtil, command, asset, account, ...rest]);
  const run = (command: string, ...rest: string[]) => runFor(command, 'elements', ...rest);
  const named = (name: string | undefined) => (name === undefined ? [] : ['-n', name]);
  const option = (place: Place) => ('file' in place ? ['-f', place.file] : ['-d', place.dir]);
  return {
    name: 'ce-util',
    upload: (from) => run('upload', ...option(from)),
    download: (to) => run('download', ...option(to)),
    remove: (element) => run('delete', ...(element === undefined ? [] : ['-n', element.name])),
    vdrs: {
      upload: (from) => runFor('upload', 'vdrs', ...option(from)),
      download: (to, name) => runFor('download', 'vdrs', ...option(to), ...named(name)),
      remove: (name) => runFor('delete', 'vdrs', ...named(name)),
    },
    // It ends with 0 and says "Created" whatever the server answered; only standard error tells of a refusal.
    fault({ status, output, errors }, task, elements) {
      const lines = new Set(output.split('\n').map((line) => line.trim()));
      const silent = elements.filter(({ key, name }) => {
        const words =
          task === 'uploaded' ? [`Created Element: ${key}`, `Updated Element: ${key}`] : [`Saved Element: ${name}.`];
        return !words.some((line) => lines.has(line));
      });
      if (status === 0 && errors === '' && silent.length === 0) return undefined;
      return `status ${status}, nothing said of ${silent.map(({ key }) => key).join(', ') || 'none'}; ${errors}`;
    },
  };
}

function doctorCoreClient(home: string): DoctorClient {
  const runFor = (action: string, asset: string, options: unknown) =>
    runNode(home, [doctorCore, action, asset, account, JSON.stringify(options)]);
  const run = (action: string, options: unknown) => runFor(action, 'elements', options);
  return {
    name: 'doctor-core',
    upload: (from) => run('upload', from),
    download: (to) => run('download', to),
    // Options of a deletion of everything are spread as a list.
    remove: (element) => run('delete', element === undefined ? [] : { name: element.key }),
    vdrs: {
      upload: (from) => runFor('upload', 'vdrs', from),
      download: (to, name) => runFor('download', 'vdrs', { ...to, ...(name === undefined ? {} : { name }) }),
      remove: (name) => runFor('delete', 'vdrs', name === undefined ? [] : { name }),
    },
    fault({ status, errors, events }, task, elements) {
      const failed = events.filter(({ assetStatus }) => assetStatus !== 'inprogress' && assetStatus !== 'completed');
      const done = events.filter(({ assetStatus }) => assetStatus === 'completed').map(({ assetName }) => assetName);
      const wanted = elements.map(({ key }) => key);
      const isAll = done.sort().join() === wanted.sort().join();
      if (status === 0 && errors === '' && failed.length === 0 && isAll) return undefined;
      return `status ${status}, ${task} ${done.join(', ')}, failed ${JSON.stringify(failed)}; ${errors}`;
    },
  };
}

function runNode(home: string, args: string[]): Promise<ClientRun> {
  const child = spawn(node, args, {
    env: { PATH: process.env['PATH'], HOME: home, HOMEPATH: home },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const run = { output: '', errors: '', events: [] as StatusEvent[] };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    run.output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    run.errors += text;
  });
  child.on('message', (event) => run.events.push(event as StatusEvent));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ ...run, status, output: withoutSpinner(run.output) }));
  });
}

/** Each turn of the spinner goes back to the start of the line and draws one character. */
function withoutSpinner(output: string): string {
  return stripVTControlCharacters(output).replace(/^.*\r/gm, '');
}
