// The vendor tokens of instances, and the lease under which exactly one process refreshes them.

import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import type { Changes } from './changes.ts';
import type { Database } from './database.ts';
import { isGone } from './presence.ts';

/** What a vendor gave for an account. */
export interface VendorTokens {
  access: Secret | undefined;
  refresh: Secret | undefined;
  /** OAuth 1.0a's token secret */
  secret: Secret | undefined;
}

/** The stored tokens of an instance; `generation` grows by one with every change. */
export interface StoredTokens extends VendorTokens {
  instanceId: number;
  generation: number;
  /** when the vendor said that the access token ends, in milliseconds since 1970 */
  expiresAt: number | undefined;
  /** when these tokens came, in milliseconds since 1970 */
  refreshedAt: number;
  /** since when it is unknown whether the refresh token was spent, in milliseconds since 1970 */
  uncertainSince: number | undefined;
  /** why the vendor no longer accepts these tokens, once it has said so */
  refusedReason: string | undefined;
}

/** A won lease: the right to use the refresh token of one generation, until `endsAt`. */
export interface RefreshLease {
  attemptId: string;
  tokens: StoredTokens;
}

/** Writes and leases vendor tokens. */
export interface TokenStore {
  /** Reads the tokens of an instance of this organization; undefined when there are none. */
  read(organizationId: number, instanceId: number): Promise<StoredTokens | undefined>;
  /**
   * Tries to become the one that refreshes `generation`. Answers with the lease, or `changed` when another generation
   * is stored, or `refused` when the vendor has refused this one, or `busy` while another's attempt may still get an
   * answer: its process lives or its time is not over.
   */
  lease(
    instanceId: number,
    generation: number,
    leaseMs: number,
  ): Promise<RefreshLease | 'changed' | 'busy' | 'refused' | 'missing'>;
  /**
   * Stores what a refresh gave, if the generation that it replaces is still the stored one (else another process was
   * faster and its tokens count). The same statement ends the attempt. Tells whether the tokens were stored.
   */
  complete(lease: RefreshLease, tokens: VendorTokens, times: TokenTimes): Promise<boolean>;
  /** Ends an attempt that brought nothing; `uncertain` when the vendor may have spent the refresh token all the same. */
  release(lease: RefreshLease, uncertain: boolean): Promise<void>;
  /** Notes that the vendor no longer accepts a generation, with its reason; ends the attempt, too. */
  refuse(instanceId: number, generation: number, reason: string): Promise<void>;
}

export interface TokenTimes {
  /** milliseconds since 1970 */
  refreshedAt: number;
  expiresAt: number | undefined;
}

interface TokenDependencies {
  database: Database;
  vault: Vault;
  changes: Changes;
  /** this process's sign of life (see presence.ts) */
  owner: number;
}

/** Makes the store of vendor tokens. */
export function createTokenStore({ database, vault, changes, owner }: TokenDependencies): TokenStore {
  /** Does what changes the tokens of an instance; afterwards this process reads them anew. */
  const changing = async <Result>(instanceId: number, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } finally {
      changes.changed('instance', [instanceId]);
    }
  };

  return {
    async read(organizationId, instanceId) {
      const row = await database
        .selectFrom('vendor_tokens')
        .innerJoin('instances', 'instances.id', 'vendor_tokens.instance_id')
        .selectAll('vendor_tokens')
        .where('instance_id', '=', instanceId)
        .where('instances.organization_id', '=', organizationId)
        .executeTakeFirst();
      return row === undefined ? undefined : openTokens(vault, row);
    },

    async lease(instanceId, generation, leaseMs) {
      const attemptId = randomUUID();
      const won = await claim(database, { instanceId, generation, leaseMs, attemptId, owner, after: undefined });
      if (won !== undefined) return { attemptId, tokens: openTokens(vault, won) };

      const seen = await database
        .selectFrom('vendor_tokens')
        .select([
          'generation',
          'refused_reason',
          'attempt_id',
          'attempt_owner',
          sql<boolean>`attempt_ends_at < now()`.as('over'),
        ])
        .where('instance_id', '=', instanceId)
        .executeTakeFirst();
      if (seen === undefined) return 'missing';
      if (seen.generation !== generation) return 'changed';
      if (seen.refused_reason !== null) return 'refused';
      if (seen.attempt_id === null || !seen.over) return 'busy';
      // This process has one attempt at a time: its own is one whose end could not be written.
      const { attempt_owner: other } = seen;
      if (other !== null && other !== owner && !(await isGone(database, other))) return 'busy';

      const taken = await claim(database, {
        instanceId,
        generation,
        leaseMs,
        attemptId,
        owner,
        after: seen.attempt_id,
      });
      return taken === undefined ? 'busy' : { attemptId, tokens: openTokens(vault, taken) };
    },

    async complete(lease, tokens, times) {
      const { instanceId, generation } = lease.tokens;
      const result = await changing(instanceId, () =>
        database
          .updateTable('vendor_tokens')
          .set({
            tokens_sealed: sealTokens(vault, instanceId, tokens),
            generation: generation + 1,
            expires_at: times.expiresAt === undefined ? null : new Date(times.expiresAt),
            refreshed_at: new Date(times.refreshedAt),
            ...noAttempt,
            uncertain_since: null,
          })
          .where('instance_id', '=', instanceId)
          .where('generation', '=', generation)
          .executeTakeFirst(),
      );
      return result.numUpdatedRows > 0n;
    },

    async release(lease, uncertain) {
      await changing(lease.tokens.instanceId, () =>
        database
          .updateTable('vendor_tokens')
          .set({ ...noAttempt, ...(uncertain ? { uncertain_since: sql<Date>`coalesce(uncertain_since, now())` } : {}) })
          .where('instance_id', '=', lease.tokens.instanceId)
          .where('attempt_id', '=', lease.attemptId)
          .execute(),
      );
    },

    async refuse(instanceId, generation, reason) {
      await changing(instanceId, () =>
        database
          .updateTable('vendor_tokens')
          .set({ ...noAttempt, refused_reason: reason })
          .where('instance_id', '=', instanceId)
          .where('generation', '=', generation)
          .execute(),
      );
    },
  };
}

const noAttempt = { attempt_id: null, attempt_owner: null, attempt_ends_at: null };

interface Claim {
  instanceId: number;
  generation: number;
  leaseMs: number;
  attemptId: string;
  owner: number;
  /** the dead process's attempt that this one follows */
  after: string | undefined;
}

/** Writes the intent in one statement; a following attempt also notes that the one before it has an unknown end. */
async function claim(database: Database, wanted: Claim): Promise<Row | undefined> {
  return database
    .updateTable('vendor_tokens')
    .set({
      attempt_id: wanted.attemptId,
      attempt_owner: wanted.owner,
      attempt_fence: sql<number>`attempt_fence + 1`,
      attempt_ends_at: sql<Date>`now() + ${wanted.leaseMs} * interval '1 millisecond'`,
      ...(wanted.after === undefined ? {} : { uncertain_since: sql<Date>`coalesce(uncertain_since, now())` }),
    })
    .where('instance_id', '=', wanted.instanceId)
    .where('generation', '=', wanted.generation)
    .where('refused_reason', 'is', null)
    .where('attempt_id', wanted.after === undefined ? 'is' : '=', wanted.after ?? null)
    .returningAll()
    .executeTakeFirst();
}

/** The row of new tokens, to be stored in the transaction that stores their instance. */
export function vendorTokensRow(vault: Vault, instanceId: number, tokens: VendorTokens, times: TokenTimes) {
  return {
    instance_id: instanceId,
    tokens_sealed: sealTokens(vault, instanceId, tokens),
    expires_at: times.expiresAt === undefined ? null : new Date(times.expiresAt),
    refreshed_at: new Date(times.refreshedAt),
  };
}

/** Where the sealed tokens of an instance stand, for the vault. */
export const tokensPlace = (instanceId: number) => `vendor_tokens/${instanceId}`;

/** A row of vendor tokens, still sealed. */
interface Row {
  instance_id: number;
  tokens_sealed: string;
  generation: number;
  expires_at: Date | null;
  refreshed_at: Date;
  uncertain_since: Date | null;
  refused_reason: string | null;
}

/** Opens a row of vendor tokens. */
export function openTokens(vault: Vault, row: Row): StoredTokens {
  const parts = JSON.parse(vault.open(row.tokens_sealed, tokensPlace(row.instance_id)).reveal()) as Record<
    string,
    string
  >;
  const part = (name: string) => (parts[name] === undefined ? undefined : new Secret(parts[name]));
  return {
    instanceId: row.instance_id,
    generation: row.generation,
    access: part('access'),
    refresh: part('refresh'),
    secret: part('secret'),
    expiresAt: row.expires_at?.getTime(),
    refreshedAt: row.refreshed_at.getTime(),
    uncertainSince: row.uncertain_since?.getTime(),
    refusedReason: row.refused_reason ?? undefined,
  };
}

function sealTokens(vault: Vault, instanceId: number, tokens: VendorTokens): string {
  const parts = {
    access: tokens.access?.reveal(),
    refresh: tokens.refresh?.reveal(),
    secret: tokens.secret?.reveal(),
  };
  return vault.seal(new Secret(JSON.stringify(parts)), tokensPlace(instanceId));
}
