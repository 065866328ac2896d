// `import` and `export`: brings documents to a running server, and takes them away again as one file each.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfig } from '../src/config.ts';
import { isObject } from '../src/core/http.ts';
import { documentFaults } from '../src/element/catalog.ts';
import type { ElementDocument } from '../src/element/definition.ts';
import { attachFiles } from '../src/element/folder-files.ts';
import { findDocuments } from './check.ts';

/**
 * Brings documents to the server: a file, the folder of one, or a folder of such folders; scripts that stand in files
 * beside a document are put back into it. An own element with the key is replaced. What is wrong is said of each
 * document, and the others are brought all the same; 0 when all were.
 */
export async function importTarget(target: string): Promise<number> {
  let refused = 0;
  for (const file of findDocuments(target)) {
    const said = await importFile(file).catch((error: unknown) => {
      refused++;
      return `refused: ${error instanceof Error ? error.message : error}`;
    });
    process.stdout.write(`${file}: ${said}\n`);
  }
  return refused === 0 ? 0 : 1;
}

async function importFile(file: string): Promise<string> {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const notes: string[] = [];
  // The server says better what is wrong with one of another shape.
  const document =
    isObject(parsed) && documentFaults(parsed).length === 0
      ? attachFiles(parsed as unknown as ElementDocument, dirname(file), notes)
      : parsed;
  const key = isObject(document) ? document['key'] : undefined;
  const known =
    typeof key === 'string' ? await ask('GET', `/elements/${encodeURIComponent(key)}`) : { status: 404, body: {} };
  const isOwn = known.status === 200 && known.body['private'] === true;
  const answer = await (isOwn
    ? ask('PUT', `/elements/${known.body['id']}`, document)
    : ask('POST', '/elements', document));
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body['message']}`);
  const missing = notes.map((note) => `\n  ${note}: its hook does nothing`).join('');
  return `${isOwn ? 'replaced' : 'imported as'} ${answer.body['key']} (${answer.body['id']})${missing}`;
}

/** Writes the document of an element of the server to a file, or to standard output. Throws an Error when there is none. */
export async function exportElement(key: string, file: string | undefined): Promise<number> {
  const { status, body } = await ask('GET', `/elements/${encodeURIComponent(key)}/export`);
  if (status !== 200) throw new Error(`${status} ${body['message']}`);
  const text = `${JSON.stringify(body, null, 2)}\n`;
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
  return 0;
}

async function ask(method: string, path: string, body?: unknown) {
  const server = process.env['VALENCE_URL'] ?? 'http://127.0.0.1:8080';
  const response = await fetch(`${server}/elements/api-v2${path}`, {
    method,
    headers: {
      authorization: authorization(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new Error(`${server} cannot be reached: set VALENCE_URL, or start it with npm start.`, { cause: error });
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** `VALENCE_AUTHORIZATION`, or the administrator of the server on this machine. */
function authorization(): string {
  const given = process.env['VALENCE_AUTHORIZATION'];
  if (given !== undefined) return given;
  const file = join(readConfig({ VALENCE_DATA: process.env['VALENCE_DATA'] }).dataFolder, 'admin.json');
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new Error(
      `There is no ${file}: set VALENCE_AUTHORIZATION to "User <secret>, Organization <secret>", or VALENCE_DATA to the server’s folder.`,
    );
  }
  const { userSecret, organizationSecret } = JSON.parse(readFileSync(file, 'utf8'));
  return `User ${userSecret}, Organization ${organizationSecret}`;
}
