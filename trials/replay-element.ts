// Replays one element: loads it, connects a made-up account, calls every resource in several ways, and compares what a
// recording vendor got with what the definition says.

import { request as httpRequest } from 'node:http';
import { differences } from './compare-request.ts';
import type { DocumentResource, ElementDocument } from './element-document.ts';
import { pathBelowHub } from './element-document.ts';
import { answeredBody, describingPath, type Expectation, expectRequest, servingResource } from './expected-request.ts';
import { describedFields, type MadeBody, type MadeCall, madeAnswer, madeCalls, madeSettings } from './made-up.ts';
import type { RecordedRequest, Recorder, RecorderAnswer } from './recorder.ts';
import { NotForetellable } from './run-hook.ts';

/** The platform that is asked. */
export interface ReplayedPlatform {
  /** such as `http://127.0.0.1:8080` */
  url: string;
  /** the `Authorization` of its administrator, without an element token */
  authorization: string;
}

/** How a resource did. */
export interface ResourceReport {
  /** such as `GET /contacts/{id}` */
  name: string;
  /** whether it is called by callers, or runs by itself */
  kind: 'callable' | 'lifecycle';
  /** `part`: a hook decides something that cannot be foretold; `idle`: it did not run */
  outcome: 'equal' | 'part' | 'different' | 'idle';
  calls: number;
  /** what was different, or what could not be compared */
  notes: string[];
}

/** How an element did. */
export interface ElementReport {
  key: string;
  /** why nothing could be called */
  refused: string | undefined;
  resources: ResourceReport[];
}

/** Replays an element. `refused` says when it cannot be loaded or connected. */
export async function replayElement(
  platform: ReplayedPlatform,
  recorder: Recorder,
  document: ElementDocument,
): Promise<ElementReport> {
  const report: ElementReport = { key: document.key, refused: undefined, resources: [] };
  const known = await ask(platform, 'GET', `/elements/${document.key}`);
  if (known.status !== 200) {
    const loaded = await ask(platform, 'POST', '/elements', { body: { kind: 'json', value: { ...document } } });
    if (loaded.status !== 200) return { ...report, refused: `POST /elements ${loaded.status}: ${loaded.text}` };
  }

  const given = madeSettings(document);
  const settings = allSettings(document, given);
  const lifecycle = lifecycleOf(document);
  recorder.requests.length = 0;
  recorder.answers = lifecycle.map((resource) => madeAnswer(resource, document.hooks ?? [], 1));
  const value = {
    element: { key: document.key },
    name: `replay of ${document.key}`,
    configuration: given,
    ...(document.authentication.type.startsWith('oauth') ? { externalAuthentication: 'initial' } : {}),
  };
  const connected = await ask(platform, 'POST', '/instances', { body: { kind: 'json', value } });
  if (connected.status !== 200) return { ...report, refused: `POST /instances ${connected.status}: ${connected.text}` };
  const arrived = [...recorder.requests];
  const { id, token } = JSON.parse(connected.text) as { id: number; token: string };
  const asInstance = { ...platform, authorization: `${platform.authorization}, Element ${token}` };

  const described = new Set<string>();
  for (const resource of document.resources ?? []) {
    // Links are called as parts of their chains.
    if (resource.valence?.internal === true) continue;
    const name = `${resource.method} ${pathBelowHub(resource.path)}`;
    if (isCallable(resource)) {
      report.resources.push(
        await replayResource(asInstance, recorder, { document, resource, settings, described }, name),
      );
      continue;
    }
    const position = lifecycle.indexOf(resource);
    const call = { name: 'provisioning', method: resource.method, pathVariables: {}, query: {}, headers: {} };
    const judged = judge(position < 0 ? [] : arrived.slice(position, position + 1), {
      chain: [resource],
      answers: [madeAnswer(resource, document.hooks ?? [], 1).body],
      context: { document, settings, described: new Set() },
      call: { ...call, body: { kind: 'none' }, conditions: [] },
      follows: false,
    });
    const outcome = position < 0 ? 'idle' : judged.outcome;
    const notes = position < 0 ? [`${resource.type} does not run when an account is connected`] : judged.notes;
    report.resources.push({ name, kind: 'lifecycle', outcome, calls: position < 0 ? 0 : 1, notes });
  }
  await ask(platform, 'DELETE', `/instances/${id}`);
  return report;
}

/** What runs when an account is connected, in its order. */
function lifecycleOf({ resources }: ElementDocument): DocumentResource[] {
  const ofType = (type: string) => (resources ?? []).filter((resource) => resource.type === type);
  return [...ofType('provisionAuthValidation'), ...ofType('onProvision')];
}

function isCallable({ type }: DocumentResource): boolean {
  return type === undefined || type === null || type === 'api' || type === 'apiNoDocumentation';
}

/** What the instance knows: given values, then defaults with their placeholders filled. */
function allSettings({ configuration }: ElementDocument, given: Record<string, string>): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const { key, defaultValue } of configuration) if (defaultValue) settings[key] = defaultValue;
  Object.assign(settings, given);
  for (let depth = 0; depth < 5; depth++) {
    for (const [key, value] of Object.entries(settings)) {
      settings[key] = value.replace(/\$?\{([\w.]+)\}/g, (whole: string, name: string) => settings[name] ?? whole);
    }
  }
  return settings;
}

interface Context {
  document: ElementDocument;
  settings: Record<string, string>;
  /** paths of descriptions that the platform has asked for, and keeps */
  described: Set<string>;
}

async function replayResource(
  platform: ReplayedPlatform,
  recorder: Recorder,
  { document, resource, settings, described }: Context & { resource: DocumentResource },
  name: string,
): Promise<ResourceReport> {
  const report: ResourceReport = { name, kind: 'callable', outcome: 'equal', calls: 0, notes: [] };
  const context = { document, settings, described };
  const run = async (call: MadeCall, nextPage: string | undefined): Promise<string | undefined> => {
    const chain = chainOf(document, servingResource(resource, call));
    const row = nextPage === undefined ? 1 : 2;
    const answers = chain.map((link) =>
      madeAnswer(servingResource(link, call), document.hooks ?? [], row, call.pathVariables),
    );
    const descriptions = new Map(chain.flatMap((link) => descriptionOf(servingResource(link, call), call)));
    recorder.outOfTurn = (path) => descriptions.get(path);
    recorder.requests.length = 0;
    recorder.answers = answers;
    const reply = await ask(platform, call.method, callPath(document, resource, call, nextPage), call);
    const trip = { chain, answers: answers.map(({ body }) => body), context, call, follows: nextPage !== undefined };
    const { outcome, notes } = judge(recorder.requests, trip);
    report.calls += 1;
    if (outcome === 'different' || report.outcome === 'equal') report.outcome = outcome;
    const asked = nextPage === undefined ? call.name : 'the page that follows';
    report.notes.push(...notes.map((note) => `${asked}: ${note}`));
    if (reply.status !== 200) report.notes.push(`${asked}: answered ${reply.status} ${reply.text.slice(0, 300)}`);
    return reply.status === 200 ? reply.nextPage : undefined;
  };
  for (const call of madeCalls(resource, chainOf(document, resource).slice(1))) {
    const nextPage = await run(call, undefined);
    if (nextPage !== undefined) await run(call, nextPage);
  }
  return report;
}

/** Resources that one call may run, one after the other (step 14). */
const longestChain = 5;

/** The resource and those that follow it (step 14). */
function chainOf(document: ElementDocument, first: DocumentResource): DocumentResource[] {
  const chain = [first];
  while (chain.length < longestChain) {
    const [, method, path = '']: string[] = /^(\w+):(.+)$/.exec(chain.at(-1)?.nextResource ?? '') ?? [];
    const next = (document.resources ?? []).find(
      (resource) => resource.method === method && pathBelowHub(resource.path) === pathBelowHub(path),
    );
    if (next === undefined) break;
    chain.push(next);
  }
  return chain;
}

interface Trip {
  chain: DocumentResource[];
  /** what the vendor answered to each resource of the chain */
  answers: unknown[];
  context: Context;
  call: MadeCall;
  follows: boolean;
}

/** What the vendor answers to who asks for the description that a statement needs. */
function descriptionOf(resource: DocumentResource, call: MadeCall): [string, RecorderAnswer][] {
  const path = describingPath(resource, call);
  const { described } = resource.valence?.statement ?? {};
  if (path === undefined || described === undefined) return [];
  const rows = describedFields.map((name) => ({ [described.name]: name }));
  return [[path, { headers: {}, body: { [described.rows]: rows } }]];
}

/** Compares the requests of one call with what each resource of its chain says. */
function judge(arrived: RecordedRequest[], trip: Trip): Pick<ResourceReport, 'outcome' | 'notes'> {
  const { chain, answers, context, call, follows } = trip;
  const notes: string[] = [];
  let outcome: ResourceReport['outcome'] = 'equal';
  let previous: unknown;
  let previousAnswer: unknown;
  let next = 0;
  let turn = 0;
  for (const resource of chain) {
    const description = describingPath(servingResource(resource, call), call);
    if (description !== undefined && !context.described.has(description)) {
      if (arrived[next]?.path !== description) return { outcome: 'different', notes: [`not asked: ${description}`] };
      context.described.add(description);
      next += 1;
    }
    const given = { ...context, resource, call, previous, previousAnswer, follows };
    let expectation: Expectation;
    try {
      expectation = expectRequest(given);
    } catch (error) {
      if (!(error instanceof NotForetellable)) throw error;
      return { outcome: 'part', notes: [error.message] };
    }
    if ('answer' in expectation) {
      notes.push(`hook: nothing to be sent: ${expectation.because}`);
      if (expectation.answer.status >= 400) break;
      const after = answeredBody(given, expectation.answer.body);
      if (after.kind === 'unforeseen') return { outcome: 'part', notes: [...notes, after.because] };
      if (after.kind === 'ended') break;
      previous = after.body;
      continue;
    }
    const request = arrived[next];
    if (request === undefined) return { outcome: 'different', notes: [`nothing was sent for ${resource.path}`] };
    const found = differences(expectation.request, request, context.document, context.settings);
    const { unforeseen } = expectation.request;
    if (unforeseen.size > 0) {
      outcome = 'part';
      notes.push(`hook: sent, not compared: ${[...unforeseen].join(', ')}`);
    }
    if (found.length > 0) return { outcome: 'different', notes: found };
    next += 1;
    const after = answeredBody(given, answers[turn]);
    previousAnswer = answers[turn];
    turn += 1;
    if (after.kind === 'unforeseen') return { outcome: 'part', notes: [...notes, after.because] };
    if (after.kind === 'ended') break;
    previous = after.body;
  }
  const more = arrived.slice(next).map(({ method, host, path }) => `${method} ${host}${path}`);
  if (more.length > 0) return { outcome: 'different', notes: [`sent besides: ${more.join(', ')}`] };
  return { outcome, notes };
}

function callPath(
  { hub }: ElementDocument,
  { path }: DocumentResource,
  { pathVariables, query }: MadeCall,
  nextPage: string | undefined,
): string {
  const filled = pathBelowHub(path).replace(/\{:?([^{}]*)\}/g, (_, name: string) =>
    encodeURIComponent(pathVariables[name] ?? ''),
  );
  const pairs = { ...query, ...(nextPage === undefined ? {} : { nextPage }) };
  if (nextPage !== undefined) delete (pairs as Record<string, string>)['page'];
  const text = Object.entries(pairs).map((pair) => pair.map(encodeURIComponent).join('='));
  return `/hubs/${hub}${filled}${text.length === 0 ? '' : `?${text.join('&')}`}`;
}

interface Reply {
  status: number;
  text: string;
  nextPage: string | undefined;
}

/** Asks the platform. `fetch` would not send a call the way it is made up. */
function ask(
  { url, authorization }: ReplayedPlatform,
  method: string,
  path: string,
  { headers = {}, body = { kind: 'none' } }: { headers?: Record<string, string>; body?: MadeBody } = {},
): Promise<Reply> {
  const { contentType, bytes } = written(body);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      `${url}/elements/api-v2${path}`,
      {
        method,
        headers: {
          ...headers,
          authorization,
          ...(bytes === undefined ? {} : { 'content-type': contentType, 'content-length': bytes.length }),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const token = incoming.headers['elements-next-page-token'];
          resolve({
            status: incoming.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
            nextPage: token === undefined ? undefined : String(token),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

function written(body: MadeBody): { contentType: string; bytes: Buffer | undefined } {
  if (body.kind === 'none') return { contentType: '', bytes: undefined };
  if (body.kind === 'json') return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body.value)) };
  const boundary = 'made-up-boundary';
  const parts = Object.entries(body.fields).map(([name, value]) => `name="${name}"\r\n\r\n${value}`);
  const { file } = body;
  if (file !== undefined) {
    parts.push(`name="${file.field}"; filename="${file.fileName}"\r\nContent-Type: text/plain\r\n\r\n${file.text}`);
  }
  const text = parts.map((part) => `--${boundary}\r\nContent-Disposition: form-data; ${part}\r\n`).join('');
  return { contentType: `multipart/form-data; boundary=${boundary}`, bytes: Buffer.from(`${text}--${boundary}--\r\n`) };
}
