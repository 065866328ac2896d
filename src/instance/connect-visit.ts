// Connect, for the person who opens a link: one browser takes it up, chooses an element, answers what only the person
// knows, goes to the vendor and comes back. Nothing secret leaves the server on the way.

import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Definition } from '../element/define.ts';
import type { Elements } from '../engine/elements.ts';
import type { ConnectSession, ConnectSessionStore, Consent } from '../store/connect-sessions.ts';
import type { InstanceRecord, InstanceStore } from '../store/instances.ts';
import type { OrganizationStore } from '../store/organizations.ts';
import { type ConnectField, connectFields, readAnswers } from './connect-form.ts';
import type { ConnectOutcomes } from './connect-outcome.ts';
import { connectPath } from './connect-sessions.ts';
import { type HostedConnections, hasConsentPage } from './hosted.ts';

/** What is asked for one element. */
export interface ConnectForm {
  key: string;
  name: string;
  /** whether the person is sent to the vendor's page */
  consent: boolean;
  fields: ConnectField[];
}

/** What became of an attempt that led to no other page; one that did is noted when the person comes back. */
export interface DoneAttempt {
  definition: Definition;
  instance: InstanceRecord | undefined;
  error: unknown;
}

/** What an attempt leads to: a ticket for the way to the vendor, or the end. */
export type ConnectAttempt = { ticket: Secret } | { session: ConnectSession };

/** What the browser of a link does. Everything throws a Problem, written for the person, when it cannot go on. */
export interface ConnectVisit {
  /** The origins of pages that may show a link in a frame; none for a link that is not there. */
  origins(id: string): Promise<string[]>;
  /** Takes up a link: the first browser with its token is given the key that all else needs. */
  open(id: string, token: Secret, opener: string | undefined): Promise<{ key: Secret; session: ConnectSession }>;
  /** The session of a browser's key, up to date. */
  session(id: string, key: Secret): Promise<ConnectSession>;
  /** The elements to choose from. */
  elements(session: ConnectSession): Promise<Definition[]>;
  form(session: ConnectSession, elementKey: string): Promise<ConnectForm>;
  /** Connects, or begins to: one attempt at a time. */
  connect(
    session: ConnectSession,
    elementKey: string,
    answers: Record<string, string>,
    note: (done: DoneAttempt) => void,
  ): Promise<ConnectAttempt>;
  /** Where a ticket leads; good once. */
  consent(id: string, ticket: Secret): Promise<{ connectionId: string; consent: Consent }>;
  cancel(session: ConnectSession): Promise<ConnectSession>;
  /** What the page that opened a link may know of it, by its token: how it stands. Throws for a page that may not. */
  status(id: string, token: Secret, origin: string | undefined): Promise<ConnectSession>;
}

interface ConnectVisitDependencies {
  sessions: ConnectSessionStore;
  outcomes: ConnectOutcomes;
  hosted: Pick<HostedConnections, 'begin'>;
  elements: Pick<Elements, 'look'>;
  instances: Pick<InstanceStore, 'byId'>;
  organizations: Pick<OrganizationStore, 'user' | 'account'>;
  clock: Clock;
  limits: { connectAttemptMs: number };
}

/** Makes the visits of browsers. */
export function createConnectVisit(dependencies: ConnectVisitDependencies): ConnectVisit {
  const { sessions, outcomes, hosted, elements, instances, organizations, clock, limits } = dependencies;
  const now = () => new Date(clock());
  return {
    async origins(id) {
      return (await sessions.origins(id)) ?? [];
    },

    async open(id, token, opener) {
      if (opener !== undefined) requireOpener(await sessions.origins(id), opener);
      const key = freshSecret();
      const session = await sessions.open(id, token, key, opener, now());
      if (session !== undefined) return { key, session };
      const stored = await sessions.byToken(id, token);
      if (stored === undefined || stored.expiresAt.getTime() <= clock()) throw expired();
      if (stored.state === 'cancelled') throw ended();
      throw new Problem(
        'conflict',
        'This link was used already. A link works once, in one browser: ask for a new one where you got it.',
      );
    },

    async session(id, key) {
      const session = await sessions.byBrowser(id, key);
      if (session === undefined) throw expired();
      return outcomes.settle(session);
    },

    async elements(session) {
      const found = await Promise.all(session.request.elements.map((key) => elements.look(key, session)));
      return found.flatMap((element) => (element === undefined || element.document.active === false ? [] : [element]));
    },

    async form(session, elementKey) {
      const definition = await offered(session, elementKey);
      const instance = await instanceOf(session);
      const fields = connectFields(definition, instance?.values);
      const { key, document } = definition;
      return { key, name: document.name, consent: hasConsentPage(definition), fields };
    },

    async connect(session, elementKey, answers, note) {
      if (session.state === 'cancelled') throw ended();
      const definition = await offered(session, elementKey);
      const instance = await instanceOf(session);
      const known = new Set([...Object.keys(instance?.values ?? {}), ...Object.keys(instance?.secrets ?? {})]);
      const settings = readAnswers(definition, answers, (key) => known.has(key));
      await requireOwner(session);
      const claimed = (await outcomes.abandon(session))
        ? await sessions.claim(session, new Date(clock() + limits.connectAttemptMs), now())
        : undefined;
      if (claimed === undefined) {
        throw new Problem('conflict', 'This was begun already, or is over: wait a moment, or ask for a new link.');
      }
      return attempt(claimed, definition, settings, note);
    },

    async consent(id, ticket) {
      const found = await sessions.takeConsent(id, ticket, now());
      if (found === undefined) throw new Problem('conflict', 'This step was taken already: go back and try again.');
      return found;
    },

    cancel: outcomes.cancel,

    async status(id, token, origin) {
      const session = await sessions.byToken(id, token);
      if (session === undefined) throw expired();
      if (origin !== undefined) requireOpener(session.request.origins, origin);
      return outcomes.settle(session);
    },
  };

  async function attempt(
    session: ConnectSession,
    definition: Definition,
    settings: Record<string, string>,
    note: (done: DoneAttempt) => void,
  ): Promise<ConnectAttempt> {
    const { organizationId, accountId, userId, request } = session;
    try {
      const begun = await hosted.begin({
        organizationId,
        accountId,
        userId,
        definition,
        name: request.name,
        tags: request.tags,
        settings,
        instanceId: request.instanceId,
        returnPath: `${connectPath}/${session.id}`,
        purpose: 'connect',
        bindToBrowser: true,
      });
      if ('oauthUrl' in begun) {
        if (begun.browserKey === undefined) throw new Error('A connection that is bound to its browser has no key');
        const ticket = freshSecret();
        await sessions.awaitConsent(session, {
          connectionId: begun.id,
          elementKey: definition.key,
          consent: { url: begun.oauthUrl, browserKey: begun.browserKey.reveal() },
          ticket,
        });
        return { ticket };
      }
      note({ definition, instance: begun.instance, error: undefined });
      const progress = { state: 'connected', elementKey: definition.key, instanceId: begun.instance.id } as const;
      await sessions.progress(session, progress);
      return { session: { ...session, ...progress, message: undefined } };
    } catch (error) {
      if (!hasConsentPage(definition)) note({ definition, instance: undefined, error });
      const message = error instanceof Problem ? error.message : 'Something went wrong on this server.';
      await sessions.progress(session, { state: 'failed', elementKey: definition.key, message });
      throw error;
    }
  }

  /** An element that this link offers, and no other. */
  async function offered(session: ConnectSession, elementKey: string): Promise<Definition> {
    const isOffered = session.request.elements.includes(elementKey);
    const definition = isOffered ? await elements.look(elementKey, session) : undefined;
    if (definition !== undefined) return definition;
    throw new Problem('notFound', 'This cannot be connected here: choose another one.');
  }

  async function instanceOf(session: ConnectSession) {
    const { instanceId } = session.request;
    if (instanceId === undefined) return undefined;
    const instance = await instances.byId(session, instanceId);
    if (instance === undefined) throw new Problem('notFound', 'The account to connect again is no longer there.');
    return instance;
  }

  /** A link does nothing any more when the one who made it may do nothing any more. */
  async function requireOwner({ organizationId, accountId, userId }: ConnectSession): Promise<void> {
    const user = await organizations.user(organizationId, userId);
    const account = await organizations.account(organizationId, accountId);
    if (user?.active !== true || account?.active !== true) throw expired();
  }
}

function requireOpener(origins: readonly string[] | undefined, opener: string): void {
  if (origins === undefined) throw expired();
  if (origins.includes(opener)) return;
  throw new Problem(
    'forbidden',
    `Pages of ${opener} may not open this link: their origin has to be in the session's origins, or in connectOrigins ` +
      'of the organization’s branding.',
  );
}

function ended(): Problem {
  return new Problem(
    'conflict',
    'This link was ended before anything was connected with it: ask for a new one where you got it.',
  );
}

function freshSecret(): Secret {
  return new Secret(randomBytes(32).toString('base64url'));
}

function expired(): Problem {
  return new Problem('notFound', 'This link has expired, or is not complete: ask for a new one where you got it.');
}
