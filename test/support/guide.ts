// Steps that the tests of the guides share: a platform beside a sandbox, accounts connected as a guide says, and the
// sentences that every guide has.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { consent, control } from './consent.ts';
import { type Answer, credentials, type Platform, startPlatform } from './platform.ts';

/** A platform whose vendors are a sandbox. */
export interface Trip {
  sandbox: Sandbox;
  platform: Platform;
}

export interface TripOptions {
  environment?: Record<string, string>;
  keyring?: string;
  clock?: () => number;
  /** more routes, over those of the sandbox; asked for when the trip starts */
  routes?: () => Record<string, string>;
}

/** Starts a platform beside a sandbox before the tests of a file and stops both after them. */
export function useTrip(options: TripOptions = {}): Trip {
  const trip = {} as Trip;
  const { clock } = options;
  beforeAll(async () => {
    trip.sandbox = await startSandbox(clock === undefined ? {} : { now: () => new Date(clock()) });
    // The calls of a whole file are made in seconds; what a rate does to calls has tests of its own.
    for (const vendor of ['zendesk', 'desk']) {
      await control(trip.sandbox.url, 'POST', '/settings', { vendor, rateLimit: { requests: 1_000_000, seconds: 60 } });
    }
    trip.platform = await startPlatform({
      routes: { ...trip.sandbox.routes, ...options.routes?.() },
      ...(options.environment === undefined ? {} : { environment: options.environment }),
      ...(options.keyring === undefined ? {} : { keyring: options.keyring }),
      ...(clock === undefined ? {} : { clock }),
    });
  });
  afterAll(async () => {
    await trip.platform.close();
    await trip.sandbox.close();
  });
  return trip;
}

/** Requests a URL of a guide as it stands there, without credentials. */
export function get(trip: Trip, url: string): Promise<Answer> {
  const path = url.replace('https://api.cloud-elements.com/elements/api-v2', '');
  return trip.platform.call('GET', path, { authorization: undefined });
}

export interface InstanceBody {
  element: { key?: string; id?: number };
  providerData?: Record<string, unknown> | null;
  configuration: Record<string, unknown>;
  tags?: string[];
  name?: string;
  externalAuthentication?: string;
}

/** `POST /instances`, as every guide ends. */
export function post(trip: Trip, body: InstanceBody): Promise<Answer> {
  return trip.platform.call('POST', '/instances', { body });
}

/** Calls as the administrator with an element token. */
export function callElement(trip: Trip, token: string, method: string, path: string, body?: unknown): Promise<Answer> {
  return trip.platform.call(method, path, {
    authorization: credentials(token),
    ...(body === undefined ? {} : { body }),
  });
}

/** The ping of an instance says whose it is, below its hub, below any hub and below none. */
export async function expectPings(trip: Trip, token: string, hub: string, key: string): Promise<void> {
  for (const path of [`/hubs/${hub}/ping`, '/ping', '/hubs/anything/ping']) {
    const pong = await callElement(trip, token, 'GET', path);
    expect(pong, path).toMatchObject({ status: 200, body: { dateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) } });
    expect(pong.body).toEqual({ dateTime: pong.body.dateTime, endpoint: key });
  }
}

/** The entries that a refusal says are missing. */
export function missingEntries(answer: Answer): string[] {
  const list = /^Missing required entries for \S+: (.*?)\.( |$)/.exec(answer.body.message)?.[1] ?? '';
  return list.split(', ').map((entry) => entry.replace(/^configuration /, ''));
}

interface Described {
  key: string;
  required: boolean;
}

/**
 * "If the user does not specify a required config entry, an error will result notifying her of which entries she is
 * missing." The body is one that has everything; every required setting that the catalog names, and every member of
 * the provider data, is left out alone, emptied, and all of them together. Nothing may be stored or sent.
 */
export async function expectMissingEntriesNamed(trip: Trip, body: InstanceBody): Promise<string[]> {
  const before = await countInstances(trip);
  await control(trip.sandbox.url, 'DELETE', '/requests');
  const key = body.element.key ?? '';
  const asked = (await get(trip, `/elements/${key}/configuration`)).body as Record<string, Described[]>;
  const requiredOf = (entries: Described[] = []) =>
    entries.filter((setting) => setting.required).map((setting) => setting.key);
  const required = requiredOf(asked['configuration']);
  const provider = requiredOf(asked['providerData']);
  expect(provider.toSorted()).toEqual(Object.keys(body.providerData ?? {}).toSorted());
  const without = (members: Record<string, unknown>, name: string) =>
    Object.fromEntries(Object.entries(members).filter(([member]) => member !== name));
  const expectNamed = async (broken: InstanceBody, names: string[]) => {
    const refused = await post(trip, broken);
    expect(refused.status, refused.body.message).toBe(400);
    expect(missingEntries(refused).toSorted()).toEqual(names.toSorted());
  };

  for (const name of required) {
    await expectNamed({ ...body, configuration: without(body.configuration, name) }, [name]);
    await expectNamed({ ...body, configuration: { ...body.configuration, [name]: '' } }, [name]);
  }
  for (const name of provider) {
    await expectNamed({ ...body, providerData: without(body.providerData ?? {}, name) }, [`providerData.${name}`]);
  }
  const everything = [...required, ...provider.map((name) => `providerData.${name}`)];
  await expectNamed({ ...body, providerData: {}, configuration: {} }, everything);
  const { providerData: _, ...rest } = body;
  await expectNamed({ ...rest, configuration: {} }, everything);

  expect(await countInstances(trip)).toBe(before);
  expect(await control(trip.sandbox.url, 'GET', '/requests')).toEqual([]);
  return required;
}

/** How many instances there are. */
export async function countInstances(trip: Trip): Promise<number> {
  return (await trip.platform.call('GET', '/instances/count')).body.totalInstances;
}

/** One request that the sandbox has seen. */
export interface SeenRequest {
  method: string;
  host: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  status: number | null;
}

/** The requests that the vendors have seen, of one path if it is given. */
export async function seenRequests(trip: Trip, path = '*'): Promise<SeenRequest[]> {
  return (await control(trip.sandbox.url, 'GET', `/requests?path=${encodeURIComponent(path)}`)) as SeenRequest[];
}

export const callbackUrl = 'https://app.example.test/callback';

const connectable = {
  zendesk: { application: sandboxApplications.zendesk, site: { 'zendesk.subdomain': 'acme' }, address: 'acme' },
  sfdc: { application: sandboxApplications.salesforce, site: {}, address: undefined },
  sfdcdocuments: { application: sandboxApplications.salesforce, site: {}, address: undefined },
  sfdcmarketingcloud: { application: sandboxApplications.salesforce, site: {}, address: undefined },
  sfdcservicecloud: { application: sandboxApplications.salesforce, site: {}, address: undefined },
  actessentialsoauth: { application: sandboxApplications.act, site: {}, address: undefined },
  ciscospark: { application: sandboxApplications.webex, site: {}, address: undefined },
  pkcevendor: { application: sandboxApplications.act, site: {}, address: undefined },
  oddvendor: { application: sandboxApplications.act, site: {}, address: undefined },
};
export type Connectable = keyof typeof connectable;

/** The configuration that connects an account of the sandbox. */
export function configurationOf(key: Connectable): Record<string, string> {
  const { application, site } = connectable[key];
  return {
    'oauth.api.key': application.clientId,
    'oauth.api.secret': application.clientSecret,
    'oauth.callback.url': callbackUrl,
    ...site,
  };
}

/** The first step of an OAuth 2 guide: the URL that the person is sent to. */
export async function oauthUrlOf(trip: Trip, key: Connectable): Promise<string> {
  const { application, address } = connectable[key];
  const query = new URLSearchParams({
    apiKey: application.clientId,
    apiSecret: application.clientSecret,
    callbackUrl,
    ...(address === undefined ? {} : { siteAddress: address }),
  });
  const answer = await get(trip, `/elements/${key}/oauth/url?${query}`);
  expect(answer.status, answer.body.message).toBe(200);
  return answer.body.oauthUrl;
}

/** What comes back to the callback URL when a person consents. */
export async function consentAt(trip: Trip, key: Connectable): Promise<Record<string, string>> {
  return consent(trip.sandbox.url, await oauthUrlOf(trip, key));
}

/** A person consents and the body that connects the account is there, ready to be posted. */
export async function bodyFor(trip: Trip, key: Connectable, more: Partial<InstanceBody> = {}): Promise<InstanceBody> {
  const providerData = await consentAt(trip, key);
  return { element: { key }, providerData, configuration: configurationOf(key), name: 'Test', ...more };
}

/** Connects an account through the whole guide and gives back the instance. */
export async function connect(trip: Trip, key: Connectable, more: Partial<InstanceBody> = {}): Promise<Answer['body']> {
  const created = await post(trip, await bodyFor(trip, key, more));
  expect(created.status, created.body.message).toBe(200);
  return created.body;
}

/** An HTTP server of the test's own, that remembers what it was asked. */
export interface Listener {
  url: string;
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  /** what it answers; `cut` ends the connection */
  answer: { status: number; body: string; headers?: Record<string, string> } | 'cut';
  close(): Promise<void>;
}

/** Starts a listener on a free port. */
export async function startListener(): Promise<Listener> {
  const listener: Listener = { url: '', requests: [], answer: { status: 404, body: '' }, close: async () => {} };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      listener.requests.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      if (listener.answer === 'cut') request.socket.destroy();
      else response.writeHead(listener.answer.status, listener.answer.headers).end(listener.answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  listener.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  listener.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return listener;
}
