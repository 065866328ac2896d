// Which of an element's rate limits a call counts in, and whose: the vendor counts by application, by the customer's
// account, and some resources apart.

import { createHash } from 'node:crypto';
import type { Account } from '../auth/schemes.ts';
import type { Definition } from '../element/define.ts';
import type { RateLimit } from '../element/extension.ts';
import { countsCalls } from '../element/rate-limits.ts';
import type { CallLimit, CallLimits } from '../outbound/governor.ts';
import type { CompiledResource } from './compile.ts';
import { isStoredAccount } from './renewal.ts';

/**
 * The settings that name an application at its vendor. Its key is no secret: who knows only that cannot spend, or stop, the
 * budget of others with a vendor of his own.
 */
const applicationSettings = ['oauth.api.key', 'oauth.api.secret'];

const nothing: readonly RateLimit[] = [];
const byResource = new WeakMap<CompiledResource, readonly RateLimit[]>();
const byAccount = new WeakMap<Account['values'], Map<CompiledResource, CallLimits>>();

/** The limits that a call of a resource counts in, the narrowest first. */
export function limitsOf(account: Account, resource: CompiledResource): CallLimits {
  const stated = account.definition.document.valence?.rateLimits;
  if (stated === undefined || stated.length === 0) return { declared: [], learnKey: instanceOf(account) };
  const known = byAccount.get(account.values)?.get(resource);
  if (known !== undefined) return known;
  const matching = byResource.get(resource) ?? matchingLimits(stated, resource);
  byResource.set(resource, matching);
  const declared = matching.flatMap((limit) => callLimit(account, limit, stated) ?? []);
  const limits: CallLimits = { declared, learnKey: instanceOf(account) };
  const kept = byAccount.get(account.values) ?? new Map();
  byAccount.set(account.values, kept.set(resource, limits));
  return limits;
}

function matchingLimits(stated: readonly RateLimit[], { path, method }: CompiledResource): readonly RateLimit[] {
  const matching = stated.filter((limit) => countsCalls(limit, path, method));
  if (matching.length === 0) return nothing;
  const breadth = ({ scope, paths }: RateLimit) => (scope === 'application' ? 2 : 0) + (paths === undefined ? 1 : 0);
  return matching.toSorted((one, other) => breadth(one) - breadth(other));
}

function callLimit(account: Account, limit: RateLimit, stated: readonly RateLimit[]): CallLimit | undefined {
  const who = whose(account, limit);
  if (who === undefined) return undefined;
  const { requests, seconds, concurrency, headers } = limit;
  return {
    key: `${elementOf(account.definition)} ${stated.indexOf(limit)} ${who}`,
    allowed: requests === undefined || seconds === undefined ? undefined : { requests, seconds },
    concurrency,
    headers: headers ?? (stated.length === 1 && requests !== undefined ? 'usual' : undefined),
  };
}

/** Nobody can spend the budget of another's element by giving an element of his own the same key. */
function elementOf({ owner, key, id }: Definition): string {
  return owner === undefined ? key : `${key}#${id}`;
}

/** Who is counted, not in clear: keys of applications are nobody else's business. Undefined when that cannot be known. */
function whose(account: Account, { scope, by }: RateLimit): string | undefined {
  const settings = by ?? (scope === 'application' ? applicationSettings : []);
  const values = settings.map((key) => account.values[key] ?? account.secrets[key]?.reveal() ?? '');
  if (values.every((value) => value === '')) return instanceOf(account);
  // The name of a customer's account is no secret either: it is counted for each organization by itself.
  const within = scope === 'instance' && isStoredAccount(account) ? [account.organizationId] : [];
  return createHash('sha256')
    .update(JSON.stringify([...within, ...values]))
    .digest('base64url')
    .slice(0, 22);
}

function instanceOf(account: Account): string | undefined {
  return isStoredAccount(account) ? `instance ${account.instanceId}` : undefined;
}
