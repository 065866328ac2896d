// Overloads a vendor that allows 100 calls in any 10 s: 20 tenants ask four processes for five times as much. The vendor is
// not called more often than it allows, hardly less; each tenant has its share; who waits is not kept waiting.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox } from '../sandbox/server.ts';
import { limits } from '../src/config.ts';
import { accounts, type Caller, connectAccount, shortElements, type VendorSide } from '../test/support/accounts.ts';
import { control } from '../test/support/consent.ts';
import { administrator, createTestKeyring, platformEnvironment } from '../test/support/platform.ts';
import {
  makeDataFolder,
  type ServerProcess,
  startOwnPostgres,
  startServerProcess,
} from '../test/support/server-process.ts';
import { type Chance, createChance, holds, type Trial } from './trial.ts';

const allowed = { requests: 100, seconds: 10 };
const processCount = 4;
const tenantCount = 20;
const overload = 5;
/** one call of so many has somebody waiting for it */
const interactiveEvery = 10;
const limited: VendorSide = { ...accounts.shortKeeping, element: 'limited' };

interface Tenant {
  authorization: string;
  /** how many of 100 calls of a second are its own */
  weight: number;
  answered: number;
}

/** What became of calls in the time that is measured. */
interface Tally {
  interactiveWaits: number[];
  answered: number;
  told: number;
}

/** Overloads for 10 s, which are not measured, and then for as many seconds as said, 20 at least and 100 at most. */
export const governor: Trial = async (count, seed, report) => {
  const chance = createChance(seed);
  const sandbox = await startSandbox();
  const postgres = await startOwnPostgres();
  const dataFolder = await makeDataFolder();
  const elements = await limitedElement(dataFolder);
  const environment = {
    ...platformEnvironment({
      databaseUrl: postgres.connectionString,
      keyring: createTestKeyring(),
      dataFolder,
      routes: sandbox.routes,
    }),
    VALENCE_ELEMENTS: elements,
  };
  const processes: ServerProcess[] = [];
  try {
    while (processes.length < processCount) processes.push(await startServerProcess(environment));
    const tenants = await connectTenants(processes, sandbox.url);
    await control(sandbox.url, 'POST', '/settings', {
      vendor: limited.vendor,
      rateLimit: { ...allowed, per: 'application', window: 'sliding' },
    });
    const seconds = Math.min(100, Math.max(20, 2 * count));
    await control(sandbox.url, 'DELETE', '/requests');
    const { tally, from, until } = await overloadVendor(processes, tenants, seconds, chance);
    const seen = await vendorCalls(sandbox.url);
    const refused = seen.filter(({ status }) => status === 429).length;
    const taken = seen.filter(({ status, time }) => status !== 429 && time >= from && time < until).length;
    const use = taken / ((allowed.requests * (until - from)) / (allowed.seconds * 1000));
    const fairness = jain(tenants.map(({ answered }) => answered));
    const waits = tally.interactiveWaits.toSorted((a, b) => a - b);
    const at = (part: number) => ((waits[Math.floor(waits.length * part)] ?? waits.at(-1) ?? 0) / 1000).toFixed(2);
    report(
      `${seen.length} calls to the vendor, ${refused} refused (${((100 * refused) / seen.length).toFixed(2)} %); ` +
        `${(100 * use).toFixed(1)} % of what it allows used in ${seconds} s; Jain index of ${tenantCount} tenants ` +
        `${fairness.toFixed(3)}; ${waits.length} interactive calls waited ${at(0.5)} s (median), ${at(0.99)} s (p99), ` +
        `${at(1)} s (most); ${tally.told} calls told to come later`,
    );
    holds(refused <= seen.length / 1000, `the vendor refused ${refused} of ${seen.length} calls`);
    holds(use >= 0.95, `only ${(100 * use).toFixed(1)} % of what the vendor allows was used`);
    holds(fairness >= 0.95, `the tenants' shares have a Jain index of ${fairness.toFixed(3)}`);
    const longest = waits.at(-1) ?? 0;
    holds(longest <= limits.rateWaitMs + 1000, `an interactive call waited ${(longest / 1000).toFixed(1)} s`);
  } finally {
    await Promise.all(processes.map((process) => process.kill()));
    await postgres.stop();
    await sandbox.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
};

/** An element like one of the fixtures, whose vendor limits how often an application calls it. */
async function limitedElement(folder: string): Promise<string> {
  const elements = join(folder, 'elements');
  await mkdir(elements);
  await cp(join(shortElements, 'shortkeeping'), join(elements, limited.element), { recursive: true });
  const file = join(elements, limited.element, 'element.json');
  const document = JSON.parse(await readFile(file, 'utf8'));
  const rateLimits = [{ scope: 'application', ...allowed }];
  const changed = { ...document, id: 990_010, key: limited.element, valence: { ...document.valence, rateLimits } };
  await writeFile(file, JSON.stringify(changed));
  return elements;
}

/** Each tenant is an account of its own, with a user and a connected instance; all use the same application. */
async function connectTenants(processes: readonly ServerProcess[], sandboxUrl: string): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (let index = 0; index < tenantCount; index++) {
    const process = processes[index % processes.length];
    holds(process !== undefined, 'there is no process');
    const account = await process.call('POST', '/accounts', { body: { externalId: `tenant-${index}` } });
    const user = await process.call('POST', `/accounts/${account.body.id}/users`, {
      body: { email: `tenant-${index}@example.test`, password: 'long enough' },
    });
    const secrets = `User ${user.body.secret}, Organization ${administrator.organizationSecret}`;
    const caller: Caller = {
      call: (method, path, options) => process.call(method, path, { ...options, authorization: secrets }),
    };
    const instance = await connectAccount(caller, sandboxUrl, limited);
    // The busiest asks for three times as much as the least busy one, and that for more than its share.
    const weight = 1 + (2 * index) / tenantCount;
    tenants.push({ authorization: `${secrets}, Element ${instance.token}`, weight, answered: 0 });
  }
  return tenants;
}

/** Makes calls at random moments, and gives up what has no answer at the end. */
async function overloadVendor(
  processes: readonly ServerProcess[],
  tenants: readonly Tenant[],
  seconds: number,
  chance: Chance,
): Promise<{ tally: Tally; from: number; until: number }> {
  const tally: Tally = { interactiveWaits: [], answered: 0, told: 0 };
  const began = Date.now();
  const from = began + allowed.seconds * 1000;
  const until = from + seconds * 1000;
  const end = new AbortController();
  const running = new Set<Promise<void>>();
  const perSecond = (overload * allowed.requests) / allowed.seconds;
  const weights = tenants.reduce((sum, { weight }) => sum + weight, 0);
  for (let made = 0; Date.now() < until; made++) {
    const tenant = tenantAt(tenants, (chance.below(1e6) / 1e6) * weights);
    const process = processes[chance.below(processes.length)];
    holds(tenant !== undefined && process !== undefined, 'there is nobody to call');
    const isInteractive = chance.below(interactiveEvery) === 0;
    const call = makeCall(process, tenant, isInteractive, end.signal, tally, { from, until }).finally(() =>
      running.delete(call),
    );
    running.add(call);
    await wait(Math.max(0, began + ((made + 1) * 1000) / perSecond - Date.now()));
  }
  end.abort();
  await Promise.all(running);
  return { tally, from, until };
}

/** The tenant at a place of all tenants' weights, laid one behind the other. */
function tenantAt(tenants: readonly Tenant[], place: number): Tenant | undefined {
  let end = 0;
  return tenants.find(({ weight }) => {
    end += weight;
    return place < end;
  });
}

async function makeCall(
  { url }: ServerProcess,
  tenant: Tenant,
  isInteractive: boolean,
  signal: AbortSignal,
  tally: Tally,
  { from, until }: { from: number; until: number },
): Promise<void> {
  const headers = {
    authorization: tenant.authorization,
    'elements-priority': isInteractive ? 'interactive' : 'background',
  };
  const began = Date.now();
  const response = await fetch(`${url}/elements/api-v2/hubs/${limited.hub}/ping`, { headers, signal }).catch(
    (error: unknown) => {
      if (!signal.aborted) throw error;
      return undefined;
    },
  );
  if (response === undefined) return;
  const text = await response.text();
  const now = Date.now();
  const isRight =
    response.status === 200 || (response.status === 429 && /It was not sent: make it again at/.test(text));
  holds(isRight, `unexpected answer ${response.status}: ${text}`);
  if (isInteractive) tally.interactiveWaits.push(now - began);
  if (response.status !== 200) tally.told += 1;
  else if (now >= from && now < until) tenant.answered += 1;
}

/** Every call that the vendor got for an account, with its time and what it answered. */
async function vendorCalls(sandboxUrl: string): Promise<{ time: number; status: number | null }[]> {
  const path = encodeURIComponent(limited.pingPath);
  const list = (await control(sandboxUrl, 'GET', `/requests?path=${path}`)) as {
    time: string;
    status: number | null;
  }[];
  return list.map(({ time, status }) => ({ time: Date.parse(time), status }));
}

/** Jain's index of fairness: 1 when all are equal, 1/n when one has everything. */
function jain(values: readonly number[]): number {
  const sum = values.reduce((a, b) => a + b, 0);
  return (sum * sum) / (values.length * values.reduce((a, b) => a + b * b, 0));
}
