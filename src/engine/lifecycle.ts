// The resources of an element that run by themselves: while an account is connected, refreshed or deleted.

import { randomUUID } from 'node:crypto';
import type { TokenGrant } from '../auth/oauth2.ts';
import type { Account } from '../auth/schemes.ts';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import { lifecycleResources } from '../element/define.ts';
import { tokenSettings } from '../element/settings.ts';
import type { VendorTokens } from '../store/tokens.ts';
import type { Engine } from './call.ts';
import { type CompiledResource, compileElement } from './compile.ts';
import type { ElementCall } from './element-call.ts';
import { noTrace, type Trace } from './trace.ts';

/** What runs when; the names are those of the document format. */
export type LifecycleType =
  | 'provisionAuthValidation'
  | 'onProvision'
  | 'onProvisionWebhook'
  | 'onDeleteWebhook'
  | 'onDelete'
  | 'onRefresh'
  | 'oauthOnAuthorizeUrl'
  | 'oauthOnAuthroizeUrl'
  | 'oauthOnTokenRequest'
  | 'oauthOnTokenExchange'
  | 'oauthOnTokenRefresh'
  | 'oauthOnTokenRevoke'
  | 'oauth2Password';

/** What ran: settings that it brought (each step sees those before it), and the last answer. */
export interface LifecycleOutcome {
  /** how many resources of the type the element has */
  ran: number;
  settings: Record<string, string>;
  body: unknown;
}

/** Runs the resources of one type, in the document's order. Throws the Problem of the first that fails. */
export type RunLifecycle = (
  account: Account,
  tokens: VendorTokens | undefined,
  type: LifecycleType,
  options?: {
    given?: Record<string, string>;
    trace?: Trace;
    /** gets the settings as they come, so that they are known when a later resource fails */
    brought?: Record<string, string>;
    /** whether the others run after one that fails, too; the first Problem is thrown at the end */
    all?: boolean;
  },
) => Promise<LifecycleOutcome>;

/** Makes the runner of lifecycle resources. `given` reaches a resource as query parameters and as body members. */
export function createLifecycle(engine: Engine): RunLifecycle {
  return async (account, tokens, type, { given = {}, trace = noTrace, brought = {}, all = false } = {}) => {
    const resources = lifecycleResources(account.definition, type);
    const element = compileElement(account.definition);
    const places = account.definition.document.resources ?? [];
    const outcome: LifecycleOutcome = { ran: resources.length, settings: brought, body: undefined };
    let failure: Problem | undefined;
    for (const resource of resources) {
      const found = element.at(places.indexOf(resource));
      const known = { ...account, values: { ...account.values, ...outcome.settings } };
      const match = { resource: found, pathVariables: {} };
      try {
        const { body, settings } = await engine.callWith(known, tokens, match, lifecycleCall(found, given, trace));
        Object.assign(outcome.settings, settings);
        outcome.body = body;
      } catch (error) {
        if (!all || !(error instanceof Problem)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return outcome;
  };
}

/** Refreshes by the element's own resource; undefined when it has none. Throws its Problem, or one when no token came. */
export async function refreshByElement(
  run: RunLifecycle,
  account: Account,
  tokens: VendorTokens,
): Promise<TokenGrant | undefined> {
  const refreshToken = tokens.refresh?.reveal() ?? '';
  const given = { refreshToken, refresh_token: refreshToken };
  const { ran, settings, body } = await run(account, tokens, 'oauthOnTokenRefresh', { given });
  return ran === 0 ? undefined : grantOf(settings, body);
}

/** The tokens among what a resource brought: in their settings, or in a usual token answer (RFC 6749 section 5.1). */
export function grantOf(settings: Record<string, string>, body: unknown): TokenGrant {
  const find = (setting: string, member: string): string | undefined => {
    const answered = isObject(body) ? body[member] : undefined;
    return (
      settings[setting] ?? (typeof answered === 'string' || typeof answered === 'number' ? String(answered) : undefined)
    );
  };
  const access = find(tokenSettings.access, 'access_token');
  if (access === undefined) {
    throw new Problem(
      'vendorFailed',
      'The vendor’s answer holds no token: check the response parameters of the element.',
    );
  }
  const refresh = find(tokenSettings.refresh, 'refresh_token');
  const expiresIn = Number(find('expires_in', 'expires_in') ?? Number.NaN);
  return {
    access: new Secret(access),
    refresh: refresh === undefined ? undefined : new Secret(refresh),
    expiresIn: Number.isFinite(expiresIn) && expiresIn > 0 ? expiresIn : undefined,
    settings: withoutTokens(settings),
  };
}

function withoutTokens(settings: Record<string, string>): Record<string, string> {
  const tokens = new Set<string>([tokenSettings.access, tokenSettings.refresh, tokenSettings.secret]);
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !tokens.has(key)));
}

function lifecycleCall(resource: CompiledResource, given: Record<string, string>, trace: Trace): ElementCall {
  return {
    requestId: randomUUID(),
    method: resource.method,
    path: resource.path,
    query: given,
    headers: {},
    body: Object.keys(given).length === 0 ? { kind: 'none' } : { kind: 'json', value: given },
    signal: undefined,
    trace,
    vendor: { milliseconds: 0, calls: 0 },
  };
}
