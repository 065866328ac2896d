// `check`: finds documents by file, folder or key, and prints what is wrong with each of them.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createTerminal } from '../demo/terminal.ts';
import { readConfig } from '../src/config.ts';
import { documentFaults, firstPrivateId } from '../src/element/catalog.ts';
import { checkElement } from '../src/element/check.ts';
import type { ElementDocument } from '../src/element/definition.ts';
import type { Finding } from '../src/element/finding.ts';
import { attachFiles } from '../src/element/folder-files.ts';

const terminal = createTerminal();

/** Checks every document that a file, a folder or a key means; 0 when none has an error. Throws an Error when there is none. */
export function checkTarget(target: string): number {
  let errors = 0;
  for (const file of findDocuments(target)) {
    const findings = checkFile(file);
    errors += findings.filter(({ level }) => level === 'error').length;
    printFindings(file, findings);
  }
  return errors === 0 ? 0 : 1;
}

/** The document files that a file, a folder (of one element or of several) or a key means. Throws an Error when there is none. */
export function findDocuments(target: string): string[] {
  if (existsSync(target)) {
    if (statSync(target).isFile()) return [target];
    const own = join(target, 'element.json');
    if (existsSync(own)) return [own];
    const inside = readdirSync(target)
      .map((name) => join(target, name, 'element.json'))
      .filter((file) => existsSync(file));
    if (inside.length > 0) return inside;
    throw new Error(`${target} holds no element.json, and no folder that does.`);
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(target) || target.endsWith('.json')) {
    throw new Error(`There is no file ${target}.`);
  }
  const { elementFolders } = readConfig(process.env);
  const found = elementFolders.map((folder) => join(folder, target, 'element.json')).filter((file) => existsSync(file));
  if (found.length > 0) return found;
  throw new Error(
    `There is no file ${target}, and no element of this key in ${elementFolders.join(', ')}. ` +
      'Name the file, or the folder of the element.',
  );
}

/** What is wrong with one file; the scripts that stand beside a document are read with it. */
function checkFile(file: string): Finding[] {
  const text = readFileSync(file, 'utf8');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return [
      wrong(
        '/',
        `this is no JSON: ${error instanceof Error ? error.message : error}`,
        'Look at the place shown: often a comma or a quote is too many or missing.',
      ),
    ];
  }
  if (documentFaults(document).length > 0) return checkElement(document);
  const element = document as ElementDocument;
  const faults: string[] = [];
  const findings = checkElement(attachFiles(element, dirname(file), faults));
  for (const fault of faults) findings.unshift(wrong('/', fault, 'Add the file, or correct what names it.'));
  const { id } = element;
  if (basename(file) === 'element.json' && (id === undefined || id >= firstPrivateId)) {
    findings.unshift(
      wrong(
        '/id',
        'an element in a folder needs an id of its own',
        `Write a number below ${firstPrivateId} that no other has.`,
      ),
    );
  }
  return findings;
}

function wrong(path: string, message: string, advice: string): Finding {
  return { level: 'error', path, message, advice };
}

function printFindings(file: string, findings: readonly Finding[]): void {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const [errors, warnings] = [count('error'), count('warning')];
  terminal.title(file);
  for (const { level, path, message, advice } of findings) {
    terminal.line(`${level.padEnd(7)}  ${path}`);
    terminal.line(`  wrong:  ${message}`);
    terminal.line(`  mend:   ${advice}\n`);
  }
  const told = [plural(errors, 'error'), plural(warnings, 'warning')].join(', ');
  terminal.line(errors + warnings === 0 ? 'Nothing is wrong.' : told);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
