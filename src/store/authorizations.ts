// What is remembered between the start of an authorization and `POST /instances`: OAuth 1.0a request tokens, PKCE
// verifiers, and where a proxy sends a person on. Each is sealed, lives for an hour and is given back once.

import { sql } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import type { Database } from './database.ts';

type Kind = 'requestToken' | 'pkce' | 'proxyState';

/** Remembers what an authorization needs later. */
export interface AuthorizationStore {
  /** Remembers a value under a name (a request token, or a state) of an element, for some seconds. */
  remember(
    kind: Kind,
    elementKey: string,
    name: string,
    memory: Record<string, string>,
    seconds: number,
  ): Promise<void>;
  /** What was remembered, if its time is not over. */
  recall(kind: Kind, elementKey: string, name: string): Promise<Record<string, string> | undefined>;
  /** The same, and forgets it: of any number of callers at the same time one gets it. */
  take(kind: Kind, elementKey: string, name: string): Promise<Record<string, string> | undefined>;
}

/** Makes the memory of authorizations. */
export function createAuthorizationStore(database: Database, vault: Vault): AuthorizationStore {
  const digestInput = (kind: Kind, elementKey: string, name: string) => `${kind}/${elementKey}/${name}`;
  const open = (row: { digest: string; memory_sealed: string } | undefined) =>
    row === undefined
      ? undefined
      : (JSON.parse(vault.open(row.memory_sealed, `authorizations/${row.digest}`).reveal()) as Record<string, string>);

  return {
    async remember(kind, elementKey, name, memory, seconds) {
      const digest = vault.digest(digestInput(kind, elementKey, name));
      const row = {
        digest,
        kind,
        element_key: elementKey,
        memory_sealed: vault.seal(new Secret(JSON.stringify(memory)), `authorizations/${digest}`),
        expires_at: sql<Date>`now() + ${seconds} * interval '1 second'`,
      };
      await database
        .with('expired', (query) => query.deleteFrom('authorizations').where('expires_at', '<', sql<Date>`now()`))
        .insertInto('authorizations')
        .values(row)
        .onConflict((conflict) =>
          conflict.column('digest').doUpdateSet({ memory_sealed: row.memory_sealed, expires_at: row.expires_at }),
        )
        .execute();
    },

    async recall(kind, elementKey, name) {
      const row = await database
        .selectFrom('authorizations')
        .select(['digest', 'memory_sealed'])
        .where('digest', 'in', vault.digests(digestInput(kind, elementKey, name)))
        .where('expires_at', '>', sql<Date>`now()`)
        .executeTakeFirst();
      return open(row);
    },

    async take(kind, elementKey, name) {
      const row = await database
        .deleteFrom('authorizations')
        .where('digest', 'in', vault.digests(digestInput(kind, elementKey, name)))
        .where('expires_at', '>', sql<Date>`now()`)
        .returning(['digest', 'memory_sealed'])
        .executeTakeFirst();
      return open(row);
    },
  };
}
