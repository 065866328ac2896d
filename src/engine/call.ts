// One element call: draft the vendor's request, sign it, send it, decode the answer.

import type { ConnectedAccount, Refresh } from '../auth/refresh.ts';
import { type Account, authorizeRequest } from '../auth/schemes.ts';
import type { VendorDoor } from '../auth/vendor-door.ts';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import {
  encodePairs,
  type HttpReply,
  type HttpRequest,
  isObject,
  parseJson,
  retryAfterSeconds,
  valueAt,
} from '../core/http.ts';
import type { Parameter, Resource } from '../element/definition.ts';
import { fillSettings } from '../element/settings.ts';
import type { VendorTokens } from '../store/tokens.ts';

/**
 * Calls vendors as resources say. An answer is given back decoded (JSON, or the text of anything else; undefined when
 * empty) and taken out of its root key.
 */
export interface Engine {
  /** Calls for an instance: tokens are refreshed when due, and once after a 401. Throws a Problem for a vendor's error. */
  call(account: ConnectedAccount | Account, resource: Resource): Promise<unknown>;
  /** The same with tokens that belong to no instance yet, while provisioning, or no longer, while deleting. */
  callWith(account: Account, tokens: VendorTokens | undefined, resource: Resource): Promise<unknown>;
}

interface EngineDependencies {
  door: VendorDoor;
  refresh: Refresh;
  clock: Clock;
  limits: { vendorCallMs: number };
}

/** Makes the engine. */
export function createEngine({ door, refresh, clock, limits }: EngineDependencies): Engine {
  const exchange = async (account: Account, tokens: VendorTokens | undefined, resource: Resource) => {
    const drafted = draft(account, resource);
    const request = authorizeRequest(account, tokens, drafted, clock());
    return door(account.definition, request, limits.vendorCallMs);
  };

  return {
    async call(account, resource) {
      if (!isConnected(account)) return decode(await exchange(account, undefined, resource), resource);
      const fresh = await refresh.beforeCall(account);
      const reply = await exchange(fresh, fresh.tokens, resource);
      if (reply.status !== 401) return decode(reply, resource);
      const renewed = await refresh.afterRefusal(fresh);
      return decode(await exchange(renewed, renewed.tokens, resource), resource);
    },
    async callWith(account, tokens, resource) {
      return decode(await exchange(account, tokens, resource), resource);
    },
  };
}

function isConnected(account: ConnectedAccount | Account): account is ConnectedAccount {
  return 'tokens' in account;
}

/** The vendor's request for a resource, not yet signed: address, parameters of the element and of the resource. */
function draft(account: Account, resource: Resource): HttpRequest {
  const { definition, values } = account;
  const base = fillSettings(values['base.url'] ?? '', values);
  const path = fillSettings(resource.vendorPath ?? '', values);
  const request = {
    query: [] as [string, string][],
    headers: { accept: 'application/json' } as Record<string, string>,
  };
  for (const parameter of [...(definition.document.parameters ?? []), ...(resource.parameters ?? [])]) {
    if (parameter.source === 'response') continue;
    const value = parameterValue(account, parameter);
    const name = parameter.vendorName ?? parameter.name;
    if (value === undefined) continue;
    if (parameter.vendorType === 'header') request.headers[name.toLowerCase()] = value;
    if (parameter.vendorType === 'query') request.query.push([name, value]);
  }
  const url = joinUrl(base, path);
  const query = encodePairs(request.query);
  return {
    method: (resource.vendorMethod ?? resource.method).toUpperCase(),
    url: query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`,
    headers: request.headers,
  };
}

/** The value of a parameter that needs nothing from the caller: a literal, or a setting. */
function parameterValue(account: Account, parameter: Parameter): string | undefined {
  if (parameter.type === 'value') return fillSettings(parameter.name, account.values);
  if (parameter.type === 'configuration') {
    return account.values[parameter.name] ?? account.secrets[parameter.name]?.reveal();
  }
  return undefined;
}

function joinUrl(base: string, path: string): string {
  if (/^https?:\/\//i.test(path)) return path;
  if (base.includes('?') || path === '') return base + path;
  return `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

/** Reads an answer and takes it out of its root key. Throws a Problem for an error status. */
function decode(reply: HttpReply, resource: Resource): unknown {
  const text = reply.body.toString('utf8');
  const parsed = text === '' ? undefined : (parseJson(text) ?? text);
  if (reply.status >= 400) throw vendorProblem(reply, parsed);
  const root = (resource.rootKey ?? '').split('|').at(-1) ?? '';
  return root === '' ? parsed : (valueAt(parsed, root) ?? parsed);
}

/** A vendor's error as callers see it: its 4xx pass with its message, its 5xx become 502. */
function vendorProblem(reply: HttpReply, body: unknown): Problem {
  const providerMessage = vendorMessage(body);
  const said = providerMessage === undefined ? {} : { providerMessage };
  if (reply.status >= 500) {
    return new Problem('vendorFailed', `The vendor failed with status ${reply.status}: try again later.`, said);
  }
  if (reply.status === 429) {
    return new Problem('tooManyRequests', 'The vendor limits how often it is called: wait and try again.', {
      ...said,
      retryAfterSeconds: retryAfterSeconds(reply) ?? 30,
    });
  }
  return new Problem('vendorRefused', `The vendor refused the request with status ${reply.status}.`, {
    ...said,
    status: reply.status,
  });
}

function vendorMessage(body: unknown): string | undefined {
  const first = Array.isArray(body) ? body[0] : body;
  if (typeof first === 'string') return first.slice(0, 500);
  if (!isObject(first)) return undefined;
  for (const path of [
    'error_description',
    'description',
    'message',
    'error.message',
    'error',
    'errors[0].description',
  ]) {
    const value = valueAt(first, path);
    if (typeof value === 'string') return value.slice(0, 500);
  }
  return JSON.stringify(first).slice(0, 500);
}
