// Connections of accounts that the platform makes from the first step to the last: what is remembered while a person is at
// the vendor, sealed, and what became of it. A state is found by its digest and taken up once.

import type { Selectable } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Tables } from './database.ts';

/** How far a connection has come. */
export type ConnectionStatus = 'pending' | 'connected' | 'denied' | 'failed';

/** Whose connection it is, and of what. */
export interface ConnectionOwner {
  organizationId: number;
  accountId: number;
  userId: number;
  elementId: number;
  elementKey: string;
  /** where the person's browser goes on, a path of this server; undefined: nowhere */
  returnPath: string | undefined;
  /** who began it, in words of that part of the program */
  purpose: string;
}

/** How a connection ended. */
export interface ConnectionOutcome {
  status: ConnectionStatus;
  instanceId: number | undefined;
  message: string | undefined;
  /** what the vendor said, in its own words */
  providerMessage: string | undefined;
}

/** A connection as it is read. */
export interface ConnectionRecord extends ConnectionOwner, ConnectionOutcome {
  id: string;
  expiresAt: Date;
}

/** A connection that somebody has just taken up, with what was remembered for it. */
export interface TakenConnection {
  record: ConnectionRecord;
  memory: Record<string, unknown>;
}

/** Keeps hosted connections. All moments are in milliseconds since 1970. */
export interface HostedConnectionStore {
  /** Remembers a connection until `expiresAt`; it is found by its state, or by its OAuth 1.0a request token. */
  begin(
    id: string,
    owner: ConnectionOwner,
    state: { state: Secret; requestToken: string | undefined },
    memory: Record<string, unknown>,
    times: { now: number; expiresAt: number },
  ): Promise<void>;
  /** Stores one that needed nobody to go to a vendor, with its outcome. */
  record(id: string, owner: ConnectionOwner, outcome: ConnectionOutcome, now: number): Promise<void>;
  /**
   * Takes up the connection of a state or a request token, whose it is being unknown still: of any number of callers at the
   * same time one gets it. Undefined when there is none, its time is over, or it was taken up before.
   */
  take(found: { state: string } | { requestToken: string }, now: number): Promise<TakenConnection | undefined>;
  /** Stores how it ended and forgets what was remembered for it. */
  end(organizationId: number, id: string, outcome: ConnectionOutcome): Promise<void>;
  /** Ends a connection that nobody has taken up, which then nobody can any more; false when somebody has. */
  abandon(scope: { organizationId: number; accountId: number }, id: string): Promise<boolean>;
  /** The connection of an account, or of any account of the organization. */
  byId(
    scope: { organizationId: number; accountId: number | undefined },
    id: string,
  ): Promise<ConnectionRecord | undefined>;
}

const keptMs = 24 * 3600_000;
const memoryPlace = (id: string) => `hosted_connections/${id}/memory`;

/** Makes the store of hosted connections. What has been over for a day is deleted when another begins. */
export function createHostedConnectionStore(database: Database, vault: Vault): HostedConnectionStore {
  return {
    async begin(id, owner, { state, requestToken }, memory, { now, expiresAt }) {
      await database
        .deleteFrom('hosted_connections')
        .where('expires_at', '<', new Date(now - keptMs))
        .execute();
      await database
        .insertInto('hosted_connections')
        .values({
          ...ownerRow(id, owner),
          state_digest: vault.digest(stateName(state.reveal())),
          token_digest: requestToken === undefined ? null : vault.digest(tokenName(requestToken)),
          memory_sealed: vault.seal(new Secret(JSON.stringify(memory)), memoryPlace(id)),
          status: 'pending',
          created_at: new Date(now),
          expires_at: new Date(expiresAt),
        })
        .execute();
    },

    async record(id, owner, outcome, now) {
      const moment = new Date(now);
      await database
        .insertInto('hosted_connections')
        .values({ ...ownerRow(id, owner), ...outcomeRow(outcome), created_at: moment, expires_at: moment })
        .execute();
    },

    async take(found, now) {
      const [column, name] =
        'state' in found
          ? (['state_digest', stateName(found.state)] as const)
          : (['token_digest', tokenName(found.requestToken)] as const);
      const row = await database
        .updateTable('hosted_connections')
        .set({ state_digest: null, token_digest: null })
        .where(column, 'in', vault.digests(name))
        .where('status', '=', 'pending')
        .where('expires_at', '>', new Date(now))
        .returningAll()
        .executeTakeFirst();
      if (row?.memory_sealed == null) return undefined;
      const memory = JSON.parse(vault.open(row.memory_sealed, memoryPlace(row.id)).reveal()) as Record<string, unknown>;
      return { record: readRow(row), memory };
    },

    async end(organizationId, id, outcome) {
      await database
        .updateTable('hosted_connections')
        .set({ ...outcomeRow(outcome), memory_sealed: null })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .execute();
    },

    async abandon({ organizationId, accountId }, id) {
      const { numUpdatedRows } = await database
        .updateTable('hosted_connections')
        .set({
          status: 'failed',
          message: 'It was given up before anybody came back from the vendor.',
          state_digest: null,
          token_digest: null,
          memory_sealed: null,
        })
        .where('organization_id', '=', organizationId)
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .where('status', '=', 'pending')
        .where('state_digest', 'is not', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async byId({ organizationId, accountId }, id) {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined;
      let query = database
        .selectFrom('hosted_connections')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .where('id', '=', id);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      const row = await query.executeTakeFirst();
      return row === undefined ? undefined : readRow(row);
    },
  };
}

const stateName = (state: string) => `hosted/state/${state}`;
const tokenName = (token: string) => `hosted/requestToken/${token}`;

function ownerRow(id: string, owner: ConnectionOwner) {
  return {
    id,
    organization_id: owner.organizationId,
    account_id: owner.accountId,
    user_id: owner.userId,
    element_id: owner.elementId,
    element_key: owner.elementKey,
    return_path: owner.returnPath ?? null,
    purpose: owner.purpose,
  };
}

function outcomeRow({ status, instanceId, message, providerMessage }: ConnectionOutcome) {
  return {
    status,
    instance_id: instanceId ?? null,
    message: storable(message),
    provider_message: storable(providerMessage),
  };
}

/** A vendor may say anything. */
function storable(text: string | undefined): string | null {
  return text === undefined ? null : text.toWellFormed().replaceAll('\0', '\ufffd');
}

function readRow(row: Selectable<Tables['hosted_connections']>): ConnectionRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    accountId: row.account_id,
    userId: row.user_id,
    elementId: row.element_id,
    elementKey: row.element_key,
    returnPath: row.return_path ?? undefined,
    purpose: row.purpose,
    status: row.status,
    instanceId: row.instance_id ?? undefined,
    message: row.message ?? undefined,
    providerMessage: row.provider_message ?? undefined,
    expiresAt: row.expires_at,
  };
}
