// One resource's call to the vendor: draft, hooks, signature, vendor, answer, hooks. A chain has several of them.

import type { ConnectedAccount } from '../auth/refresh.ts';
import { type Account, authorizeRequest } from '../auth/schemes.ts';
import type { VendorDoor } from '../auth/vendor-door.ts';
import type { Expression } from '../ceql/parse.ts';
import type { FilePart } from '../core/body.ts';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { type HttpRequest, type HttpStream, isStream, valueAt, writeValue } from '../core/http.ts';
import { isSecretSetting } from '../element/settings.ts';
import type { Scripts } from '../script/scripts.ts';
import type { VendorTokens } from '../store/tokens.ts';
import type { CompiledResource } from './compile.ts';
import { configurationOf } from './configuration.ts';
import { decodeReply, isDownload } from './decode.ts';
import type { DescribedFields } from './described-fields.ts';
import { type Draft, declaredParts, draftRequest, readWhere, statementObject } from './draft.ts';
import type { Configuration, ElementCall } from './element-call.ts';
import { encodeRequest } from './encode.ts';
import { formOf } from './form.ts';
import {
  type HookedAnswer,
  type HookScene,
  isErrorStatus,
  type PreparedCall,
  runPostRequest,
  runPreRequest,
} from './hooks.ts';
import { sendInTurn, type TurnDependencies } from './in-turn.ts';
import type { PageTokens } from './page-token.ts';
import { type AskedPage, askedPage, type PagingStyle, pagingStyle } from './paging.ts';
import type { PlatformAddresses } from './platform-addresses.ts';
import { takeRoot } from './root-key.ts';
import { shapeRows } from './rows.ts';
import { vendorProblem } from './vendor-problem.ts';

/** The answer of the resource before this one in a chain. */
export interface PreviousAnswer {
  body: unknown;
  headers: Readonly<Record<string, string>>;
  /** a download, not yet read */
  file: FilePart | undefined;
}

/** What is called, for whom. */
export interface Link {
  account: Account | ConnectedAccount;
  tokens: VendorTokens | undefined;
  resource: CompiledResource;
  pathVariables: Readonly<Record<string, string>>;
  call: ElementCall;
  previous: PreviousAnswer | undefined;
  /** the page, unless the caller's parameters say which */
  page?: AskedPage;
}

/** What came of it. */
export interface LinkAnswer {
  status: number;
  /** the resource that was called: the filtered one when there was a `where` */
  resource: CompiledResource;
  headers: Record<string, string>;
  /** the vendor's whole answer, and what of it is the caller's */
  raw: unknown;
  body: unknown;
  /** the content type of plain text that no hook has changed */
  textType: string | undefined;
  /** false when it is certain that the body holds no null */
  mayHoldNull: boolean;
  download: HttpStream | undefined;
  page: AskedPage;
  style: PagingStyle;
  /** settings that hooks and parameters want to be kept */
  settings: Record<string, string>;
}

export interface LinkDependencies extends TurnDependencies {
  door: VendorDoor;
  scripts: Scripts;
  pageTokens: PageTokens;
  clock: Clock;
  describedFields: DescribedFields;
  limits: TurnDependencies['limits'] & { vendorCallMs: number };
  /** the platform's own addresses, for an account */
  addresses(account: Account): PlatformAddresses;
}

/** The vendor answered 401, which may mean that the access token is old; `isRepeatable` unless a stream was spent. */
export class Unauthorized extends Error {
  readonly problem: Problem;
  readonly isRepeatable: boolean;
  constructor(problem: Problem, isRepeatable: boolean) {
    super(problem.message);
    this.problem = problem;
    this.isRepeatable = isRepeatable;
  }
}

/** Where a page token is valid: at one instance and one list. */
export function pagePlace(account: Account, { method, path }: ElementCall): string {
  const instance = 'instanceId' in account ? String(account.instanceId) : account.owner;
  return `${instance} ${method} ${path}`;
}

/**
 * Calls the vendor once. Throws a Problem for what the caller must change, for the vendor's error and for a failed
 * script; `Unauthorized` when the vendor answered 401.
 */
export async function callLink(dependencies: LinkDependencies, link: Link): Promise<LinkAnswer> {
  const { account, call, pathVariables } = link;
  const settings: Record<string, string> = {};
  call.trace.hide(() => secretsOf(link, settings));
  const where = readWhere(call.query);
  const { resource, pagingType } = formOf(link.resource, where, call, account.definition, account.values);
  const configuration = configurationOf(link, dependencies.addresses);
  const style = pagingStyle(account.values, resource.resource.objectName ?? '', pagingType);
  const page = link.page ?? askedPage(call.query, style, dependencies.pageTokens, pagePlace(account, call));
  if (resource.resource.valence?.answer !== undefined) return fixedAnswer(resource, page, style);

  const described = await describedFields(dependencies, link, resource);
  const sources = { resource, call, pathVariables, configuration, style, page, where, described: described?.fields };
  const drafted = draftRequest({ ...sources, previous: link.previous });
  const scene = sceneOf(dependencies, link, resource, configuration, where, page);
  const prepared: PreparedCall =
    resource.preRequest.length === 0
      ? { draft: drafted, answer: undefined, settings: {} }
      : await runPreRequest(scene, drafted);
  Object.assign(settings, drafted.settings, prepared.settings);

  const exchanged =
    prepared.answer === undefined
      ? await exchangeWithVendor(dependencies, { ...link, resource }, prepared.draft)
      : { ...prepared.answer, textType: undefined, mayHoldNull: true, download: undefined, repeatable: true };
  if (exchanged.status === 400 && described?.isKept === true && (await described.hasChanged())) {
    return callLink(dependencies, link);
  }
  const body = shapeRows(resource, exchanged.raw, rootedBody(prepared.answer, exchanged, resource));
  const rooted = { ...exchanged, body };
  const answer =
    resource.postRequest.length === 0 ? rooted : await runPostRequest(scene, prepared.draft, rooted, settings);
  refuseErrors(answer, exchanged.status, exchanged.repeatable);

  Object.assign(settings, answeredSettings(resource, answer));
  return {
    status: answer.status,
    resource,
    headers: answer.headers,
    raw: answer.raw,
    body: answer.body,
    textType: answer.body === exchanged.raw ? exchanged.textType : undefined,
    mayHoldNull: exchanged.mayHoldNull || resource.postRequest.length > 0,
    download: exchanged.download,
    page,
    style,
    settings,
  };
}

/** An answer that needs no vendor. Throws a Problem when it is a refusal. */
function fixedAnswer(resource: CompiledResource, page: AskedPage, style: PagingStyle): LinkAnswer {
  const { status = 200, message = `${resource.method} ${resource.path} is not possible.` } =
    resource.resource.valence?.answer ?? {};
  if (status >= 400) throw new Problem(status === 405 ? 'methodNotAllowed' : 'vendorRefused', message, { status });
  return {
    status,
    resource,
    headers: {},
    raw: undefined,
    body: undefined,
    textType: undefined,
    mayHoldNull: false,
    download: undefined,
    page,
    style,
    settings: {},
  };
}

/** The fields that the vendor describes the object of a statement with; undefined when the statement or the caller names them. */
async function describedFields(
  dependencies: LinkDependencies,
  link: Link,
  { describe, resource }: CompiledResource,
): Promise<{ fields: readonly string[]; isKept: boolean; hasChanged(): Promise<boolean> } | undefined> {
  const statement = resource.valence?.statement;
  if (describe === undefined || statement?.described === undefined || link.call.query['fields'] !== undefined) {
    return undefined;
  }
  const { account, call } = link;
  const { name } = statement.described;
  const object = statementObject(statement, link.pathVariables);
  const instance = 'instanceId' in account ? account.instanceId : undefined;
  const asking = { ...call, method: 'GET', query: {}, body: { kind: 'none' } as const };
  const ask = async () => {
    const asked = { ...link, resource: describe, pathVariables: { object }, call: asking, previous: undefined };
    const { body } = await callLink(dependencies, asked);
    return Array.isArray(body) ? body.flatMap((field) => valueAt(field, name) ?? []).map(writeValue) : [];
  };
  const found = await dependencies.describedFields.find(instance, object, ask);
  return {
    ...found,
    // A field may have gone since it was described; then the vendor refuses every statement that names it.
    async hasChanged() {
      dependencies.describedFields.forget(instance, object);
      const { fields } = await dependencies.describedFields.find(instance, object, ask);
      return fields.join() !== found.fields.join();
    },
  };
}

/** Everything secret that a call may show: what the account has, and what the call brings. */
function* secretsOf({ account, tokens }: Link, settings: Record<string, string>): Iterable<string> {
  for (const secret of Object.values(account.secrets)) yield secret.reveal();
  for (const token of [tokens?.access, tokens?.refresh, tokens?.secret]) if (token !== undefined) yield token.reveal();
  for (const [key, value] of Object.entries({ ...account.values, ...settings })) {
    if (value !== null && isSecretSetting(account.definition, key)) yield value;
  }
}

function rootedBody(given: HookedAnswer | undefined, exchanged: HookedAnswer, resource: CompiledResource): unknown {
  return takeRoot(resource.rootKey, given === undefined ? exchanged.raw : given.body);
}

function sceneOf(
  { scripts }: LinkDependencies,
  { account, call, pathVariables, previous }: Link,
  resource: CompiledResource,
  configuration: Configuration,
  where: Expression | undefined,
  page: AskedPage,
): HookScene {
  return {
    scripts,
    owner: account.owner,
    hub: account.definition.document.hub,
    call,
    resource,
    pathVariables,
    where,
    configuration,
    parameters: requestParameters(resource, call, pathVariables, page),
    requestBody: requestBody(call),
    previous,
  };
}

/** The caller's parameters, null for those that are declared and not given; a token of ours is put back into its page. */
function requestParameters(
  resource: CompiledResource,
  call: ElementCall,
  pathVariables: Readonly<Record<string, string>>,
  page: AskedPage,
): Record<string, string | string[] | null> {
  if (resource.preRequest.length === 0 && resource.postRequest.length === 0) return {};
  const parameters: Record<string, string | string[] | null> = Object.create(null);
  for (const name of ['page', 'pageSize', 'nextPage', 'where', 'orderBy', 'fields', ...resource.queryNames]) {
    parameters[name] = null;
  }
  Object.assign(parameters, call.query, pathVariables);
  if (parameters['nextPage'] !== null) parameters['nextPage'] = page.cursor ?? String(page.page);
  if (parameters['page'] !== null && page.named) parameters['page'] = page.cursor ?? String(page.page);
  return parameters;
}

function requestBody({ body }: ElementCall): unknown {
  if (body.kind === 'json') return body.value;
  if (body.kind === 'text') return body.text;
  return body.kind === 'form' || body.kind === 'multipart' ? body.fields : null;
}

/** The vendor's answer; `repeatable` when the request could be sent again. */
type Exchanged = HookedAnswer & {
  textType: string | undefined;
  /** false when it is certain that the body holds no null */
  mayHoldNull: boolean;
  download: HttpStream | undefined;
  repeatable: boolean;
};

async function exchangeWithVendor(
  dependencies: LinkDependencies,
  { account, tokens, resource, call }: Link,
  draft: Draft,
): Promise<Exchanged> {
  const { door, clock, limits } = dependencies;
  const more = call.body.kind === 'multipart' ? declaredParts(resource, call.body.rest) : undefined;
  const addresses = resource.hooksNameAddresses ? dependencies.addresses(account) : undefined;
  const encoded = encodeRequest(draft, addresses, more);
  const repeatable = typeof encoded.body !== 'object' || encoded.body instanceof Uint8Array;
  const send = async () => {
    // Signed when it is sent: some signatures name the moment.
    const request = authorizeRequest(account, tokens, encoded, clock());
    call.trace.add('vendor request', () => ({ ...request, body: shownBody(request.body) }));
    const began = performance.now();
    call.vendor.calls++;
    return door
      .exchange(account.definition, request, {
        timeoutMs: limits.vendorCallMs,
        signal: call.signal,
        followRedirects: true,
        streams: ({ status, headers }) => status < 300 && (resource.isDownload || isDownload(headers)),
      })
      .finally(() => {
        call.vendor.milliseconds += performance.now() - began;
      });
  };
  const reply = await sendInTurn(dependencies, { account, resource, call, isRepeatable: repeatable, send });
  if (isStream(reply)) {
    call.trace.add('vendor answer', () => ({ status: reply.status, headers: reply.headers, body: '[a download]' }));
    const answered = { status: reply.status, headers: reply.headers, raw: undefined, body: undefined };
    return {
      ...answered,
      errorMessage: undefined,
      textType: undefined,
      mayHoldNull: false,
      download: reply,
      repeatable,
    };
  }
  const { value, textType, mayHoldNull } = decodeReply(reply);
  call.trace.add('vendor answer', () => ({ status: reply.status, headers: reply.headers, body: value }));
  const { status, headers } = reply;
  return {
    status,
    headers,
    raw: value,
    body: value,
    errorMessage: undefined,
    textType,
    mayHoldNull,
    download: undefined,
    repeatable,
  };
}

function shownBody(body: HttpRequest['body']): unknown {
  if (body === undefined || typeof body === 'string') return body;
  return body instanceof Uint8Array ? `[${body.length} bytes]` : '[a stream]';
}

/** Throws for an error status and for an error that a hook reported. */
function refuseErrors(answer: HookedAnswer, vendorStatus: number, isRepeatable: boolean): void {
  if (answer.errorMessage !== undefined) {
    const status = answer.status >= 400 && answer.status < 600 ? answer.status : 400;
    throw new Problem('vendorRefused', answer.errorMessage, { status, ...providerWords(answer) });
  }
  if (!isErrorStatus(answer.status)) return;
  const problem = vendorProblem(answer, answer.body);
  throw vendorStatus === 401 && answer.status === 401 ? new Unauthorized(problem, isRepeatable) : problem;
}

function providerWords(answer: HookedAnswer): { providerMessage?: string } {
  const { providerMessage } = vendorProblem(answer, answer.raw);
  return providerMessage === undefined ? {} : { providerMessage };
}

/** The settings that response parameters copy out of an answer; either side may be written as the configuration's. */
function answeredSettings(resource: CompiledResource, answer: HookedAnswer): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const { from, name, to, vendorName } of resource.responseParameters) {
    const [key, place, path] = to === 'configuration' ? [vendorName, from, name] : [name, to, vendorName];
    const found =
      place === 'header'
        ? answer.headers[path.toLowerCase()]
        : (valueAt(answer.raw, path) ?? valueAt(answer.body, path) ?? (path === 'body' ? answer.body : undefined));
    if (found !== undefined && found !== null) settings[key] = writeValue(found);
  }
  return settings;
}
