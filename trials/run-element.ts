// Runs one element against the vendor that its own document describes: imports it, connects an account through the vendor's
// pages, and calls every resource that callers reach, in the order in which records come and go.

import type { Operation } from '../sandbox/generic/operation.ts';
import { namesOther } from '../sandbox/generic/records.ts';
import { sampleOf } from '../sandbox/generic/samples.ts';
import { shapesOf } from '../sandbox/generic/schema.ts';
import type { Introduction } from '../sandbox/generic/vendor.ts';
import { isObject, parseJson, setAt, valueAt } from '../src/core/http.ts';
import { placeholders } from '../src/core/template.ts';
import type { ElementDocument } from '../src/element/definition.ts';
import type { CompiledParameter } from '../src/engine/compile.ts';

/** Who is asked. */
export interface RunTargets {
  /** of the platform, such as `http://127.0.0.1:8080` */
  url: string;
  /** the `Authorization` of its administrator, without an element token */
  authorization: string;
  sandboxUrl: string;
}

/** How a resource did. */
export interface ResourceRun {
  /** such as `GET /contacts/{id}` */
  name: string;
  /** what was seen, or what went wrong */
  note: string;
  isGood: boolean;
}

/** How an element did. */
export interface ElementRun {
  key: string;
  /** why nothing could be called */
  refused: string | undefined;
  resources: ResourceRun[];
}

const callbackUrl = 'http://127.0.0.1:8080/callback';
const pageSize = 5;

/** Runs an element. `refused` says why it cannot be imported or connected. */
export async function runElement(
  targets: RunTargets,
  document: ElementDocument,
  introduction: Introduction,
): Promise<ElementRun> {
  const run: ElementRun = { key: document.key, refused: undefined, resources: [] };
  const known = await call(targets, 'GET', `/elements/${document.key}`);
  if (known.status !== 200) {
    const imported = await call(targets, 'POST', '/elements', { json: document });
    if (imported.status !== 200) return { ...run, refused: `POST /elements: ${told(imported)}` };
  }
  const connected = await connect(targets, document, introduction);
  if (connected.status !== 200) return { ...run, refused: `POST /instances: ${told(connected)}` };
  const { id, token } = connected.body as { id: number; token: string };
  const account = { ...targets, authorization: `${targets.authorization}, Element ${token}` };
  run.resources = await callAll(account, document, introduction.operations);
  const removed = await call(targets, 'DELETE', `/instances/${id}`);
  if (removed.status !== 200) {
    run.resources.push({ name: 'DELETE /instances', note: told(removed), isGood: false });
  }
  return run;
}

/** Connects an account as a person would, the vendor's pages included. Returns the answer of `POST /instances`. */
export async function connect(
  targets: RunTargets,
  document: ElementDocument,
  { provisioning }: Introduction,
): Promise<Reply> {
  const { settings, values, siteAddress } = provisioning;
  const body = { element: { key: document.key }, name: `Run of ${document.key}`, configuration: settings };
  const { type } = document.authentication;
  if (type !== 'oauth1' && type !== 'oauth2') return call(targets, 'POST', '/instances', { json: body });
  const asked: Record<string, string> = {
    apiKey: settings['oauth.api.key'] ?? '',
    apiSecret: settings['oauth.api.secret'] ?? '',
    callbackUrl,
    ...(siteAddress === undefined ? {} : { siteAddress }),
  };
  const configuration = { ...settings, 'oauth.callback.url': callbackUrl };
  let secret: string | undefined;
  if (type === 'oauth1') {
    const request = await call(targets, 'GET', `/elements/${document.key}/oauth/token?${new URLSearchParams(asked)}`);
    if (request.status !== 200) return request;
    const requested = request.body as { token: string; secret: string };
    secret = requested.secret;
    asked['requestToken'] = requested.token;
  }
  const page = await call(targets, 'GET', `/elements/${document.key}/oauth/url?${new URLSearchParams(asked)}`);
  // Where the document names no page of the vendor's, the caller's own settings do.
  const own = `${values['oauth.authorization.url']}?${new URLSearchParams({ response_type: 'code', client_id: asked['apiKey'] ?? '', redirect_uri: callbackUrl })}`;
  const authorizeUrl = page.status === 200 ? (page.body as { oauthUrl: string }).oauthUrl : own;
  const decided = await fetch(`${targets.sandboxUrl}/_sandbox/consent`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authorizeUrl, decision: 'allow' }),
  });
  const { location } = (await decided.json()) as { location?: string };
  if (location === undefined)
    return { ...page, status: 502, body: { message: `There is no consent at ${authorizeUrl}.` } };
  const providerData = {
    ...Object.fromEntries(new URL(location).searchParams),
    ...(secret === undefined ? {} : { secret }),
  };
  return call(targets, 'POST', '/instances', { json: { ...body, configuration, providerData } });
}

/** Lists first, then what makes records, reads, changes and deletes them. */
const order: Operation['verb'][] = ['list', 'single', 'create', 'read', 'update', 'act', 'delete'];

async function callAll(
  account: RunTargets,
  document: ElementDocument,
  operations: readonly Operation[],
): Promise<ResourceRun[]> {
  const callable = operations.filter(({ isLifecycle, compiled, name }) => {
    return (
      !isLifecycle &&
      compiled.resource.valence?.internal !== true &&
      !name.includes(' where') &&
      name.split(' ').length === 2
    );
  });
  const seen: Seen = { ids: new Map(), written: new Map() };
  const byDepth = (operation: Operation) => operation.compiled.path.split('/').length;
  const sorted = callable.toSorted((a, b) => {
    // Records of parents are deleted after those that belong to them.
    if ((a.verb === 'delete') !== (b.verb === 'delete')) return a.verb === 'delete' ? 1 : -1;
    if (a.verb === 'delete') return byDepth(b) - byDepth(a);
    return order.indexOf(a.verb) - order.indexOf(b.verb) || byDepth(a) - byDepth(b);
  });
  const runs: ResourceRun[] = [];
  for (const operation of sorted) {
    const note = await runOperation(account, document, operation, seen).catch((error: unknown) => {
      return { isGood: false, note: error instanceof Error ? error.message : String(error) };
    });
    runs.push({ name: operation.name, ...note });
  }
  return runs;
}

/** What is known of the vendor's records. */
interface Seen {
  /** ids of records that are there, the newest last, by the collection's skeleton */
  ids: Map<string, string[]>;
  /** what was written last */
  written: Map<string, Record<string, unknown>>;
}

function remember({ ids }: Seen, skeleton: string, found: string[]): void {
  ids.set(skeleton, [...(ids.get(skeleton) ?? []), ...found]);
}

type Note = Pick<ResourceRun, 'note' | 'isGood'>;

async function runOperation(
  account: RunTargets,
  { hub }: ElementDocument,
  operation: Operation,
  seen: Seen,
): Promise<Note> {
  const { compiled, verb, collection } = operation;
  const path = `/hubs/${hub}${filledPath(operation, seen)}`;
  const query = requiredQuery(operation);
  const content = takesBody(operation) ? madeContent(operation) : undefined;
  const hasBody = content !== undefined && compiled.method !== 'GET';
  const isSized = verb === 'list' && compiled.queryNames.has('pageSize');
  const reply = await call(account, compiled.method, path, {
    query: isSized ? { ...query, pageSize: String(pageSize) } : query,
    ...(hasBody ? bodyOf(operation, content) : {}),
  });
  if (reply.status !== 200) return { isGood: false, note: told(reply) };
  if (verb === 'list') return judgeList(account, operation, { path, query, isSized, reply }, seen);
  if (verb === 'create') {
    const id = idIn(reply.body, operation);
    if (id === undefined)
      return { isGood: false, note: `the answer names no ${collection.idMember}: ${shown(reply.body)}` };
    remember(seen, collection.skeleton, [id]);
    seen.written.set(collection.skeleton, content ?? {});
    return { isGood: true, note: `ok, created ${id}` };
  }
  if (verb === 'update') {
    seen.written.set(collection.skeleton, { ...seen.written.get(collection.skeleton), ...content });
    return { isGood: true, note: 'ok' };
  }
  if (verb === 'delete') seen.ids.get(collection.skeleton)?.pop();
  const lost = verb === 'read' ? lostMembers(seen.written.get(collection.skeleton) ?? {}, reply.body, operation) : [];
  if (lost.length > 0) return { isGood: false, note: `what was written does not come back: ${lost.join(', ')}` };
  return { isGood: true, note: 'ok' };
}

async function judgeList(
  account: RunTargets,
  operation: Operation,
  first: { path: string; query: Record<string, string>; isSized: boolean; reply: Reply },
  seen: Seen,
): Promise<Note> {
  const { path, query, isSized, reply } = first;
  const rows = rowsOf(reply.body, operation);
  if (rows === undefined) return { isGood: false, note: `the answer holds no rows: ${shown(reply.body)}` };
  remember(
    seen,
    operation.collection.skeleton,
    rows
      .slice(0, 10)
      .flatMap((row) => idIn(row, operation) ?? [])
      .reverse(),
  );
  if (rows.length === 0) return { isGood: false, note: 'the list is empty' };
  const { compiled } = operation;
  const isPaged =
    compiled.paging !== 'none' &&
    Array.isArray(reply.body) &&
    (compiled.nextPageKey !== undefined ||
      compiled.queryNames.has('page') ||
      compiled.queryNames.has('nextPage') ||
      compiled.paging === 'platform');
  if (reply.nextPage === undefined) {
    if (isPaged) return { isGood: false, note: `${rows.length} rows, and no second page` };
    return { isGood: true, note: `ok, ${rows.length} rows` };
  }
  const next = await call(account, 'GET', path, {
    query: { ...query, ...(isSized ? { pageSize: String(pageSize) } : {}), nextPage: reply.nextPage },
  });
  if (next.status !== 200) return { isGood: false, note: `the second page: ${told(next)}` };
  const more = rowsOf(next.body, operation) ?? [];
  const isOther = more.length > 0 && JSON.stringify(more[0]) !== JSON.stringify(rows[0]);
  if (!isOther) return { isGood: false, note: `the second page is ${more.length === 0 ? 'empty' : 'the first again'}` };
  return { isGood: true, note: `ok, ${rows.length} rows, then ${more.length} more` };
}

/** The rows of a list's answer; some documents leave them inside the vendor's wrapping. */
function rowsOf(body: unknown, { place }: Operation): unknown[] | undefined {
  if (Array.isArray(body)) return body;
  const inner = place.length > 0 ? valueAt(body, place.join('.')) : undefined;
  if (Array.isArray(inner)) return inner;
  if (!isObject(body)) return undefined;
  const lists = Object.values(body).filter(Array.isArray);
  return lists[0];
}

/** What names a record in an answer, at any depth. */
function idIn(value: unknown, { collection }: Operation, depth = 0): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return depth === 0 ? String(value) : undefined;
  if (depth > 4 || typeof value !== 'object' || value === null) return undefined;
  const own = isObject(value) ? (value[collection.idMember] ?? valueAt(value, collection.idMember)) : undefined;
  if (typeof own === 'string' || typeof own === 'number') return String(own);
  for (const inner of Object.values(value)) {
    const found = typeof inner === 'object' ? idIn(inner, { collection } as Operation, depth + 1) : undefined;
    if (found !== undefined) return found;
  }
  if (depth > 0 || !isObject(value)) return undefined;
  // An answer with one text only is the name of what was made.
  const texts = leaves(value);
  return texts.length === 1 ? texts[0] : undefined;
}

function leaves(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return value === null || value === undefined ? [] : [String(value)];
  return Object.entries(value).flatMap(([name, inner]) => (name.startsWith('@') ? [] : leaves(inner)));
}

/** A path whose variables name records that were seen. */
function filledPath({ compiled, verb, collection }: Operation, seen: Seen): string {
  const segments = compiled.path.split('/');
  return segments
    .map((segment, position) =>
      segment.replace(/\{:?([^{}]+)\}/g, (_whole, name: string) => {
        if (name === 'objectName' || name === 'childObjectName') return 'things';
        const skeleton = segments
          .slice(0, position)
          .join('/')
          .replace(/\{[^{}]*\}/g, '{}');
        const isOwn = position === segments.length - 1 && verb !== 'list';
        return encodeURIComponent(seen.ids.get(isOwn ? collection.skeleton : skeleton)?.at(-1) ?? '1001');
      }),
    )
    .join('/');
}

function requiredQuery({ compiled }: Operation): Record<string, string> {
  const query: Record<string, string> = {};
  for (const { from, name, required, isNumber, to } of compiled.parameters) {
    if (from !== 'query' || ['page', 'pageSize', 'nextPage', 'where', 'fields', 'orderBy'].includes(name)) continue;
    if (required || to === 'bodyToken' || to === 'path') query[name] = isNumber ? '3' : '4';
  }
  return query;
}

/** Scripts may read a body that no parameter names. */
function takesBody({ compiled }: Operation): boolean {
  const isWrite = compiled.method !== 'GET' && compiled.method !== 'DELETE';
  const isDeclared = compiled.parameters.some(({ from }) => ['body', 'bodyField', 'form', 'multipart'].includes(from));
  const isTemplate = compiled.parameters.some(({ body }) => body !== undefined);
  return isDeclared || (isWrite && (isTemplate || compiled.preRequest.length > 0));
}

/** Members to write: those of the request's model, of the body's template, or of the record. */
function madeContent(operation: Operation): Record<string, unknown> {
  const { compiled, collection } = operation;
  const { request } = shapesOf(compiled.resource);
  const template = compiled.parameters.find(({ body }) => body !== undefined);
  const occasion = { collection: 'written', index: 76 };
  const content: Record<string, unknown> = {};
  if (template !== undefined) {
    const given = compiled.parameters.filter(({ from, to }) => to === 'bodyToken' && from !== 'body');
    const others = new Set(given.map(({ vendorName }) => vendorName));
    for (const key of placeholders(template.name).filter((name) => !others.has(name))) {
      const member = collection.record.members.get(key.slice(key.lastIndexOf('.') + 1));
      setAt(content, key, member === undefined ? '7' : sampleOf(member, key, occasion));
    }
    return content;
  }
  const fields = formFields(operation);
  if (fields.length > 0) {
    for (const field of fields) if (!isUpload(field)) content[field.name] = 'written';
    if (compiled.parameters.some(({ from }) => from === 'body')) content['note'] = 'written';
    return content;
  }
  const members = compiled.parameters.filter(({ from }) => from === 'bodyField');
  for (const { name } of members) setAt(content, name, `written ${name}`);
  if (members.length > 0 && !compiled.parameters.some(({ from }) => from === 'body')) return content;
  const shape = request ?? collection.record;
  const sample =
    shape.kind === 'object' && shape.members.size > 0 ? sampleOf(shape, 'written', occasion) : { name: 'Written' };
  if (!isObject(sample)) return { name: 'Written' };
  for (const [name, value] of Object.entries(sample)) {
    // What names a parent is the path's to say.
    const isParents = namesOther(collection, name) && placeholders(compiled.path).length > 0;
    if (name !== collection.idMember && !isParents && value !== null && Object.keys(content).length < 8)
      content[name] = value;
  }
  return content;
}

/** The fields of forms that a caller gives; what the path says is none. */
function formFields({ compiled }: Operation): CompiledParameter[] {
  const variables = placeholders(compiled.path);
  return compiled.parameters.filter(({ from, name }) => {
    return (from === 'multipart' || from === 'form') && !variables.includes(name);
  });
}

function isUpload({ isFile, name }: CompiledParameter): boolean {
  return isFile || name === 'file';
}

/** JSON, or a form where the document takes files. */
function bodyOf(operation: Operation, content: Record<string, unknown>): { json: unknown } | { form: FormData } {
  const file = formFields(operation).find(isUpload);
  if (file === undefined) return { json: content };
  const form = new FormData();
  for (const [name, value] of Object.entries(content)) form.set(name, String(value));
  form.set(file.name, new Blob(['what was uploaded'], { type: 'text/plain' }), 'upload.txt');
  return { form };
}

/** Members that were written and are not in an answer, wherever it has them. */
function lostMembers(written: Record<string, unknown>, body: unknown, { collection }: Operation): string[] {
  const values = new Set(leaves(body));
  return Object.entries(written)
    .filter(([name, value]) => {
      return name !== collection.idMember && typeof value !== 'object' && value !== '' && !values.has(String(value));
    })
    .map(([name]) => name);
}

interface Reply {
  status: number;
  body: unknown;
  nextPage: string | undefined;
}

/** Calls the platform. */
async function call(
  { url, authorization }: RunTargets,
  method: string,
  path: string,
  { query = {}, ...content }: { query?: Record<string, string>; json?: unknown; form?: FormData } = {},
): Promise<Reply> {
  const pairs = new URLSearchParams(query).toString();
  const address = `${url}/elements/api-v2${path}${pairs === '' ? '' : `${path.includes('?') ? '&' : '?'}${pairs}`}`;
  const response = await fetch(address, {
    method,
    headers: { authorization, ...('json' in content ? { 'content-type': 'application/json' } : {}) },
    ...('json' in content ? { body: JSON.stringify(content.json) } : {}),
    ...(content.form === undefined ? {} : { body: content.form }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? undefined : (parseJson(text) ?? text),
    nextPage: response.headers.get('elements-next-page-token') ?? undefined,
  };
}

/** A refusal in one line. */
function told({ status, body }: Reply): string {
  const { message, providerMessage } = isObject(body) ? body : {};
  const said = [message, providerMessage].filter((one) => typeof one === 'string').join(' — ');
  return `${status} ${said === '' ? shown(body) : said}`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
