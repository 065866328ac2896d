// What all of the Connect REST API shares: pages, dates, references, inputs.

import { readParts, textOf } from '../parts.ts';
import { mediaType, type VendorRequest } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { Refusal } from './errors.ts';
import type { SalesforceRecord } from './records.ts';

/** A page of rows and the URLs of its neighbours. */
export interface Page<Row> {
  rows: Row[];
  urls: Record<string, string | null>;
}

const mostRows = 100;

/** The part of a form that is a file. */
export const binaryPart = 'fileData';

/** Pages counted from 0; 25 rows unless `pageSize` (1 to 100) says otherwise. */
export function numberedPage<Row>(call: RestCall, path: string, rows: readonly Row[]): Page<Row> {
  const page = numberOf(call, 'page', 0, 0, Number.MAX_SAFE_INTEGER);
  const size = numberOf(call, 'pageSize', 25, 1, mostRows);
  const urlOf = (number: number) => `${call.base}/${path}?page=${number}&pageSize=${size}`;
  return {
    rows: rows.slice(page * size, (page + 1) * size),
    urls: {
      currentPageUrl: urlOf(page),
      nextPageUrl: (page + 1) * size < rows.length ? urlOf(page + 1) : null,
      previousPageUrl: page > 0 ? urlOf(page - 1) : null,
    },
  };
}

/** Pages named by tokens that only Salesforce can read. */
export function tokenPage<Row>(call: RestCall, path: string, rows: readonly Row[], size: number): Page<Row> {
  const pageSize = numberOf(call, 'pageSize', size, 1, mostRows);
  const asked = new URLSearchParams(call.request.query).get('page');
  const start = asked === null ? 0 : startOf(asked);
  const tokenOf = (from: number) => Buffer.from(`from ${from}`).toString('base64url');
  const next = start + pageSize < rows.length ? tokenOf(start + pageSize) : null;
  const previous = start > 0 ? tokenOf(Math.max(0, start - pageSize)) : null;
  const urlOf = (token: string | null) =>
    token === null ? null : `${call.base}/${path}?page=${token}&pageSize=${pageSize}`;
  return {
    rows: rows.slice(start, start + pageSize),
    urls: {
      currentPageToken: tokenOf(start),
      currentPageUrl: urlOf(tokenOf(start)),
      nextPageToken: next,
      nextPageUrl: urlOf(next),
      previousPageToken: previous,
      previousPageUrl: urlOf(previous),
    },
  };
}

function startOf(token: string): number {
  const [, start] = /^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? [];
  if (start === undefined) throw illegalParameter('page', token);
  return Number(start);
}

function numberOf(call: RestCall, name: string, otherwise: number, least: number, most: number): number {
  const text = new URLSearchParams(call.request.query).get(name) ?? String(otherwise);
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  throw illegalParameter(name, text);
}

function illegalParameter(name: string, text: string): Refusal {
  return new Refusal(400, 'ILLEGAL_QUERY_PARAMETER_VALUE', `Illegal value for query parameter ${name}: ${text}`);
}

/** Connect writes dates with `Z`, unlike the rest of the REST API. */
export function connectDate(value: unknown): string {
  return String(value).replace('+0000', 'Z');
}

/** A Reference. */
export function referenceTo(call: RestCall, kind: string, id: unknown): object {
  return { id, url: `${call.base}/connect/${kind}/${id}` };
}

/** A User Summary, as far as files need it. */
export function userOf(call: RestCall, id: unknown): object {
  const user: SalesforceRecord | undefined = call.data.records.lookup(String(id));
  const url = `${call.base}/chatter/users/${id}`;
  return { id, name: user?.['Name'] ?? null, displayName: user?.['Name'] ?? null, type: 'User', url };
}

/**
 * An input: its members as request parameters, in a JSON body, in a JSON part or in fields of a form ("Input to Connect
 * REST API"). Refuses what is no JSON object.
 */
export function inputOf(request: VendorRequest): Record<string, unknown> {
  const input: Record<string, unknown> = Object.fromEntries(new URLSearchParams(request.query));
  for (const part of readParts(request)) {
    if (part.name === binaryPart) continue;
    if (part.contentType === 'application/json') Object.assign(input, readJson(textOf(part)));
    else if (part.fileName === undefined) input[part.name] = textOf(part);
  }
  if (mediaType(request) === 'application/json' && request.body !== '') Object.assign(input, readJson(request.body));
  return input;
}

function readJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below, as for a body of another form.
  }
  throw new Refusal(400, 'JSON_PARSER_ERROR', 'The request body is no JSON object.');
}

/** A member that is text, or undefined. */
export function textMember(input: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = input[name];
  return typeof value === 'string' ? value : undefined;
}
