// The environment, read once: one frozen object, or every mistake at once.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Secret } from './core/secret.ts';

/** Everything that a limit is put on, stated once (docs/configuration.md shows this table). */
export const limits = {
  /** bytes of a JSON request body */
  bodyBytes: 2 * 1024 * 1024,
  /** fields and files of one multipart form, and bytes of the headers of one of them */
  formParts: 1000,
  formPartHeaderBytes: 16 * 1024,
  /** bytes of the body of `POST /elements` */
  elementBodyBytes: 16 * 1024 * 1024,
  /** bytes of all request headers together */
  headerBytes: 32 * 1024,
  /** milliseconds in which a request must have arrived whole */
  requestArrivalMs: 60_000,
  /** milliseconds that a connection is kept without a request: longer than load balancers keep theirs, which is a minute */
  idleConnectionMs: 72_000,
  /** milliseconds that a vendor may take to answer a call */
  vendorCallMs: 60_000,
  /** milliseconds that a call may wait because of the vendor's rate limit, and one in the background */
  rateWaitMs: 10_000,
  rateWaitBackgroundMs: 120_000,
  /** milliseconds that a token endpoint may take, unless the definition says otherwise */
  tokenCallMs: 30_000,
  /** bytes of a vendor's answer that is read whole */
  vendorAnswerBytes: 16 * 1024 * 1024,
  /** rows of a list when the caller names no page size, and the most that a page may have */
  pageRows: 200,
  maximumPageRows: 2000,
  /** instances that are polled at once, of one element, and claimed by one statement */
  pollsAtOnce: 40,
  pollsAtOncePerElement: 10,
  pollClaims: 50,
  /** milliseconds for which a claim to poll counts without being renewed */
  pollClaimMs: 600_000,
  /** milliseconds between two looks for polls that are due */
  pollLookMs: 5000,
  /** milliseconds before the last poll from which changes are asked for once more: clocks differ, and indexes lag */
  pollOverlapMs: 300_000,
  /** pages, and milliseconds, of one object before others have their turn */
  pollPages: 50,
  pollTurnMs: 60_000,
  /** records without a time that are compared with those of the last poll, and records of one event */
  pollComparedRecords: 20_000,
  pollEventRecords: 100,
  /** milliseconds that a stop waits for calls in flight */
  drainMs: 30_000,
  /** seconds that an OAuth 1.0a request token or a PKCE verifier is remembered */
  authorizationSeconds: 3600,
  /** seconds that a sign-in lasts */
  sessionSeconds: 12 * 3600,
  /** seconds that a Connect link is good for when its maker names none, and milliseconds of one attempt to connect */
  connectSessionSeconds: 1800,
  connectAttemptMs: 180_000,
  /** bytes of a logo or favicon */
  brandingImageBytes: 512 * 1024,
  /** instances, users with their accounts, and private elements that are kept in memory, and their bytes */
  cachedInstances: 50_000,
  cachedInstanceBytes: 96 * 1024 * 1024,
  cachedIdentities: 20_000,
  cachedIdentityBytes: 32 * 1024 * 1024,
  cachedElements: 1000,
  cachedElementBytes: 32 * 1024 * 1024,
  /** accounts whose extensions of elements are kept in memory */
  cachedExtensionAccounts: 20_000,
  /** organizations and accounts whose common resources are kept in memory */
  cachedResourceOwners: 20_000,
  cachedResourceBytes: 64 * 1024 * 1024,
  /** versions of a private element that are kept beside the present one */
  elementVersions: 20,
  /** milliseconds between two pulses of the connection that listens to changes */
  changesPulseMs: 500,
  /** milliseconds that an answered pulse is proof that no change was missed; without it every lookup reads */
  changesTrustMs: 900,
  /** milliseconds without an answer after which that connection is given up and made anew */
  changesPatienceMs: 5000,
  /** usage records that wait in memory to be written; records, and bytes, that one statement writes */
  usageQueueRecords: 100_000,
  usageBatchRecords: 8000,
  usageBatchBytes: 4 * 1024 * 1024,
  /** milliseconds of the database that counting calls may take */
  analyticsMs: 10_000,
  /** bytes of an answer that is kept for its Idempotency-Key */
  keptAnswerBytes: 1024 * 1024,
  /** bytes of the answers that this process keeps for all instances that cache */
  keptAnswersBytes: 64 * 1024 * 1024,
  /** characters of the names of fields that vendors have described their objects with */
  describedFieldCharacters: 16 * 1024 * 1024,
  /** milliseconds that a script may compute at a stretch, and from its call to its end, waiting included */
  scriptMs: 5000,
  scriptWallMs: 30_000,
  /** megabytes of one isolate, isolates at one time over all accounts */
  scriptMemoryMb: 64,
  scriptIsolates: 16,
  /** bytes given to `done`, and bytes of one request and one answer; requests that one run may send */
  scriptOutputBytes: 16 * 1024 * 1024,
  scriptRequests: 20,
  /** element calls of one account, and of all, that run at the same time */
  callsPerAccount: 500,
  callsAtOnce: 5000,
  /** milliseconds and megabytes that the conversion of one description may take; how many run, and wait, at one time */
  conversionMs: 60_000,
  conversionMemoryMb: 1024,
  conversionsAtOnce: 2,
  conversionsWaiting: 20,
  /** bytes of a vendor's webhook */
  webhookBytes: 2 * 1024 * 1024,
  /** webhooks that wait to be committed; webhooks, and bytes, that one statement commits */
  inboxWaiting: 20_000,
  inboxBatchEvents: 500,
  inboxBatchBytes: 8 * 1024 * 1024,
  /** events that this process works on at one time, and how many of them belong to one instance */
  eventsInFlight: 2000,
  eventsInFlightPerInstance: 64,
  /** milliseconds between two looks at the clock for events that are due, and at the database for those of others */
  eventTickMs: 1000,
  eventLookMs: 15_000,
  /** milliseconds between two looks at which processes there are */
  lanesEveryMs: 5000,
  /** milliseconds that a customer's endpoint may take to answer, and callbacks that it gets at one time */
  callbackMs: 15_000,
  callbacksPerEndpoint: 16,
  /** failures in a row after which an endpoint gets no first attempts for a while: milliseconds, doubled up to the longest */
  callbackFailures: 5,
  callbackPauseMs: 30_000,
  callbackLongestPauseMs: 600_000,
  /** milliseconds between two checks of an instance's subscription at its vendor, and between two looks for such as are due */
  subscriptionCheckMs: 6 * 3600_000,
  subscriptionTickMs: 60_000,
  /** jobs, and asynchronous calls, that one process makes at the same time; asynchronous calls that wait for their turn */
  jobsAtOnce: 50,
  asynchronousCallsAtOnce: 100,
  asynchronousCallsWaiting: 1000,
  /** bytes of the answer that is kept of a job's or an asynchronous call */
  laterAnswerBytes: 4 * 1024 * 1024,
  /** milliseconds after which a run of a job counts as lost, though its process seems to be there */
  jobRunMs: 30 * 60_000,
  /** seconds that must lie between two times of a job's schedule */
  jobGapSeconds: 5,
  /** jobs of one account */
  jobsPerAccount: 1000,
  /** bytes of one row of a file in bulk; columns of one that is a table; objects and arrays inside one another */
  bulkRow: { rowBytes: 4 * 1024 * 1024, columns: 2000, depth: 32 },
  /** bulk jobs that one process works on at the same time, and how many of one account all of them do */
  bulkJobsAtOnce: 8,
  bulkJobsPerAccount: 4,
  /** rows that one upload sends at the same time, and rows of one batch, which are doubtful after a crash */
  bulkCallsAtOnce: 8,
  bulkBatchRows: 200,
  /** bytes of the file of an upload */
  bulkFileBytes: 20 * 1024 * 1024 * 1024,
  /** bytes of a part of a download, and milliseconds after which it is closed */
  bulkPartBytes: 8 * 1024 * 1024,
  bulkPartMs: 5000,
  /** milliseconds for which a process may be silent before others take up its bulk jobs, though it seems to be there */
  bulkLeaseMs: 30_000,
  /** milliseconds between two looks for bulk jobs that others left, and between two signs of life of those worked on */
  bulkLookMs: 5000,
  bulkTickMs: 1000,
  /** milliseconds that calls may take to end when a bulk job is cancelled, and writes when the process stops */
  bulkCancelMs: 1500,
  bulkStopMs: 20_000,
} as const;

/** What an operator sets. `undefined` means: decided at the start, as docs/configuration.md says. */
export interface Config {
  host: string;
  port: number;
  publicUrl: string | undefined;
  dataFolder: string;
  databaseUrl: Secret | undefined;
  keyring: Secret | undefined;
  /** the object store of the files of bulk jobs; undefined: the data folder, if the database is the server's own */
  files: ObjectStore | undefined;
  /** host pattern → target URL in which `{host}` stands for the original host */
  routes: Record<string, string>;
  routeBrowser: boolean;
  egress: { mode: 'public' | 'any'; allowed: string[] };
  /** folders of elements, the project's own first */
  elementFolders: string[];
  trustProxy: boolean | string[];
  httpsProxy: string | undefined;
  /** days after which usage records are deleted */
  usageDays: number;
  /** days after which events, and the history of jobs, are deleted */
  eventDays: number;
  /** days after which the files of bulk jobs are deleted */
  bulkDays: number;
  admin: {
    email: string | undefined;
    password: Secret | undefined;
    userSecret: Secret | undefined;
    organizationSecret: Secret | undefined;
  };
}

/** An object store that speaks the S3 protocol. */
interface ObjectStore {
  bucket: string;
  /** before the names of all objects, without a slash at its ends; may be empty */
  prefix: string;
  /** undefined: the protocol's own, in the region */
  endpoint: string | undefined;
  region: string;
  /** undefined: those that the machine has */
  credentials: { keyId: string; secret: Secret } | undefined;
}

const catalogFolder = fileURLToPath(new URL('../elements', import.meta.url));

/** The folder of the server's own files, without reading anything else of the configuration. */
export function dataFolderOf(environment: NodeJS.ProcessEnv): string {
  return resolve(environment['VALENCE_DATA'] ?? './data');
}

/**
 * Reads the configuration from environment variables; each may also be given as the path of a file in `NAME_FILE`.
 * Throws one Error that lists every mistake.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const faults: string[] = [];
  const read = (name: string): string | undefined => {
    const direct = environment[name];
    const file = environment[`${name}_FILE`];
    if (direct !== undefined && direct !== '' && file !== undefined && file !== '') {
      faults.push(`${name} and ${name}_FILE are both set: keep one`);
    }
    if (direct !== undefined && direct !== '') return direct;
    if (file === undefined || file === '') return undefined;
    try {
      const text = readFileSync(file, 'utf8').trim();
      if (text === '') faults.push(`${name}_FILE names an empty file`);
      return text === '' ? undefined : text;
    } catch (error) {
      faults.push(`${name}_FILE cannot be read: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };
  const secret = (name: string) => {
    const value = read(name);
    return value === undefined ? undefined : new Secret(value);
  };
  const credential = (name: string) => {
    const value = secret(name);
    if (value !== undefined && /[\s,]/.test(value.reveal())) {
      faults.push(`${name} must hold no space and no comma: it travels in the Authorization header`);
    }
    return value;
  };
  const parse = <Value>(name: string, fallback: Value, parser: (text: string) => Value): Value => {
    const text = read(name);
    if (text === undefined) return fallback;
    try {
      return parser(text);
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : error}`);
      return fallback;
    }
  };

  const databaseUrl = secret('DATABASE_URL');
  const keyring = secret('VALENCE_KEYS');
  if (databaseUrl !== undefined && keyring === undefined) {
    faults.push(
      'VALENCE_KEYS is required with DATABASE_URL: every process must open what the others seal. ' +
        'Make one with `npm run valence -- keys new`',
    );
  }
  const config: Config = {
    host: read('VALENCE_HOST') ?? '127.0.0.1',
    port: parse('VALENCE_PORT', 8080, parsePort),
    publicUrl: parse('VALENCE_PUBLIC_URL', undefined, parsePublicUrl),
    dataFolder: dataFolderOf({ VALENCE_DATA: read('VALENCE_DATA') }),
    databaseUrl,
    keyring,
    files: readObjectStore({ read, secret, parse, faults }),
    routes: parse('VALENCE_ROUTES', {}, parseRoutes),
    routeBrowser: parse('VALENCE_ROUTE_BROWSER', false, parseBoolean),
    egress: parse('VALENCE_EGRESS', { mode: 'public', allowed: [] }, parseEgress),
    elementFolders: [
      catalogFolder,
      ...(read('VALENCE_ELEMENTS') ?? '')
        .split(':')
        .filter((folder) => folder !== '')
        .map((folder) => resolve(folder)),
    ],
    trustProxy: parse('VALENCE_TRUST_PROXY', false, parseTrustProxy),
    httpsProxy: parse('HTTPS_PROXY', undefined, parseHttpUrl),
    usageDays: parse('VALENCE_USAGE_DAYS', 30, parseDays),
    eventDays: parse('VALENCE_EVENT_DAYS', 30, parseDays),
    bulkDays: parse('VALENCE_BULK_DAYS', 3, parseDays),
    admin: {
      email: read('VALENCE_ADMIN_EMAIL'),
      password: secret('VALENCE_ADMIN_PASSWORD'),
      userSecret: credential('VALENCE_ADMIN_USER_SECRET'),
      organizationSecret: credential('VALENCE_ADMIN_ORGANIZATION_SECRET'),
    },
  };
  if (faults.length > 0) throw new Error(`The configuration is wrong:\n- ${faults.join('\n- ')}`);
  return Object.freeze(config);
}

interface Reading {
  read(name: string): string | undefined;
  secret(name: string): Secret | undefined;
  parse<Value>(name: string, fallback: Value, parser: (text: string) => Value): Value;
  faults: string[];
}

function readObjectStore({ read, secret, parse, faults }: Reading): ObjectStore | undefined {
  const faultsBefore = faults.length;
  const place = parse('VALENCE_FILES', undefined, parseBucket);
  const isUnset = place === undefined && faults.length === faultsBefore;
  const endpoint = parse('VALENCE_FILES_ENDPOINT', undefined, parseHttpUrl);
  const [region, keyId, key] = [
    read('VALENCE_FILES_REGION'),
    read('VALENCE_FILES_KEY_ID'),
    secret('VALENCE_FILES_SECRET'),
  ];
  if ((keyId === undefined) !== (key === undefined)) {
    faults.push('VALENCE_FILES_KEY_ID and VALENCE_FILES_SECRET belong together: set both or none');
  }
  if (place === undefined) {
    const settings = {
      VALENCE_FILES_ENDPOINT: endpoint,
      VALENCE_FILES_REGION: region,
      VALENCE_FILES_KEY_ID: keyId,
      VALENCE_FILES_SECRET: key,
    };
    for (const [name, value] of Object.entries(settings)) {
      if (value !== undefined && isUnset) {
        faults.push(`${name} is set, and VALENCE_FILES is not: name the bucket as s3://bucket/prefix`);
      }
    }
    return undefined;
  }
  const credentials = keyId === undefined || key === undefined ? undefined : { keyId, secret: key };
  return { ...place, endpoint, region: region ?? 'us-east-1', credentials };
}

function parseBucket(text: string): { bucket: string; prefix: string } {
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9._/-]*))?$/.exec(text) ?? [];
  if (bucket === undefined) {
    throw new Error('must be s3://bucket or s3://bucket/prefix; the prefix of letters, digits and . _ - /');
  }
  return { bucket, prefix: prefix.replace(/^\/+|\/+$/g, '') };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error('must be a port between 0 and 65535');
  return port;
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 3650)
    throw new Error('must be a number of days between 1 and 3650');
  return days;
}

function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error('must be true or false');
  return text === 'true';
}

function parseHttpUrl(text: string): string {
  if (!isHttpUrl(text)) throw new Error('must be an http or https URL');
  return text;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function parsePublicUrl(text: string): string {
  const url = new URL(parseHttpUrl(text));
  if (url.search !== '' || url.hash !== '') throw new Error('must have no query and no fragment');
  return text.replace(/\/+$/, '');
}

function parseRoutes(text: string): Record<string, string> {
  let routes: unknown;
  try {
    routes = JSON.parse(text);
  } catch {
    throw new Error('must be a JSON object from host pattern to URL');
  }
  if (typeof routes !== 'object' || routes === null || Array.isArray(routes)) {
    throw new Error('must be a JSON object from host pattern to URL');
  }
  for (const [pattern, target] of Object.entries(routes)) {
    if (!/^(\*|(\*\.)?[a-z0-9.-]+)$/i.test(pattern)) throw new Error(`has a wrong host pattern: ${pattern}`);
    if (typeof target !== 'string' || !isHttpUrl(target.replaceAll('{host}', 'host'))) {
      throw new Error(`has a wrong target for ${pattern}: it must be an http or https URL`);
    }
  }
  return routes as Record<string, string>;
}

function parseEgress(text: string): Config['egress'] {
  const [mode, ...allowed] = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (mode === 'any' && allowed.length === 0) return { mode, allowed };
  const wrong = allowed.filter((entry) => !isHostPattern(entry) && !isNetwork(entry));
  if (wrong.length > 0)
    throw new Error(`has entries that are neither a host nor an address or CIDR: ${wrong.join(', ')}`);
  if (mode === 'public') return { mode, allowed };
  throw new Error('must be `public`, `any`, or `public` followed by hosts and CIDRs, separated by commas');
}

function parseTrustProxy(text: string): boolean | string[] {
  if (text === 'true' || text === 'false') return text === 'true';
  const proxies = text.split(',').map((part) => part.trim());
  const wrong = proxies.filter((proxy) => !isNetwork(proxy) && !/^(loopback|linklocal|uniquelocal)$/.test(proxy));
  if (wrong.length > 0)
    throw new Error(`must be true, false, or addresses and CIDRs, which these are not: ${wrong.join(', ')}`);
  return proxies;
}

/** Whether a text is an IP address or a CIDR. */
function isNetwork(text: string): boolean {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(prefix ?? 0) <= (family === 4 ? 32 : 128);
}

/** Whether a text is a host name, or `*.` and one. A name's last label is no number; else it would be an address. */
function isHostPattern(text: string): boolean {
  return /^(\*\.)?([a-z0-9_-]+\.)*[a-z_][a-z0-9_-]*$/i.test(text);
}
