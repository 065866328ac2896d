// Links by which customers of an organization connect accounts of theirs: who made one and for what, which browser has
// opened it, and how it ended.

import type { Selectable } from 'kysely';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Tables } from './database.ts';

/** `open`: nobody came yet; `opened`: somebody is at it; `failed`: the last attempt was in vain, another may be made. */
export type ConnectState = 'open' | 'opened' | 'connected' | 'cancelled' | 'failed';

/** What a link was made for. */
export interface ConnectRequest {
  /** keys of the elements to choose from */
  elements: string[];
  name?: string;
  tags?: string[];
  /** where the person is sent back to */
  callbackUrl?: string;
  /** origins of pages that may open it */
  origins: string[];
  endUser?: { id?: string; name?: string };
  /** the instance to connect again */
  instanceId?: number;
}

/** Whose a link is. */
export interface ConnectOwner {
  organizationId: number;
  accountId: number;
  userId: number;
}

/** A link as it is stored. */
export interface ConnectSession extends ConnectOwner {
  id: string;
  request: ConnectRequest;
  state: ConnectState;
  /** the origin of the page that opened it, if one did */
  openerOrigin: string | undefined;
  /** the connection that was begun last */
  connectionId: string | undefined;
  elementKey: string | undefined;
  instanceId: number | undefined;
  message: string | undefined;
  createdAt: Date;
  expiresAt: Date;
}

/** Whose links are meant: those of one account, or of all of the organization. */
export interface ConnectScope {
  organizationId: number;
  accountId: number | undefined;
}

/** Where a browser goes to consent, and what it must bring back from there to prove that it is the same. */
export interface Consent {
  url: string;
  browserKey: string;
}

/** How far a link has come. */
export interface ConnectProgress {
  state: ConnectState;
  elementKey?: string | undefined;
  instanceId?: number | undefined;
  message?: string | undefined;
}

/** Keeps links. What proves something (the link's token, the browser's key, the ticket) is stored as a digest only. */
export interface ConnectSessionStore {
  /** Stores a link, and forgets those that ended a week ago. */
  create(
    session: ConnectOwner & { id: string; request: ConnectRequest },
    token: Secret,
    expiresAt: Date,
    now: Date,
  ): Promise<void>;
  /** A link of the scope, whatever became of it. */
  byId(scope: ConnectScope, id: string): Promise<ConnectSession | undefined>;
  /** The link with an id, whoever's it is: what everybody may know of it who has its address. */
  origins(id: string): Promise<string[] | undefined>;
  /** The link with an id and a token. */
  byToken(id: string, token: Secret): Promise<ConnectSession | undefined>;
  /**
   * Gives a link to the browser that comes first; of any number of callers at the same time one gets it. Undefined when it
   * has ended, or was given before.
   */
  open(
    id: string,
    token: Secret,
    browserKey: Secret,
    openerOrigin: string | undefined,
    now: Date,
  ): Promise<ConnectSession | undefined>;
  /** The link that a browser was given, whatever became of it. */
  byBrowser(id: string, browserKey: Secret): Promise<ConnectSession | undefined>;
  /** Begins an attempt, which has no connection yet; undefined while another one runs, or when the link has ended. */
  claim(session: ConnectSession, until: Date, now: Date): Promise<ConnectSession | undefined>;
  /** Ends an attempt that leads to a consent page, which the ticket opens once. */
  awaitConsent(
    session: ConnectSession,
    attempt: { connectionId: string; elementKey: string; consent: Consent; ticket: Secret },
  ): Promise<void>;
  /** Where a ticket leads to; of any number of callers one is told. */
  takeConsent(id: string, ticket: Secret, now: Date): Promise<{ connectionId: string; consent: Consent } | undefined>;
  /**
   * Notes how far a link has come, unless it has ended before, or something else was begun since the session was read;
   * ends the attempt.
   */
  progress(session: ConnectSession, progress: ConnectProgress): Promise<void>;
}

const consentPlace = (id: string) => `connect_sessions/${id}/consent`;
const finalStates = ['connected', 'cancelled'] as const;
const keptMs = 7 * 24 * 3600_000;

/** Makes the store of links. */
export function createConnectSessionStore(database: Database, vault: Vault): ConnectSessionStore {
  return {
    async create({ id, organizationId, accountId, userId, request }, token, expiresAt, now) {
      await database
        .with('ended', (query) =>
          query.deleteFrom('connect_sessions').where('expires_at', '<', new Date(now.getTime() - keptMs)),
        )
        .insertInto('connect_sessions')
        .values({
          id,
          organization_id: organizationId,
          account_id: accountId,
          user_id: userId,
          request: JSON.stringify(request),
          link_digest: vault.digest(token.reveal()),
          created_at: now,
          expires_at: expiresAt,
        })
        .execute();
    },

    async byId({ organizationId, accountId }, id) {
      let query = database
        .selectFrom('connect_sessions')
        .selectAll()
        .where('id', '=', id)
        .where('organization_id', '=', organizationId);
      if (accountId !== undefined) query = query.where('account_id', '=', accountId);
      return sessionOf(await query.executeTakeFirst());
    },

    async origins(id) {
      const row = await database
        .selectFrom('connect_sessions')
        .select('request')
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.request.origins;
    },

    async byToken(id, token) {
      const row = await database
        .selectFrom('connect_sessions')
        .selectAll()
        .where('id', '=', id)
        .where('link_digest', 'in', vault.digests(token.reveal()))
        .executeTakeFirst();
      return sessionOf(row);
    },

    async open(id, token, browserKey, openerOrigin, now) {
      const row = await database
        .updateTable('connect_sessions')
        .set({
          state: 'opened',
          browser_digest: vault.digest(browserKey.reveal()),
          opener_origin: openerOrigin ?? null,
        })
        .where('id', '=', id)
        .where('link_digest', 'in', vault.digests(token.reveal()))
        .where('state', '=', 'open')
        .where('expires_at', '>', now)
        .returningAll()
        .executeTakeFirst();
      return sessionOf(row);
    },

    async byBrowser(id, browserKey) {
      const row = await database
        .selectFrom('connect_sessions')
        .selectAll()
        .where('id', '=', id)
        .where('browser_digest', 'in', vault.digests(browserKey.reveal()))
        .executeTakeFirst();
      return sessionOf(row);
    },

    async claim({ id, organizationId }, until, now) {
      const row = await database
        .updateTable('connect_sessions')
        .set({ busy_until: until, connection_id: null, consent_digest: null, consent_sealed: null })
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .where('state', 'not in', finalStates)
        .where('expires_at', '>', now)
        .where((where) => where.or([where('busy_until', 'is', null), where('busy_until', '<', now)]))
        .returningAll()
        .executeTakeFirst();
      return sessionOf(row);
    },

    async awaitConsent({ id, organizationId }, { connectionId, elementKey, consent, ticket }) {
      await database
        .updateTable('connect_sessions')
        .set({
          busy_until: null,
          state: 'opened',
          message: null,
          connection_id: connectionId,
          element_key: elementKey,
          consent_digest: vault.digest(ticket.reveal()),
          consent_sealed: vault.seal(new Secret(JSON.stringify(consent)), consentPlace(id)),
        })
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .where('state', 'not in', finalStates)
        .execute();
    },

    takeConsent: (id, ticket, now) =>
      database.transaction().execute(async (transaction) => {
        const row = await transaction
          .selectFrom('connect_sessions')
          .select(['connection_id', 'consent_sealed'])
          .where('id', '=', id)
          .where('consent_digest', 'in', vault.digests(ticket.reveal()))
          .where('state', 'not in', finalStates)
          .where('expires_at', '>', now)
          .forUpdate()
          .executeTakeFirst();
        if (row === undefined || row.consent_sealed === null || row.connection_id === null) return undefined;
        await transaction
          .updateTable('connect_sessions')
          .set({ consent_digest: null, consent_sealed: null })
          .where('id', '=', id)
          .execute();
        const consent = JSON.parse(vault.open(row.consent_sealed, consentPlace(id)).reveal()) as Consent;
        return { connectionId: row.connection_id, consent };
      }),

    async progress({ id, organizationId, connectionId }, { state, elementKey, instanceId, message }) {
      await database
        .updateTable('connect_sessions')
        .set({
          busy_until: null,
          state,
          ...(elementKey === undefined ? {} : { element_key: elementKey }),
          instance_id: instanceId ?? null,
          message: message ?? null,
          consent_digest: null,
          consent_sealed: null,
        })
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .where('state', 'not in', finalStates)
        .where('connection_id', 'is not distinct from', connectionId ?? null)
        .execute();
    },
  };
}

function sessionOf(row: Selectable<Tables['connect_sessions']> | undefined): ConnectSession | undefined {
  if (row === undefined) return undefined;
  return {
    id: row.id,
    organizationId: row.organization_id,
    accountId: row.account_id,
    userId: row.user_id,
    request: row.request,
    state: row.state,
    openerOrigin: row.opener_origin ?? undefined,
    connectionId: row.connection_id ?? undefined,
    elementKey: row.element_key ?? undefined,
    instanceId: row.instance_id ?? undefined,
    message: row.message ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
