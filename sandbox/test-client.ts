// How the sandbox's own tests reach it: over real HTTP, with a clock that only moves when told to.

import { type Sandbox, startSandbox } from './server.ts';

type Json = Record<string, unknown>;

/** An answer with its body read. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when it is none. */
  json: unknown;
}

/** A running sandbox under test. */
export interface TestSandbox {
  sandbox: Sandbox;
  now(): Date;
  advance(seconds: number): void;
  /** Calls a vendor by its original https URL. */
  call(url: string, init?: RequestInit): Promise<Reply>;
  postForm(url: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Reply>;
  getAs(url: string, accessToken: string): Promise<Reply>;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Where the vendor sends the person back to. */
  consent(authorizeUrl: string, decision?: 'allow' | 'deny', user?: string): Promise<URL>;
  close(): Promise<void>;
}

/** Starts a sandbox on a free port at a fixed time. */
export async function startTestSandbox(): Promise<TestSandbox> {
  let time = Date.parse('2026-03-01T12:00:00Z');
  const now = () => new Date(time);
  const sandbox = await startSandbox({ now });

  async function call(url: string, init: RequestInit = {}): Promise<Reply> {
    return read(await fetch(url.replace('https:/', sandbox.url), { redirect: 'manual', ...init }));
  }

  async function control(method: string, path: string, body?: unknown): Promise<Reply> {
    const content =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return read(await fetch(`${sandbox.url}/_sandbox/${path}`, { method, ...content }));
  }

  return {
    sandbox,
    now,
    advance: (seconds) => {
      time += seconds * 1000;
    },
    call,
    control,
    postForm: (url, fields, headers = {}) => call(url, { method: 'POST', body: new URLSearchParams(fields), headers }),
    getAs: (url, accessToken) => call(url, { headers: { authorization: `Bearer ${accessToken}` } }),
    async consent(authorizeUrl, decision = 'allow', user = 'robin@example.com') {
      const reply = await control('POST', 'consent', { authorizeUrl, decision, user });
      if (reply.status !== 200) throw new Error(`consent answered ${reply.status}: ${reply.text}`);
      return new URL(textOf(reply.json, 'location'));
    },
    close: () => sandbox.close(),
  };
}

async function read(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text field of a JSON object; fails the test when it is not there. */
export function textOf(value: unknown, name: string): string {
  const field = (value as Json | undefined)?.[name];
  if (typeof field !== 'string') throw new Error(`no text "${name}" in ${JSON.stringify(value)}`);
  return field;
}

/** A query parameter of a URL; fails the test when it is not there. */
export function parameterOf(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value === null) throw new Error(`no ${name} in ${url}`);
  return value;
}
