// The catalog: element documents in folders, read and checked at the start, found by key or id.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as rest } from 'node:timers/promises';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { parseJson } from '../core/http.ts';
import { type Definition, defineElement } from './define.ts';
import { ElementDocument } from './definition.ts';
import { shapeFault } from './finding.ts';
import { attachFiles } from './folder-files.ts';

export const Hub = Type.Object({
  id: Type.Integer(),
  key: Type.String(),
  name: Type.String(),
  description: Type.String(),
  active: Type.Boolean(),
});
/** A group of elements of one kind. */
export type Hub = Type.Static<typeof Hub>;

/** The elements that come with the server, and the hubs that group them. */
export interface Catalog {
  readonly elements: readonly Definition[];
  readonly hubs: readonly Hub[];
}

/** Ids from here on belong to private elements, which the database counts. */
export const firstPrivateId = 1_000_000;

const documentCheck = Compile(ElementDocument);
const hubsCheck = Compile(Type.Array(Hub));

/**
 * Reads every `<folder>/<key>/element.json`, and `hubs.json` where a folder has one; other work of the process goes on
 * meanwhile. Throws one Error that names each wrong file with the path inside it and the reason; two elements with one id
 * or key are refused, too.
 */
export async function loadCatalog(folders: string[]): Promise<Catalog> {
  const reading: Reading = { faults: [], elements: [], hubs: [], owners: new Map() };
  const { faults, elements, hubs } = reading;
  let rested = performance.now();
  for (const folder of folders) {
    if (!existsSync(folder)) {
      faults.push(`${folder}: there is no such folder`);
      continue;
    }
    const hubsFile = join(folder, 'hubs.json');
    if (existsSync(hubsFile)) hubs.push(...readHubs(hubsFile, faults));
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) readElement(join(folder, entry.name), reading);
      if (performance.now() - rested < busyMs) continue;
      await rest();
      rested = performance.now();
    }
  }
  if (faults.length > 0) throw new Error(`The catalog of elements is wrong:\n- ${faults.join('\n- ')}`);
  for (const { document } of elements) {
    if (hubs.some((hub) => hub.key === document.hub)) continue;
    hubs.push({ id: 1000 + hubs.length, key: document.hub, name: document.hub, description: '', active: true });
  }
  return { elements: elements.sort((a, b) => a.id - b.id), hubs };
}

/** Milliseconds of reading after which other work gets its turn. */
const busyMs = 10;

/** What has been read so far. */
interface Reading {
  faults: string[];
  elements: Definition[];
  hubs: Hub[];
  /** the file that has a key or an id */
  owners: Map<string, string>;
}

function readElement(folder: string, { faults, elements, owners }: Reading): void {
  const file = join(folder, 'element.json');
  if (!existsSync(file)) return;
  const parsed = parseJson(readFileSync(file, 'utf8'));
  const problems = parsed === undefined ? ['/ is not valid JSON'] : documentFaults(parsed);
  if (problems.length > 0) {
    faults.push(...problems.map((problem) => `${file}: ${problem}`));
    return;
  }
  const document = parsed as ElementDocument;
  if (document.id === undefined || document.id >= firstPrivateId) {
    faults.push(`${file}: /id must be there and below ${firstPrivateId}; from there on ids are private elements'`);
    return;
  }
  for (const name of [`key ${document.key}`, `id ${document.id}`]) {
    const owner = owners.get(name);
    if (owner !== undefined) faults.push(`${file}: ${name} is already taken by ${owner}`);
    owners.set(name, file);
  }
  elements.push(defineElement(attachFiles(document, folder, faults), document.id, undefined));
}

/** What is wrong with an element document: one text per fault, with the path inside the document. */
export function documentFaults(document: unknown): string[] {
  if (documentCheck.Check(document)) return [];
  return documentCheck.Errors(document).map(shapeFault);
}

function readHubs(file: string, faults: string[]): Hub[] {
  const parsed = parseJson(readFileSync(file, 'utf8'));
  if (hubsCheck.Check(parsed)) return parsed;
  faults.push(...hubsCheck.Errors(parsed).map((error) => `${file}: ${error.instancePath || '/'} ${error.message}`));
  return [];
}
