// `try`: a server and the sandbox are started, an account is connected, and one call goes the whole way, traced.

import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { createTerminal, type Terminal } from '../demo/terminal.ts';
import { walkGuide } from '../demo/walk.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { limits, readConfig } from '../src/config.ts';
import { parseJson } from '../src/core/http.ts';
import { loadCatalog } from '../src/element/catalog.ts';
import { type Definition, withoutHub } from '../src/element/define.ts';
import { createMasking } from '../src/engine/mask.ts';
import { type RunningServer, startServer } from '../src/start.ts';
import { sandboxGuide } from './account.ts';
import { type Answer, printTrip, type Trip } from './trip.ts';

/** What is to be tried. */
export interface Try {
  key: string;
  method: string;
  path: string;
  /** JSON, or `@` and the name of a file that holds it */
  body?: string | undefined;
  /** the folder of an element that is not in the catalog */
  element?: string | undefined;
  /** the folder of the server's data, kept from one try to the next */
  data?: string | undefined;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const dataFolder = fileURLToPath(new URL('../data/try', import.meta.url));
const silent: Terminal = {
  title: () => undefined,
  line: () => undefined,
  command: () => undefined,
  answer: () => undefined,
  table: () => undefined,
};

/** Makes one call and prints its trip; 0 when it is answered without an error. Throws an Error that says what to do. */
export async function tryCall(given: Try): Promise<number> {
  const method = given.method.toUpperCase();
  if (!methods.includes(method)) throw new Error(`${given.method} is no method: use one of ${methods.join(', ')}.`);
  const body = readBody(given.body);
  const data = resolve(given.data ?? dataFolder);
  makeDataFolder(data);
  const folder = given.element === undefined ? undefined : copyElement(given.element, data);
  const definition = await findElement(given.key, folder);
  const guide = sandboxGuide(definition);

  const sandbox = await startSandbox();
  const server = await startServerOfTries(sandbox, data, folder).catch(async (error: unknown) => {
    await sandbox.close();
    throw error;
  });
  try {
    const secrets = readSecrets(data);
    const authorization = `User ${secrets.userSecret}, Organization ${secrets.organizationSecret}`;
    const connected = await walkGuide({
      guide,
      terminal: silent,
      serverUrl: server.url,
      sandboxUrl: sandbox.url,
      authorization,
    });
    if (connected.token === '-') throw new Error(`The account could not be connected. ${connected.ping}`);
    const api = createApi(server.url, authorization);
    await api('PUT', `/instances/${connected.instance}/trace-logging`);
    const path = `/hubs/${definition.document.hub}${withoutHub(given.path.replace(/^\/?/, '/'))}`;
    const answer = await createApi(server.url, `${authorization}, Element ${connected.token}`)(method, path, body);
    const id = answer.headers.get('elements-request-id') ?? '';
    const usage = parseJson((await api('GET', `/usage/${encodeURIComponent(id)}`)).text) as Trip['usage'];
    await api('DELETE', `/instances/${connected.instance}`);
    const masked = createMasking([...Object.values(secrets), connected.token, guide.application.clientSecret]);
    printTrip({ element: definition.key, method, path, body, answer, usage }, createTerminal(), masked);
    return answer.status < 400 ? 0 : 1;
  } finally {
    await server.stop();
    await sandbox.close();
  }
}

function readBody(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const file = given.startsWith('@') ? given.slice(1) : undefined;
  if (file !== undefined && !existsSync(file)) throw new Error(`There is no file ${file} for the body.`);
  const text = file === undefined ? given : readFileSync(file, 'utf8');
  if (parseJson(text) === undefined) throw new Error(`The body is no JSON: ${text.slice(0, 200)}`);
  return text;
}

/** As root, PostgreSQL runs as another user, who must be able to pass through. */
function makeDataFolder(data: string): void {
  if (existsSync(data)) return;
  mkdirSync(data, { recursive: true });
  chmodSync(data, 0o711);
}

/** The server reads folders of elements: this one is put into a folder of its own, so that its neighbours do not matter. */
function copyElement(element: string, data: string): string {
  if (!existsSync(join(element, 'element.json'))) throw new Error(`${element} holds no element.json.`);
  const folder = join(data, 'elements');
  rmSync(folder, { recursive: true, force: true });
  cpSync(element, join(folder, basename(resolve(element))), { recursive: true });
  // The scripts that it may share with its neighbours stand beside them.
  const shared = join(resolve(element), '..', 'lib');
  if (existsSync(shared)) cpSync(shared, join(folder, 'lib'), { recursive: true });
  return folder;
}

async function findElement(key: string, folder: string | undefined): Promise<Definition> {
  const { elementFolders } = readConfig(environmentWith(folder));
  const { elements } = await loadCatalog(elementFolders);
  const found = elements.find((element) => element.key === key);
  if (found !== undefined) return found;
  throw new Error(
    `There is no element ${key}; there are ${elements.map((element) => element.key).join(', ')}. ` +
      'With --element <folder> one from another folder is tried.',
  );
}

/** VALENCE_ELEMENTS stays as the author has it, unless a folder is named. */
function environmentWith(folder: string | undefined): NodeJS.ProcessEnv {
  const folders = folder ?? process.env['VALENCE_ELEMENTS'];
  return folders === undefined ? {} : { VALENCE_ELEMENTS: folders };
}

async function startServerOfTries(sandbox: Sandbox, data: string, folder: string | undefined): Promise<RunningServer> {
  const environment = {
    ...environmentWith(folder),
    VALENCE_PORT: '0',
    VALENCE_DATA: data,
    VALENCE_ROUTES: JSON.stringify(sandbox.routes),
    VALENCE_ROUTE_BROWSER: 'true',
  };
  try {
    return await startServer(environment, pino({ level: 'silent' }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\nIf the data of earlier tries is the reason, delete ${data}.`);
  }
}

function readSecrets(data: string): { userSecret: string; organizationSecret: string } {
  const file = join(data, 'admin.json');
  if (!existsSync(file)) throw new Error(`${file} is missing: delete ${data} and try again.`);
  return JSON.parse(readFileSync(file, 'utf8')) as { userSecret: string; organizationSecret: string };
}

/** Makes a caller of the server's API; what it is answered is read whole. */
function createApi(serverUrl: string, authorization: string) {
  return async (method: string, path: string, body?: string): Promise<Answer> => {
    const began = performance.now();
    const response = await fetch(`${serverUrl}/elements/api-v2${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(limits.vendorCallMs * 2),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isText = /json|text|xml|urlencoded/i.test(response.headers.get('content-type') ?? 'text');
    return {
      status: response.status,
      headers: response.headers,
      text: isText ? bytes.toString('utf8') : `[${bytes.length} bytes]`,
      milliseconds: performance.now() - began,
    };
  };
}
