// Sign-in by email and password: password hashes, sessions, and the memory of failures that slows guessing.

import { sql } from 'kysely';
import type { Vault } from '../core/vault.ts';
import type { Database } from './database.ts';

/** What signing in needs of the database. */
export interface SignInStore {
  /** The active user with this email (email addresses are unique over all organizations), with the password's hash. */
  candidate(
    email: string,
  ): Promise<{ organizationId: number; userId: number; passwordHash: string | null } | undefined>;
  /** Remembers a session by the digest of its token and notes the sign-in. */
  startSession(userId: number, token: string, expiresAt: Date): Promise<void>;
  /** The user of a session that has not ended. */
  sessionUser(token: string): Promise<{ organizationId: number; userId: number } | undefined>;
  endSession(token: string): Promise<void>;
  /** Ends all sessions of a user. */
  endSessions(userId: number): Promise<void>;
  /** Seconds until a subject may try again; 0 when it may now. */
  blockedSeconds(subjects: string[]): Promise<number>;
  /** Counts a failure: from the fifth on, each doubles the wait, from 1 s up to 5 minutes; an hour without one forgives. */
  noteFailure(subjects: string[]): Promise<void>;
  forgetFailures(subject: string): Promise<void>;
}

/** Makes the store of sign-ins. Subjects (addresses, emails) are stored as keyed digests. */
export function createSignInStore(database: Database, vault: Vault): SignInStore {
  return {
    async candidate(email) {
      const row = await database
        .selectFrom('users')
        .innerJoin('accounts', 'accounts.id', 'users.account_id')
        .select([
          'users.organization_id as organizationId',
          'users.id as userId',
          'users.password_hash as passwordHash',
        ])
        .where(sql`lower(users.email)`, '=', email.toLowerCase())
        .where('users.active', '=', true)
        .where('accounts.active', '=', true)
        .executeTakeFirst();
      return row;
    },

    async startSession(userId, token, expiresAt) {
      await database.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('sessions').where('expires_at', '<', sql<Date>`now()`).execute();
        await transaction
          .insertInto('sessions')
          .values({ token_digest: vault.digest(token), user_id: userId, expires_at: expiresAt })
          .execute();
        await transaction
          .updateTable('users')
          .set({ last_login_at: sql<Date>`now()` })
          .where('id', '=', userId)
          .execute();
      });
    },

    async sessionUser(token) {
      return database
        .selectFrom('sessions')
        .innerJoin('users', 'users.id', 'sessions.user_id')
        .innerJoin('accounts', 'accounts.id', 'users.account_id')
        .select(['users.organization_id as organizationId', 'users.id as userId'])
        .where('sessions.token_digest', 'in', vault.digests(token))
        .where('sessions.expires_at', '>', sql<Date>`now()`)
        .where('users.active', '=', true)
        .where('accounts.active', '=', true)
        .executeTakeFirst();
    },

    async endSession(token) {
      await database.deleteFrom('sessions').where('token_digest', 'in', vault.digests(token)).execute();
    },

    async endSessions(userId) {
      await database.deleteFrom('sessions').where('user_id', '=', userId).execute();
    },

    async blockedSeconds(subjects) {
      const row = await database
        .selectFrom('sign_in_failures')
        .select(sql<number>`coalesce(ceil(extract(epoch from max(blocked_until) - now())), 0)::int`.as('seconds'))
        .where('subject', 'in', subjects.flatMap(vault.digests))
        .executeTakeFirst();
      return Math.max(0, row?.seconds ?? 0);
    },

    async noteFailure(subjects) {
      for (const subject of subjects) {
        await sql`
          insert into sign_in_failures as seen (subject, failures, blocked_until, updated_at)
          values (${vault.digest(subject)}, 1, now(), now())
          on conflict (subject) do update set
            failures = case when seen.updated_at < now() - interval '1 hour' then 1 else seen.failures + 1 end,
            blocked_until = case
              when seen.updated_at < now() - interval '1 hour' or seen.failures + 1 < 5 then now()
              else now() + least(300, power(2, least(seen.failures - 4, 9))) * interval '1 second'
            end,
            updated_at = now()`.execute(database);
      }
      await sql`delete from sign_in_failures where updated_at < now() - interval '1 day'`.execute(database);
    },

    async forgetFailures(subject) {
      await database.deleteFrom('sign_in_failures').where('subject', 'in', vault.digests(subject)).execute();
    },
  };
}
