// Customers' endpoints that do not take callbacks: what is known of their trouble, and which of them are asked no more.

import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Database } from './database.ts';

/** An endpoint in trouble. */
export interface TroubledEndpoint {
  accountId: number;
  url: string;
  /** `stopped`: deliveries are queued until one is asked for and succeeds */
  state: 'failing' | 'stopped';
  since: Date;
  failures: number;
  message: string;
}

/** Whose endpoint it is. */
export interface EndpointOwner {
  organizationId: number;
  accountId: number;
}

/** Remembers endpoints in trouble. */
export interface CallbackEndpoints {
  /** Notes trouble; tells whether the endpoint was in no such state before. */
  note(owner: EndpointOwner, url: string, state: 'failing' | 'stopped', message: string): Promise<boolean>;
  /** Notes that an endpoint is well again; tells whether it was in trouble. */
  recovered(owner: EndpointOwner, url: string): Promise<boolean>;
  /** Whether deliveries are queued without an attempt; what other processes note is known within two seconds. */
  isStopped(accountId: number, url: string): Promise<boolean>;
  /** Reads the account's endpoints anew when they are next asked for. */
  reread(accountId: number): void;
  /** The endpoints in trouble of an account, or of every account of the organization. */
  list(scope: { organizationId: number; accountId: number | undefined }): Promise<TroubledEndpoint[]>;
}

const rememberedMs = 2000;

/** Makes the store of troubled endpoints. */
export function createCallbackEndpoints(database: Database): CallbackEndpoints {
  const stopped = new LRUCache<number, Promise<ReadonlySet<string>>>({ max: 10_000, ttl: rememberedMs });

  const readStopped = async (accountId: number): Promise<ReadonlySet<string>> => {
    const rows = await database
      .selectFrom('callback_endpoints')
      .select('url')
      .where('account_id', '=', accountId)
      .where('state', '=', 'stopped')
      .execute();
    return new Set(rows.map(({ url }) => url));
  };

  return {
    async note({ organizationId, accountId }, url, state, message) {
      const { rows } = await sql<{ was: string | null }>`
        with before as (select state from callback_endpoints where account_id = ${accountId} and url = ${url}),
        written as (
          insert into callback_endpoints (organization_id, account_id, url, state, since, failures, message)
          values (${organizationId}, ${accountId}, ${url}, ${state}, now(), 1, ${message})
          on conflict (account_id, url) do update set
            state = case when callback_endpoints.state = 'stopped' then 'stopped' else excluded.state end,
            since = case when callback_endpoints.state = excluded.state then callback_endpoints.since else now() end,
            failures = callback_endpoints.failures + 1, message = excluded.message
        )
        select (select state from before) as was`.execute(database);
      stopped.delete(accountId);
      const was = rows[0]?.was ?? undefined;
      return was !== state && was !== 'stopped';
    },
    async recovered({ organizationId, accountId }, url) {
      const result = await database
        .deleteFrom('callback_endpoints')
        .where('organization_id', '=', organizationId)
        .where('account_id', '=', accountId)
        .where('url', '=', url)
        .executeTakeFirst();
      stopped.delete(accountId);
      return result.numDeletedRows > 0n;
    },
    async isStopped(accountId, url) {
      const known = stopped.get(accountId) ?? readStopped(accountId);
      stopped.set(accountId, known, { noUpdateTTL: true });
      known.catch(() => stopped.delete(accountId));
      return (await known).has(url);
    },
    reread: (accountId) => void stopped.delete(accountId),
    async list({ organizationId, accountId }) {
      let query = database
        .selectFrom('callback_endpoints')
        .select(['account_id as accountId', 'url', 'state', 'since', 'failures', 'message'])
        .where('organization_id', '=', organizationId);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      return query.orderBy('since').orderBy('url').execute();
    },
  };
}
