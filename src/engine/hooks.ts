// Hooks: what an element's scripts see of a call, and what their results change in it.

import { conditionsOf, type Expression } from '../ceql/parse.ts';
import { Problem } from '../core/errors.ts';
import { isObject, writeValue } from '../core/http.ts';
import type { Scripts } from '../script/scripts.ts';
import type { CompiledHook, CompiledResource } from './compile.ts';
import type { Draft, DraftBody } from './draft.ts';
import type { Configuration, ElementCall } from './element-call.ts';
import { takeRoot } from './root-key.ts';

/** What every hook of a call sees. */
export interface HookScene {
  scripts: Scripts;
  /** the account, whose scripts never share a context with another's */
  owner: string;
  hub: string;
  call: ElementCall;
  resource: CompiledResource;
  pathVariables: Readonly<Record<string, string>>;
  where: Expression | undefined;
  configuration: Configuration;
  /** the caller's query with the decoded page */
  parameters: Readonly<Record<string, string | string[] | null>>;
  requestBody: unknown;
  previous: { body: unknown; headers: Readonly<Record<string, string>> } | undefined;
}

/** A vendor's answer, or the one that a hook gave instead of it. */
export interface HookedAnswer {
  status: number;
  headers: Record<string, string>;
  /** the decoded body, not taken out of its root */
  raw: unknown;
  /** the body as the caller will get it */
  body: unknown;
  /** an error that a hook reported */
  errorMessage: string | undefined;
}

/** What the hooks before the call decided. */
export interface PreparedCall {
  draft: Draft;
  /** the answer of a hook that said `continue: false`; then the vendor is not called */
  answer: HookedAnswer | undefined;
  settings: Record<string, string>;
}

/** Runs the hooks before the vendor's call, the element's first; each sees what the one before it changed. */
export async function runPreRequest(scene: HookScene, draft: Draft): Promise<PreparedCall> {
  const prepared: PreparedCall = { draft, answer: undefined, settings: {} };
  for (const hook of scene.resource.preRequest) {
    const result = await runHook(scene, hook, prepared.draft, prepared.answer);
    if (result === undefined) continue;
    prepared.draft = changedDraft(prepared.draft, result);
    collectSettings(prepared.settings, result);
    if (result['continue'] === false) {
      prepared.answer = {
        status: Math.trunc(Number(result['response_status_code'] ?? 200)),
        headers: lowerCase(result['response_headers']),
        raw: result['response_body_raw'] ?? result['response_body'],
        body: result['response_body'],
        errorMessage: errorMessageOf(result),
      };
    }
  }
  return prepared;
}

/** Runs the hooks after the vendor's call, the resource's first. */
export async function runPostRequest(
  scene: HookScene,
  draft: Draft,
  answer: HookedAnswer,
  settings: Record<string, string>,
): Promise<HookedAnswer> {
  let current = answer;
  for (const hook of scene.resource.postRequest) {
    const seen = readsWholeAnswer(hook, scene.resource) ? { ...current, body: current.raw } : current;
    const result = await runHook(scene, hook, draft, seen);
    if (result === undefined) continue;
    collectSettings(settings, result);
    current = changedAnswer(scene.resource, current, result);
  }
  return current;
}

/**
 * Most hooks read the answer as it is below the root key. One that names the root key's first member itself
 * (`response_body.data` with the root key `data`) was written for the whole answer.
 */
function readsWholeAnswer({ source }: CompiledHook, { rootKey }: CompiledResource): boolean {
  const [first] = rootKey.response;
  if (typeof first !== 'string') return false;
  return source.includes(`response_body.${first}`) || /response_body\s*\[\s*["']/.test(source);
}

async function runHook(
  scene: HookScene,
  hook: CompiledHook,
  draft: Draft,
  answer: HookedAnswer | undefined,
): Promise<Record<string, unknown> | undefined> {
  const { result, console } = await scene.scripts.run({
    owner: scene.owner,
    source: hook.source,
    legacy: hook.legacy,
    variables: variablesOf(scene, draft, answer),
    signal: scene.call.signal,
  });
  const when = answer === undefined ? 'preRequest' : 'postRequest';
  scene.call.trace.add(`${when} hook of the ${hook.level}`, () => ({ result: result ?? null, console }));
  if (result === undefined || result === null) return undefined;
  if (isObject(result)) return result;
  throw new Problem(
    'scriptFailed',
    `Script execution failed with message: done() takes an object, not ${typeof result}.`,
  );
}

/** Every variable that a hook may read; null where there is nothing. Getters, since most hooks read two or three. */
function variablesOf(scene: HookScene, draft: Draft, answer: HookedAnswer | undefined): Record<string, unknown> {
  const { call, resource, requestBody, previous } = scene;
  return {
    request_id: call.requestId,
    request_method: call.method,
    get request_path() {
      return `/hubs/${scene.hub}${call.path}`;
    },
    request_path_variables: scene.pathVariables,
    request_parameters: scene.parameters,
    get request_headers() {
      const { authorization: _, ...headers } = call.headers;
      return headers;
    },
    get request_body() {
      return textOf(requestBody);
    },
    request_body_map: isStructured(requestBody) ? requestBody : null,
    get request_expression() {
      return scene.where === undefined ? null : conditionsOf(scene.where);
    },
    request_previous_response: previous?.body ?? null,
    request_previous_response_headers: previous?.headers ?? null,
    get request_root_key() {
      return resource.rootKey.request.join('.') || null;
    },
    request_vendor_method: draft.method,
    request_vendor_path: draft.path,
    get request_vendor_url() {
      return draft.base;
    },
    request_vendor_headers: draft.headers,
    request_vendor_parameters: draft.query,
    get request_vendor_body() {
      return textOf(draftValue(draft.body));
    },
    get request_vendor_body_map() {
      const value = draftValue(draft.body);
      return isStructured(value) ? value : null;
    },
    get multipart_hook_context_items() {
      return draft.body.kind === 'multipart' ? draft.body.fields : null;
    },
    object_name: resource.resource.objectName ?? null,
    meta_data: null,
    get configuration() {
      return scene.configuration.all();
    },
    response_body: answer?.body ?? null,
    response_body_map: isStructured(answer?.body) ? answer?.body : null,
    get response_body_raw() {
      return answer === undefined ? null : textOf(answer.raw);
    },
    response_body_raw_map: isStructured(answer?.raw) ? answer?.raw : null,
    response_headers: answer?.headers ?? null,
    response_status_code: answer?.status ?? null,
    response_iserror: answer === undefined ? null : isErrorStatus(answer.status),
    response_error: answer?.errorMessage ?? null,
    response_error_message: answer?.errorMessage ?? null,
    get response_root_key() {
      return resource.rootKey.response.join('.') || null;
    },
    events: null,
  };
}

/** Whether hooks take a status for an error. */
export function isErrorStatus(status: number): boolean {
  return status < 200 || status > 207;
}

function isStructured(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string | null {
  return value === undefined || value === null ? null : writeValue(value);
}

function draftValue(body: DraftBody): unknown {
  if (body.kind === 'value' || body.kind === 'embedding') return body.value;
  return body.kind === 'form' || body.kind === 'multipart' ? body.fields : undefined;
}

function changedDraft(draft: Draft, result: Record<string, unknown>): Draft {
  const changed = { ...draft };
  const { request_vendor_headers: headers, request_vendor_parameters: parameters } = result;
  if (isObject(headers)) changed.headers = mergeHeaders(draft.headers, headers);
  if (isObject(parameters)) changed.query = mergeQuery(draft.query, parameters);
  if (typeof result['request_vendor_path'] === 'string') changed.path = result['request_vendor_path'];
  if (typeof result['request_vendor_url'] === 'string') changed.base = result['request_vendor_url'];
  if (typeof result['request_vendor_method'] === 'string')
    changed.method = result['request_vendor_method'].toUpperCase();
  const body = result['request_vendor_body'] ?? result['request_vendor_body_map'];
  if (body !== undefined && body !== null) {
    changed.body =
      draft.body.kind === 'form' && isObject(body) ? { kind: 'form', fields: body } : { kind: 'value', value: body };
  } else if (result['request_vendor_body'] === null && draftValue(draft.body) !== undefined) {
    // A file is no value, so that hooks see null in its place and may well give it back.
    changed.body = { kind: 'none' };
  }
  return changed;
}

/** Hooks give the headers that they change; null takes one away. */
function mergeHeaders(headers: Draft['headers'], changes: Record<string, unknown>): Draft['headers'] {
  const merged = { ...headers };
  for (const [name, value] of Object.entries(changes)) {
    for (const present of Object.keys(merged)) {
      if (present.toLowerCase() === name.toLowerCase()) delete merged[present];
    }
    if (value === null || value === undefined) continue;
    const text = String(value);
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
      throw new Problem('scriptFailed', `Script execution failed with message: the header ${name} cannot be sent.`);
    }
    merged[name] = text;
  }
  return merged;
}

function mergeQuery(query: Draft['query'], changes: Record<string, unknown>): Draft['query'] {
  const merged: Draft['query'] = Object.assign(Object.create(null), query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined) delete merged[name];
    else if (Array.isArray(value)) merged[name] = value.map((one) => textOf(one) ?? '');
    else merged[name] = textOf(value) ?? '';
  }
  return merged;
}

function changedAnswer(
  resource: CompiledResource,
  answer: HookedAnswer,
  result: Record<string, unknown>,
): HookedAnswer {
  const changed = { ...answer };
  if ('response_body' in result) {
    // A hook may put the rows back below the root key; then they are taken out of it again.
    changed.raw = mergeNext(answer.raw, result['response_body']);
    changed.body = takeRoot(resource.rootKey, result['response_body']);
  }
  if ('response_headers' in result) changed.headers = { ...answer.headers, ...lowerCase(result['response_headers']) };
  if (result['response_status_code'] !== undefined && result['response_status_code'] !== null) {
    changed.status = Math.trunc(Number(result['response_status_code']));
  }
  changed.errorMessage = errorMessageOf(result) ?? answer.errorMessage;
  return changed;
}

/** The whole answer keeps what names the next page, unless the hook gave another whole answer. */
function mergeNext(raw: unknown, body: unknown): unknown {
  return isObject(raw) && isObject(body) ? { ...raw, ...body } : raw;
}

function errorMessageOf(result: Record<string, unknown>): string | undefined {
  const said = result['response_error_message'] ?? result['response_error'];
  return said === undefined || said === null ? undefined : (textOf(said) ?? undefined);
}

function collectSettings(settings: Record<string, string>, result: Record<string, unknown>): void {
  const { configuration } = result;
  if (!isObject(configuration)) return;
  for (const [key, value] of Object.entries(configuration)) settings[key] = textOf(value) ?? '';
}

function lowerCase(headers: unknown): Record<string, string> {
  if (!isObject(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name.toLowerCase(), textOf(value) ?? '']),
  );
}
