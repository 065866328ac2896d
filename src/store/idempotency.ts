// Writes that name an Idempotency-Key: each is sent to the vendor once, and its answer is given to all who repeat it.

import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Problem } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import type { Database } from './database.ts';
import { isGone } from './presence.ts';

/** What a caller was answered; `body` is any JSON value, undefined for none. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
  /** true: there was a body, too large to be kept */
  bodyLeftOut?: boolean;
}

/** A write that nobody has sent yet. Its right to be sent is kept until one of these is called. */
export interface IdempotentWrite {
  kind: 'run';
  /** Keeps the answer for whoever repeats the write; without its body when that is larger than the limit. */
  done(answer: KeptAnswer): Promise<void>;
  /** Notes that it is unknown whether the vendor did it, and why: it is never sent again under this key. */
  unknown(message: string): Promise<void>;
  /** Forgets the write: it is certain that nothing was sent, so that it may be tried again. */
  forget(): Promise<void>;
}

/** What becomes of a write with a key. */
export type BegunWrite =
  | IdempotentWrite
  /** it was done before: this is its answer */
  | { kind: 'replay'; answer: KeptAnswer }
  /** somebody is sending it now */
  | { kind: 'running' }
  /** it was begun before, and it is unknown whether the vendor did it */
  | { kind: 'unknown'; message: string }
  /** the key was used for another request */
  | { kind: 'mismatch' };

/** Keeps writes and their answers for a day. */
export interface IdempotencyStore {
  /**
   * Claims a key of an instance before anything is sent. `requestDigest` tells the request from others; `limitMs` is the
   * time after which the attempt counts as lost, if nothing was told of its end. Of any number of callers at the same
   * time, in any process, one gets `run`. Throws a Problem when the instance is gone.
   */
  begin(
    instance: { organizationId: number; id: number },
    key: string,
    requestDigest: string,
    limitMs: number,
  ): Promise<BegunWrite>;
}

interface IdempotencyDependencies {
  database: Database;
  vault: Vault;
  /** this process's sign of life (see presence.ts) */
  owner: number;
  /** bytes of JSON that the body of a kept answer may have */
  limits: { keptAnswerBytes: number };
}

const keptHours = 24;

/** Makes the store of idempotent writes. */
export function createIdempotencyStore({ database, vault, owner, limits }: IdempotencyDependencies): IdempotencyStore {
  return {
    async begin(instance, key, requestDigest, limitMs) {
      // The key itself may tell something of the caller's data. No keyed digest: it must outlive the rotation of keys.
      const keyDigest = createHash('sha256').update(key).digest('base64');
      const attemptId = randomUUID();
      // A write that is forgotten between the two statements is claimed by the next round.
      for (let round = 0; round < 3; round++) {
        if (await claim(instance, keyDigest, { requestDigest, limitMs, attemptId })) {
          return attemptOf(instance.id, keyDigest, attemptId);
        }
        const seen = await findWrite(instance, keyDigest);
        if (seen !== undefined) return seen.request_digest === requestDigest ? judge(seen) : { kind: 'mismatch' };
      }
      throw new Problem('credentialsWrong', `Instance ${instance.id} is no longer there: it was deleted.`);
    },
  };

  /** Inserts the write, in the place of one whose day is over; false when there is one. */
  async function claim(
    instance: { organizationId: number; id: number },
    keyDigest: string,
    attempt: { requestDigest: string; limitMs: number; attemptId: string },
  ): Promise<boolean> {
    const { rows } = await sql`
      insert into idempotent_writes
        (instance_id, organization_id, key_digest, request_digest, attempt_id, state, owner, ends_at)
      select id, organization_id, ${keyDigest}, ${attempt.requestDigest}, ${attempt.attemptId}::uuid, 'started',
        ${owner}::bigint, now() + ${attempt.limitMs}::float8 * interval '1 millisecond'
      from instances where id = ${instance.id} and organization_id = ${instance.organizationId}
      on conflict (instance_id, key_digest) do update set
        request_digest = excluded.request_digest, attempt_id = excluded.attempt_id, state = excluded.state,
        owner = excluded.owner, ends_at = excluded.ends_at, answer_sealed = null, message = null, created_at = now()
      where idempotent_writes.created_at < now() - ${keptHours}::int * interval '1 hour'
      returning 1`.execute(database);
    return rows.length > 0;
  }

  function findWrite(instance: { organizationId: number; id: number }, keyDigest: string) {
    return database
      .selectFrom('idempotent_writes')
      .selectAll()
      .select(sql<boolean>`ends_at < now()`.as('over'))
      .where('instance_id', '=', instance.id)
      .where('organization_id', '=', instance.organizationId)
      .where('key_digest', '=', keyDigest)
      .executeTakeFirst();
  }

  async function judge(seen: NonNullable<Awaited<ReturnType<typeof findWrite>>>): Promise<BegunWrite> {
    if (seen.state === 'done' && seen.answer_sealed !== null) {
      const place = answerPlace(seen.instance_id, seen.key_digest);
      return { kind: 'replay', answer: JSON.parse(vault.open(seen.answer_sealed, place).reveal()) as KeptAnswer };
    }
    if (seen.state === 'unknown') return { kind: 'unknown', message: seen.message ?? lost };
    // A process that is only cut off from the database may still tell the answer, and `done` takes it then.
    if (seen.over || (seen.owner !== owner && (await isGone(database, seen.owner)))) {
      return { kind: 'unknown', message: lost };
    }
    return { kind: 'running' };
  }

  function attemptOf(instanceId: number, keyDigest: string, attemptId: string): IdempotentWrite {
    const end = async (state: 'done' | 'unknown', end: { answer_sealed: string } | { message: string }) => {
      await database
        .updateTable('idempotent_writes')
        .set({ state, ...end })
        .where('instance_id', '=', instanceId)
        .where('key_digest', '=', keyDigest)
        .where('attempt_id', '=', attemptId)
        .execute();
    };
    return {
      kind: 'run',
      async done(answer) {
        const kept = new Secret(JSON.stringify(shorten(answer, limits.keptAnswerBytes)));
        await end('done', { answer_sealed: vault.seal(kept, answerPlace(instanceId, keyDigest)) });
      },
      unknown: (message) => end('unknown', { message }),
      async forget() {
        await database
          .deleteFrom('idempotent_writes')
          .where('instance_id', '=', instanceId)
          .where('key_digest', '=', keyDigest)
          .where('attempt_id', '=', attemptId)
          .execute();
      },
    };
  }
}

const lost = 'the server that sent it stopped before the vendor’s answer was stored';

const answerPlace = (instanceId: number, keyDigest: string) => `idempotent_writes/${instanceId}/${keyDigest}`;

function shorten(answer: KeptAnswer, bytes: number): KeptAnswer {
  const { body, ...rest } = answer;
  if (body === undefined || Buffer.byteLength(JSON.stringify(body)) <= bytes) return answer;
  return { ...rest, bodyLeftOut: true };
}

/** Deletes writes whose day is over. */
export async function deleteOldWrites(database: Database): Promise<void> {
  await database
    .deleteFrom('idempotent_writes')
    .where('created_at', '<', sql<Date>`now() - ${keptHours}::int * interval '1 hour'`)
    .execute();
}
