// Prints the trip of one call: what the caller asked, what each step sent and got, and what the caller was answered.

import { STATUS_CODES } from 'node:http';
import type { Terminal } from '../demo/terminal.ts';
import { isObject, parseJson } from '../src/core/http.ts';
import type { TraceStep } from '../src/engine/trace.ts';

/** What the caller was answered, read whole. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** until the last byte was there */
  milliseconds: number;
}

/** One call and what is known of it. */
export interface Trip {
  element: string;
  method: string;
  path: string;
  body: string | undefined;
  answer: Answer;
  /** its record; without a trace when the call was refused before it began */
  usage: { vendorTime?: number; vendorCalls?: number; elementApi?: string; trace?: TraceStep[] } | undefined;
}

const longestBody = 4000;
/** Headers of an answer that say something of the call. */
const telling = /^(elements-|content-type|retry-after|location)/;

/** Prints a trip; `masked` takes secrets out of what the trace has not masked already. */
export function printTrip(trip: Trip, terminal: Terminal, masked: (text: string) => string): void {
  const { element, method, path, answer, usage } = trip;
  terminal.title(`${element}: ${method} ${path}`);
  const steps = usage?.trace ?? [];
  const print = (lines: readonly string[]) => {
    for (const line of lines) terminal.line(masked(`   ${line}`));
  };
  if (usage?.elementApi !== undefined) terminal.line(`The resource is ${usage.elementApi}.`);
  if (steps.length === 0) terminal.line('The call was refused before its first step.');
  for (const [index, { step, atMs, detail }] of steps.entries()) {
    terminal.line(`\n${index + 1}. ${step}  (+${atMs} ms)`);
    print(linesOf(step, detail));
    if (step === 'call' && trip.body !== undefined) print(bodyLines(readable(trip.body)));
  }
  const { vendorCalls = 0, vendorTime = 0 } = usage ?? {};
  const vendor =
    vendorCalls === 0
      ? 'the vendor was not called'
      : `${vendorTime} ms of them ${vendorCalls === 1 ? 'one call' : `${vendorCalls} calls`} to the vendor`;
  terminal.line(`\n${steps.length + 1}. answer  (after ${Math.round(answer.milliseconds)} ms, ${vendor})`);
  print([statusText(answer.status)]);
  print([...answer.headers].filter(([name]) => telling.test(name)).map(([name, value]) => `${name}: ${value}`));
  print(bodyLines(readable(answer.text)));
}

function linesOf(step: string, detail: unknown): string[] {
  if (!isObject(detail)) return detail === null || detail === undefined ? [] : bodyLines(detail);
  const { method, path, url, query, status, headers, body, ...rest } = detail;
  const lines: string[] = [];
  if (typeof method === 'string') lines.push(`${method} ${url ?? path ?? ''}`);
  if (isObject(query)) lines.push(...Object.entries(query).map(([name, value]) => `?${name}=${textOf(value)}`));
  if (typeof status === 'number') lines.push(statusText(status));
  if (isObject(headers)) {
    lines.push(...Object.entries(headers).map(([name, value]) => `${name}: ${textOf(value)}`));
  }
  if (body !== undefined && body !== null) lines.push(...bodyLines(readable(body)));
  if (step.includes('hook')) return [...lines, ...hookLines(rest)];
  if (Object.keys(rest).length > 0) lines.push(...bodyLines(rest));
  return lines;
}

/** What a hook gave to `done`, and what it printed. */
function hookLines({ result, console, ...rest }: Record<string, unknown>): string[] {
  const lines =
    result === null || result === undefined ? ['done() changed nothing'] : ['done(', ...bodyLines(result), ')'];
  if (Array.isArray(console)) lines.push(...console.map((line) => `console: ${textOf(line)}`));
  if (Object.keys(rest).length > 0) lines.push(...bodyLines(rest));
  return lines;
}

function readable(body: unknown): unknown {
  return typeof body === 'string' ? (parseJson(body) ?? body) : body;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function bodyLines(value: unknown): string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  if (text === '') return [];
  const shown =
    text.length > longestBody ? `${text.slice(0, longestBody)}\n… ${text.length - longestBody} more characters` : text;
  return shown.split('\n');
}

function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
}
