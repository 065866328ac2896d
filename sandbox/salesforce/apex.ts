// The Apex that the sandbox understands: a class whose future method makes one callout, and a trigger that hands it the
// changed records (README.md says exactly what). It is read, never run: what comes of it is the request that it would send.

import { type ApexReader, readApex } from './apex-reader.ts';

/** What was done to a record, as a trigger names it. */
export type Operation = 'insert' | 'update' | 'delete' | 'undelete';

/** The callout of a future method. */
export interface Callout {
  endpoint: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
}

/** The members of the JSON object that is sent: the records, what the trigger calls the change, or text. */
export type Shape = readonly (readonly [string, 'records' | 'action' | { text: string }])[];

/** A class: its methods that take records and an action, by their names in lower case. */
export interface ApexClassCode {
  name: string;
  methods: ReadonlyMap<string, { futureName: string; callout: Callout; shape: Shape }>;
}

/** A trigger: the method that it calls, and with what. */
export interface ApexTriggerCode {
  name: string;
  objectName: string;
  operations: readonly Operation[];
  className: string;
  methodName: string;
  records(operation: Operation): 'new' | 'old';
  action(operation: Operation): string;
}

/** Milliseconds that a callout may take (Apex Developer Guide "Callout Limits and Limitations"). */
const usualTimeout = 10_000;
const longestTimeout = 120_000;

const operations: readonly Operation[] = ['insert', 'update', 'delete', 'undelete'];

/** Reads a class. @throws {ApexError} */
export function readApexClass(source: string): ApexClassCode {
  const reader = readApex(source);
  takeAccess(reader);
  if (reader.skip('with') || reader.skip('without') || reader.skip('inherited')) reader.take('sharing');
  reader.take('class');
  const name = reader.name();
  reader.take('{');
  const callouts = new Map<string, Callout>();
  const calls = new Map<string, { futureName: string; shape: Shape }>();
  while (!reader.skip('}')) {
    const isFuture = reader.skip('@', 'future', '(', 'callout', '=', 'true', ')');
    takeAccess(reader);
    reader.take('static', 'void');
    const method = reader.name();
    if (isFuture) callouts.set(method.toLowerCase(), readFuture(reader));
    else calls.set(method.toLowerCase(), readCall(reader));
  }
  if (!reader.isAtEnd()) throw reader.unexpected();
  const methods = [...calls].map(([method, { futureName, shape }]) => {
    const callout = callouts.get(futureName.toLowerCase());
    if (callout === undefined) {
      throw reader.refusal(
        `Method does not exist or incorrect signature: void ${futureName}(String) from the type ${name}`,
      );
    }
    return [method, { futureName, callout, shape }] as const;
  });
  return { name, methods: new Map(methods) };
}

function takeAccess(reader: ApexReader): void {
  if (!['public', 'global', 'private'].some((word) => reader.skip(word))) throw reader.unexpected();
}

function readFuture(reader: ApexReader): Callout {
  reader.take('(', 'String');
  const parameter = reader.name();
  reader.take(')', '{', 'HttpRequest');
  const request = reader.name();
  reader.take('=', 'new', 'HttpRequest', '(', ')', ';');
  const given = { endpoint: '', method: 'GET', timeoutMs: usualTimeout };
  const headers: Record<string, string> = {};
  while (reader.skip(request, '.')) {
    if (reader.skip('setEndpoint', '(')) given.endpoint = reader.text();
    else if (reader.skip('setMethod', '(')) given.method = reader.text();
    else if (reader.skip('setTimeout', '(')) given.timeoutMs = Math.min(longestTimeout, reader.number());
    else if (reader.skip('setBody', '(')) reader.take(parameter);
    else {
      reader.take('setHeader', '(');
      const header = reader.text();
      reader.take(',');
      headers[header] = reader.text();
    }
    reader.take(')', ';');
  }
  reader.skip('if', '(', '!', 'Test', '.', 'isRunningTest', '(', ')', ')');
  const isBlock = reader.skip('{');
  reader.take('new', 'Http', '(', ')', '.', 'send', '(', request, ')', ';');
  if (isBlock) reader.take('}');
  reader.take('}');
  return { ...given, headers };
}

function readCall(reader: ApexReader): { futureName: string; shape: Shape } {
  reader.take('(', 'List', '<', 'SObject', '>');
  const records = reader.name();
  reader.take(',', 'String');
  const action = reader.name();
  reader.take(')', '{');
  if (reader.skip('if', '(')) {
    do takeGuard(reader);
    while (reader.skip('||'));
    reader.take(')', '{', 'return', ';', '}');
  }
  const futureName = reader.name();
  reader.take('(', 'JSON', '.', 'serialize', '(', 'new', 'Map', '<', 'String', ',', 'Object', '>', '{');
  const shape: (readonly [string, Shape[number][1]])[] = [];
  do {
    const member = reader.text();
    reader.take('=>');
    if (reader.isAtText()) shape.push([member, { text: reader.text() }]);
    else if (reader.skip(records)) shape.push([member, 'records']);
    else {
      reader.take(action);
      shape.push([member, 'action']);
    }
  } while (reader.skip(','));
  reader.take('}', ')', ')', ';', '}');
  return { futureName, shape };
}

/** None of what it asks is ever so when a record is changed by API. */
function takeGuard(reader: ApexReader): void {
  if (reader.skip('Trigger', '.', 'isBefore')) return;
  if (reader.skip('System', '.', 'isFuture', '(', ')') || reader.skip('System', '.', 'isBatch', '(', ')')) return;
  reader.take('Limits', '.', 'getFutureCalls', '(', ')', '>=', 'Limits', '.', 'getLimitFutureCalls', '(', ')');
}

/** Reads a trigger. @throws {ApexError} */
export function readApexTrigger(source: string): ApexTriggerCode {
  const reader = readApex(source);
  reader.take('trigger');
  const name = reader.name();
  reader.take('on');
  const objectName = reader.name();
  reader.take('(');
  const after: Operation[] = [];
  do {
    // What a trigger does before is for tests alone: without it they could not run it.
    if (reader.skip('before')) takeOperation(reader);
    else {
      reader.take('after');
      after.push(takeOperation(reader));
    }
  } while (reader.skip(','));
  reader.take(')', '{');
  const className = reader.name();
  reader.take('.');
  const methodName = reader.name();
  reader.take('(');
  const records = readChoice(reader, () => {
    if (reader.skip('Trigger', '.', 'new')) return 'new' as const;
    reader.take('Trigger', '.', 'old');
    return 'old' as const;
  });
  reader.take(',');
  const action = readChoice(reader, () => reader.text());
  reader.take(')', ';', '}');
  if (!reader.isAtEnd()) throw reader.unexpected();
  return { name, objectName, operations: after, className, methodName, records, action };
}

function takeOperation(reader: ApexReader): Operation {
  const found = operations.find((operation) => reader.skip(operation));
  if (found === undefined) throw reader.unexpected();
  return found;
}

/** `Trigger.isDelete ? a : b`, where b may be such a choice again. */
function readChoice<Result>(reader: ApexReader, readOne: () => Result): (operation: Operation) => Result {
  const asked = operations.find((operation) => reader.skip('Trigger', '.', `is${operation}`));
  if (asked === undefined) {
    const value = readOne();
    return () => value;
  }
  reader.take('?');
  const then = readOne();
  reader.take(':');
  const otherwise = readChoice(reader, readOne);
  return (operation) => (operation === asked ? then : otherwise(operation));
}
