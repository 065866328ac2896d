// Salesforce's REST API: versions and their resources, queries, records, files.

import type { SandboxState } from '../state.ts';
import { type Answer, bearerToken, json, type VendorRequest } from '../vendor.ts';
import { bulkApi, noJobs } from './bulk.ts';
import type { FoundRows, OrganizationData, RestCall } from './call.ts';
import { compositeApi } from './composite.ts';
import { connectApi } from './connect.ts';
import { chatterApi } from './connect-feeds.ts';
import { methodNotAllowed, Refusal, refusalAnswer, unknownResource } from './errors.ts';
import { createFiles } from './files.ts';
import { seedFiles } from './files-seed.ts';
import { knowledgeManagementApi } from './knowledge.ts';
import { limits } from './limits.ts';
import { createCustomObjects } from './metadata.ts';
import { isActive, organizationOf, salesforceUserId } from './organization.ts';
import { runQuery } from './query.ts';
import { createRecords } from './records.ts';
import { reportsApi } from './reports.ts';
import { seed } from './seed.ts';
import { sobjectsApi } from './sobjects.ts';
import { toolingApi } from './tooling.ts';
import { nothingDeployed } from './tooling-code.ts';
import { runTriggers } from './triggers.ts';

const firstVersion = 20;
const lastVersion = 63;
const seasons = ['Winter', 'Spring', 'Summer'];

/** The rows of a query in one answer: the most, and the fewest that may be asked for ("Query Options Header"). */
const mostRows = 2000;
const fewestRows = 200;

/** Calls that an Enterprise Edition organization has in 24 hours; the sandbox refuses none. */
const callsPerDay = 100_000;

/** What the organizations keep, each filled when it is first asked; the key is the organization's id. */
export type SalesforceData = (organizationId: string) => OrganizationData;

/** The data of organizations that nobody has used yet. */
export function createSalesforceData({ now, webhooks }: SandboxState): SalesforceData {
  const kept = new Map<string, OrganizationData>();
  return (organizationId) => {
    const known = kept.get(organizationId);
    if (known !== undefined) return known;
    const deployed = nothingDeployed();
    const records = createRecords(now, (change) => runTriggers({ deployed, records }, change, webhooks.send, now()));
    const files = createFiles(records);
    const customObjects = createCustomObjects();
    const data: OrganizationData = {
      records,
      files,
      customObjects,
      deployed,
      deployments: new Map(),
      locators: new Map(),
      bulk: noJobs(),
      calls: 0,
    };
    seed(records);
    seedFiles(records, files);
    kept.set(organizationId, data);
    return data;
  };
}

/** GET /services/data needs no token; everything below it does (REST API Developer Guide "Versions", "Resources by Version"). */
export function salesforceRest(state: SandboxState, data: SalesforceData, request: VendorRequest): Answer {
  const path = request.path.replace(/\/$/, '');
  if (path === '/services/data') return json(200, versions());
  const organization = organizationOf(request.host);
  const token = state.tokens.goodAccessToken('salesforce', bearerToken(request) ?? '');
  if (token === undefined || organizationOf(token.grant.host).host !== request.host) {
    const body = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }];
    return json(401, body, { 'www-authenticate': 'Bearer realm="Salesforce"' });
  }
  const [, version, rest = ''] = /^\/services\/data\/v(\d+)\.0(?:\/(.*))?$/.exec(path) ?? [];
  if (version === undefined || Number(version) < firstVersion || Number(version) > lastVersion) return notFound();
  const base = `/services/data/v${version}.0`;
  const userId = salesforceUserId(token.grant.account.number);
  if (rest === '') {
    const identity = `https://${organization.loginHost}/id/${organization.id}/${userId}`;
    return json(200, { ...resources(base), identity });
  }
  const kept = data(organization.id);
  kept.calls += 1;
  const isActiveOrganization = isActive(state, organization);
  return withUsage(
    kept,
    answerTo(state, { request, data: kept, now: state.now(), userId, isActiveOrganization, base }, rest),
  );
}

function answerTo(state: SandboxState, call: RestCall, path: string): Answer {
  try {
    if (path === 'jobs' || path.startsWith('jobs/')) {
      return bulkApi(call, path.replace(/^jobs\/?/, ''), state.settings.salesforce);
    }
    return route(call, path);
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    throw error;
  }
}

/** Every answer tells how many of the day's calls are used up ("Limit Info Header"). */
function withUsage(data: OrganizationData, answer: Answer): Answer {
  const usage = `api-usage=${data.calls}/${callsPerDay}`;
  return { ...answer, headers: { ...answer.headers, 'sforce-limit-info': usage } };
}

/** The REST API's answer to an unknown path. */
export function notFound(): Answer {
  return refusalAnswer(unknownResource());
}

function route(call: RestCall, path: string): Answer {
  const [, name = '', rest = ''] = /^([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  switch (name) {
    case 'sobjects':
      return sobjectsApi(call, rest);
    case 'query':
    case 'queryAll':
      return query(call, rest, name === 'queryAll');
    case 'connect':
      return connectApi(call, rest);
    case 'chatter':
      return chatterApi(call, rest);
    case 'composite':
      return compositeApi(call, rest, route);
    case 'limits':
      if (rest !== '') break;
      return limits(call, callsPerDay);
    case 'analytics':
      if (rest !== 'reports' && !rest.startsWith('reports/')) break;
      return reportsApi(call, rest.replace(/^reports\/?/, ''));
    case 'tooling':
      return toolingApi(call, rest);
    case 'knowledgeManagement':
      return knowledgeManagementApi(call, rest);
  }
  throw unknownResource();
}

function query(call: RestCall, locator: string, deletedToo: boolean): Answer {
  const { method } = call.request;
  if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
  if (locator !== '') return more(call, locator);
  const statement = new URLSearchParams(call.request.query).get('q') ?? '';
  if (statement.trim() === '') throw new Refusal(400, 'MALFORMED_QUERY', 'A query string has to be specified');
  const found = runQuery(call.data.records, statement, call.base, deletedToo);
  const asked = /\bbatchSize=(\d+)/i.exec(call.request.headers['sforce-query-options'] ?? '')?.[1] ?? mostRows;
  const batchSize = Math.min(mostRows, Math.max(fewestRows, Number(asked)));
  return answerRows(call, `01g5g${String(call.data.locators.size).padStart(13, '0')}`, { ...found, batchSize }, 0);
}

function more(call: RestCall, locator: string): Answer {
  const [, id = '', from = ''] = /^(\w+)-(\d+)$/.exec(locator) ?? [];
  const kept = call.data.locators.get(id);
  if (kept === undefined) throw new Refusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  return answerRows(call, id, kept, Number(from));
}

function answerRows(call: RestCall, id: string, found: FoundRows, from: number): Answer {
  const end = from + found.batchSize;
  const done = end >= found.rows.length;
  if (!done) call.data.locators.set(id, found);
  return json(200, {
    totalSize: found.totalSize,
    done,
    ...(done ? {} : { nextRecordsUrl: `${call.base}/query/${id}-${end}` }),
    records: found.rows.slice(from, end),
  });
}

/** API version 20 is Winter ’11; there are three a year. */
function versions(): Record<string, string>[] {
  const numbers = Array.from({ length: lastVersion - firstVersion + 1 }, (_, index) => firstVersion + index);
  return numbers.map((number) => ({
    label: `${seasons[(number - firstVersion) % 3]} '${11 + Math.floor((number - firstVersion) / 3)}`,
    url: `/services/data/v${number}.0`,
    version: `${number}.0`,
  }));
}

function resources(base: string): Record<string, string> {
  const names = [
    'sobjects',
    'query',
    'queryAll',
    'search',
    'limits',
    'analytics',
    'chatter',
    'connect',
    'jobs',
    'recent',
    'tooling',
  ];
  return Object.fromEntries(names.map((name) => [name, `${base}/${name}`]));
}
