// Several calls in one (REST API Developer Guide "Composite", "Composite Batch").

import { type Answer, json } from '../vendor.ts';
import { readJsonBody } from './body.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, refusalAnswer, unknownResource } from './errors.ts';

/** What answers one of the calls. */
type Route = (call: RestCall, path: string) => Answer;

interface Subrequest {
  method?: unknown;
  url?: unknown;
  body?: unknown;
  richInput?: unknown;
  referenceId?: unknown;
}

const mostSubrequests = 25;
/** Of the subrequests of one composite call so many may be queries. */
const mostQueries = 5;

/** Answers what stands below `/composite`; `route` answers each subrequest. */
export function compositeApi(call: RestCall, path: string, route: Route): Answer {
  if (path !== '' && path !== 'batch') throw unknownResource();
  if (call.request.method !== 'POST') throw methodNotAllowed(call.request.method, ['POST']);
  const input = readJsonBody(call);
  return path === 'batch' ? batch(call, input, route) : composite(call, input, route);
}

/** Subrequests that know nothing of each other; URLs begin with the version. */
function batch(call: RestCall, input: Readonly<Record<string, unknown>>, route: Route): Answer {
  const requests = subrequestsOf(input['batchRequests'], 'batchRequests');
  let hasErrors = false;
  const results = requests.map((one) => {
    if (hasErrors && input['haltOnError'] === true) {
      const message = 'Batch processing halted per request';
      return { statusCode: 412, result: [{ errorCode: 'BATCH_PROCESSING_HALTED', message }] };
    }
    const answer = run(call, `/services/data/${String(one.url).replace(/^\/(services\/data\/)?/, '')}`, one, route);
    hasErrors ||= answer.status >= 400;
    return { statusCode: answer.status, result: bodyOf(answer) };
  });
  return json(200, { hasErrors, results });
}

/** Subrequests of which one may name what those before it have answered, as `@{reference.path}`. */
function composite(call: RestCall, input: Readonly<Record<string, unknown>>, route: Route): Answer {
  const requests = subrequestsOf(input['compositeRequest'], 'compositeRequest');
  const isQuery = ({ url }: Subrequest) => /^\/services\/data\/v\d+\.0\/query/.test(String(url));
  if (requests.filter(isQuery).length > mostQueries) {
    throw new Refusal(400, 'LIMIT_EXCEEDED', `A composite request has at most ${mostQueries} queries.`);
  }
  const known = new Map<string, unknown>();
  const compositeResponse = requests.map((one) => {
    const referenceId = String(one.referenceId);
    const answer = answerWithReferences(call, one, known, route);
    const body = bodyOf(answer);
    if (answer.status < 400) known.set(referenceId, body);
    return { body, httpHeaders: {}, httpStatusCode: answer.status, referenceId };
  });
  return json(200, { compositeResponse });
}

function answerWithReferences(
  call: RestCall,
  one: Subrequest,
  known: ReadonlyMap<string, unknown>,
  route: Route,
): Answer {
  const missing: string[] = [];
  const filled = String(one.url).replace(/@\{(\w+)\.([^}]+)\}/g, (_whole, name: string, path: string) => {
    const value = valueAt(known.get(name), path);
    if (value === undefined) missing.push(`Invalid reference specified. No value for ${name}.${path} found in ${name}`);
    return String(value);
  });
  const [message] = missing;
  if (message !== undefined) return refusalAnswer(new Refusal(400, 'PROCESSING_HALTED', message));
  return run(call, filled, one, route);
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .reduce((found: unknown, part) => (found as Record<string, unknown> | undefined)?.[part], value);
}

function subrequestsOf(given: unknown, name: string): Subrequest[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new Refusal(400, 'JSON_PARSER_ERROR', `Missing required value at ${name}`);
  }
  if (given.length <= mostSubrequests) return given;
  throw new Refusal(400, 'LIMIT_EXCEEDED', `At most ${mostSubrequests} subrequests are possible.`);
}

function run(call: RestCall, url: string, one: Subrequest, route: Route): Answer {
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const [, base = '', rest = ''] = /^(\/services\/data\/v\d+\.0)\/(.*)$/.exec(path) ?? [];
  const body = JSON.stringify(one.body ?? one.richInput ?? {});
  const headers = { 'content-type': 'application/json' };
  const request = { ...call.request, method: String(one.method), path, query, headers, body };
  try {
    return route({ ...call, base, request }, rest.replace(/\/$/, ''));
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    throw error;
  }
}

function bodyOf({ body }: Answer): unknown {
  const text = typeof body === 'string' ? body : '';
  return text === '' ? null : JSON.parse(text);
}
