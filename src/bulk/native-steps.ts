// One step of a vendor's bulk job: an internal resource of the element, called through the engine like any other, so that
// it is signed, refreshed, limited and measured; and what its answer says at the places that the element names.

import type { Readable } from 'node:stream';
import type { CallBody } from '../core/body.ts';
import { Problem } from '../core/errors.ts';
import { valueAt, writeValue } from '../core/http.ts';
import type { Polling } from '../element/bulk-extension.ts';
import { withoutHub } from '../element/define.ts';
import type { InstanceAccount } from '../engine/account.ts';
import type { Engine, StepAnswer } from '../engine/call.ts';
import { type CompiledResource, compileElement } from '../engine/compile.ts';
import { backgroundCall } from './background-call.ts';
import { mayPass } from './patience.ts';

/** What steps are given; a step takes of it what its resource names. */
export type StepValues = Partial<
  Record<
    'object' | 'operation' | 'statement' | 'fields' | 'identifier' | 'reference' | 'job' | 'locator' | 'rows',
    string | undefined
  >
>;

/** Calls steps of one account. */
export interface Steps {
  /** Makes a step of the element, named as METHOD:/path. Throws the vendor's error as a Problem. */
  call(name: string, values: StepValues, signal: AbortSignal, body?: CallBody): Promise<StepAnswer>;
  /** The same, for a step whose answer is a file. */
  open(name: string, values: StepValues, signal: AbortSignal): Promise<StepAnswer & { content: Readable }>;
  /** Calls a resource that is no step, with its own parameters. */
  resource(resource: CompiledResource, values: Record<string, string>, signal: AbortSignal): Promise<StepAnswer>;
  /** What has become of a job. Throws the vendor's error, unless the error's status is a state. */
  poll(polling: Polling, job: string, signal: AbortSignal): Promise<JobState>;
}

/** What a vendor says of its job. */
export interface JobState {
  phase: 'waiting' | 'running' | 'done' | 'failed';
  /** in the vendor's words */
  state: string;
  message: string | undefined;
  processed: number | undefined;
  rejected: number | undefined;
  /** seconds after which the vendor wants to be asked again */
  retryAfterSeconds: number | undefined;
}

/** The steps of an account. */
export function createSteps(engine: Pick<Engine, 'step'>, account: InstanceAccount): Steps {
  const resource: Steps['resource'] = (compiled, values, signal) => make(compiled, values, signal, { kind: 'none' });

  async function make(
    compiled: CompiledResource,
    values: Record<string, string>,
    signal: AbortSignal,
    body: CallBody,
  ): Promise<StepAnswer> {
    const call = backgroundCall(compiled.method, compiled.path, {}, body, signal);
    return engine.step(account, { resource: compiled, pathVariables: values }, call);
  }

  const call: Steps['call'] = (name, values, signal, body = { kind: 'none' }) =>
    make(named(account, name), given(values), signal, body);

  return {
    call,
    resource,
    async open(name, values, signal) {
      const answer = await call(name, values, signal);
      if (answer.download !== undefined) return { ...answer, content: answer.download.body };
      throw new Problem('vendorFailed', `The vendor answered to ${name} with status ${answer.status} and no file.`);
    },
    async poll(polling, job, signal) {
      try {
        return stateOf(polling, await call(polling.resource, { job }, signal));
      } catch (error) {
        if (!(error instanceof Problem) || polling.state !== 'status' || mayPass(error)) throw error;
        const phase = phaseOf(polling, String(error.status));
        if (phase === 'running') throw error;
        const message = error.providerMessage ?? error.message;
        return { ...unknown, phase, state: String(error.status), message };
      }
    },
  };
}

const unknown = { processed: undefined, rejected: undefined, retryAfterSeconds: undefined };

function named({ definition }: InstanceAccount, name: string): CompiledResource {
  const [, method = '', path = ''] = /^([A-Za-z]+):(\/\S*)$/.exec(name) ?? [];
  const found = compileElement(definition).named(method.toUpperCase(), withoutHub(path));
  if (found !== undefined) return found;
  throw new Problem('badRequest', `valence.bulk of ${definition.key} names ${name}, which the element does not have.`);
}

function given(values: StepValues): Record<string, string> {
  const known: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(values)) if (value !== undefined) known[name] = value;
  return known;
}

function stateOf(polling: Polling, answer: StepAnswer): JobState {
  const state = textAt(answer, polling.state) ?? '';
  const number = (place: string | undefined) => {
    const text = place === undefined ? undefined : textAt(answer, place);
    return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
  };
  const wait = Number(answer.headers['retry-after'] ?? Number.NaN);
  return {
    phase: phaseOf(polling, state),
    state,
    message: polling.message === undefined ? undefined : textAt(answer, polling.message),
    processed: number(polling.processed),
    rejected: number(polling.rejected),
    retryAfterSeconds: Number.isFinite(wait) ? wait : undefined,
  };
}

function phaseOf({ done, failed, waiting }: Polling, state: string): JobState['phase'] {
  if (done.includes(state)) return 'done';
  if (failed?.includes(state)) return 'failed';
  return waiting?.includes(state) ? 'waiting' : 'running';
}

/** The text at a place of an answer: status, header.<name>, body or body.<path>; undefined when there is none. */
export function textAt({ status, headers, body }: Omit<StepAnswer, 'download'>, place: string): string | undefined {
  if (place === 'status') return String(status);
  if (place.startsWith('header.')) return headers[place.slice('header.'.length).toLowerCase()];
  const value = place === 'body' ? body : valueAt(body, place.slice('body.'.length));
  return value === undefined || value === null ? undefined : writeValue(value);
}

/** The name of a job in an answer. Throws a Problem when there is none. */
export function jobName(text: string | undefined, after: string | undefined, resource: string): string {
  const name = after === undefined || text === undefined ? text : text.slice(text.lastIndexOf(after) + after.length);
  if (name !== undefined && name !== '') return name;
  throw new Problem('vendorRefused', `The vendor's answer to ${resource} names no job.`, { status: 502 });
}

/** Ends the vendor's job early, for a job that nobody wants any more; a job that has ended by then is none to end. */
export async function endJob(steps: Steps, abort: string | undefined, job: string): Promise<void> {
  if (abort === undefined) return;
  try {
    await steps.call(abort, { job }, AbortSignal.timeout(abortMs));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

const abortMs = 10_000;

/** The name of an object in its path. */
export function objectOf(elementPath: string): string {
  return decodeURIComponent(elementPath.split('/')[1] ?? '');
}
