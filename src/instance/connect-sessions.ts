// Connect, for an organization's own program: it makes a link for one of its customers, and reads what became of it.

import { randomBytes, randomUUID } from 'node:crypto';
import { connectBranding } from '../core/branding.ts';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { isAllowedAddress, readOrigin, readPageAddress } from '../core/web-origins.ts';
import type { Definition } from '../element/define.ts';
import type { Elements } from '../engine/elements.ts';
import type { BrandingStore } from '../store/branding.ts';
import type {
  ConnectOwner,
  ConnectRequest,
  ConnectScope,
  ConnectSession,
  ConnectSessionStore,
} from '../store/connect-sessions.ts';
import type { InstanceStore } from '../store/instances.ts';
import type { VendorApplicationStore } from '../store/vendor-applications.ts';
import { needsApplication } from './connect-form.ts';
import type { ConnectOutcomes } from './connect-outcome.ts';

/** What a program asks a link for. */
export interface NewConnectSession extends ConnectOwner {
  /** keys or ids of elements; undefined: all that can be connected */
  elements: string[] | undefined;
  name: string | undefined;
  tags: string[] | undefined;
  callbackUrl: string | undefined;
  expiresIn: number | undefined;
  /** undefined: those of the organization's branding */
  origins: string[] | undefined;
  endUser: { id?: string; name?: string } | undefined;
  instanceId: number | undefined;
}

/** A link, shown once. */
export interface CreatedConnectSession {
  id: string;
  url: string;
  expiresAt: Date;
}

/** Makes links and tells what became of them. */
export interface ConnectSessions {
  /** Makes a link that one browser can open once. Throws a Problem that names everything that is wrong. */
  create(session: NewConnectSession): Promise<CreatedConnectSession>;
  /** A link and how far it has come. Throws a Problem when the scope has none such. */
  find(scope: ConnectScope, id: string): Promise<ConnectSession>;
  /** Ends a link, if nothing was connected with it yet. Throws a Problem when the scope has none such. */
  cancel(scope: ConnectScope, id: string): Promise<void>;
}

interface ConnectSessionsDependencies {
  sessions: ConnectSessionStore;
  outcomes: ConnectOutcomes;
  branding: Pick<BrandingStore, 'of'>;
  applications: Pick<VendorApplicationStore, 'list'>;
  elements: Pick<Elements, 'look' | 'list' | 'byId'>;
  instances: Pick<InstanceStore, 'byId'>;
  publicUrl(): string;
  clock: Clock;
  limits: { connectSessionSeconds: number };
}

/** Where links lead, below the public address. */
export const connectPath = '/connect';

/** Makes the maker of links. */
export function createConnectSessions(dependencies: ConnectSessionsDependencies): ConnectSessions {
  const { sessions, outcomes, branding, applications, elements, instances, publicUrl, clock, limits } = dependencies;
  return {
    async create(asked) {
      const allowed = connectBranding((await branding.of(asked.organizationId))?.document ?? {});
      const faults: string[] = [];
      const offered = await offeredElements(asked, faults);
      const origins = originsOf(asked, allowed.connectOrigins, faults);
      const callbackUrl = callbackOf(asked, allowed.connectCallbacks, faults);
      if (faults.length > 0) throw new Problem('badRequest', faults.join(' '));

      const { organizationId, accountId, userId, name, tags, endUser, instanceId } = asked;
      const request: ConnectRequest = {
        elements: offered.map(({ key }) => key),
        origins,
        ...(name === undefined ? {} : { name }),
        ...(tags === undefined ? {} : { tags }),
        ...(callbackUrl === undefined ? {} : { callbackUrl }),
        ...(endUser === undefined ? {} : { endUser }),
        ...(instanceId === undefined ? {} : { instanceId }),
      };
      const id = randomUUID();
      const token = new Secret(randomBytes(32).toString('base64url'));
      const now = clock();
      const expiresAt = new Date(now + (asked.expiresIn ?? limits.connectSessionSeconds) * 1000);
      await sessions.create({ id, organizationId, accountId, userId, request }, token, expiresAt, new Date(now));
      // What stands behind # is sent to no server, stands in no log, and goes to no other page.
      return { id, url: `${publicUrl()}${connectPath}/${id}#${token.reveal()}`, expiresAt };
    },

    async find(scope, id) {
      return outcomes.settle(await stored(scope, id));
    },

    async cancel(scope, id) {
      await outcomes.cancel(await outcomes.settle(await stored(scope, id)));
    },
  };

  async function stored(scope: ConnectScope, id: string): Promise<ConnectSession> {
    const session = await sessions.byId(scope, id);
    if (session === undefined) throw new Problem('notFound', `No Connect session found with the id ${id}.`);
    return session;
  }

  /** The elements to choose from: those that are named, all that can be connected, or that of the instance. */
  async function offeredElements(asked: NewConnectSession, faults: string[]): Promise<Definition[]> {
    const registered = await applications.list(asked.organizationId);
    const withApplication = new Set(registered.map(({ elementId }) => elementId));
    const lacks = (element: Definition) =>
      element.document.active === false
        ? `${element.key} is not active.`
        : needsApplication(element) && !withApplication.has(element.id)
          ? `${element.key} has no application of yours: set it with PUT /elements/${element.key}/application.`
          : undefined;

    const named = await namedElements(asked, faults);
    if (named !== undefined) {
      faults.push(...named.flatMap((element) => lacks(element) ?? []));
      return named;
    }
    const offered = (await elements.list(asked))
      .filter((element) => lacks(element) === undefined)
      .toSorted((a, b) => a.document.name.localeCompare(b.document.name));
    if (offered.length === 0) {
      faults.push('No element can be connected: set an application of yours with PUT /elements/{key}/application.');
    }
    return offered;
  }

  async function namedElements(asked: NewConnectSession, faults: string[]): Promise<Definition[] | undefined> {
    const { organizationId, accountId, instanceId } = asked;
    if (instanceId !== undefined) {
      const instance = await instances.byId({ organizationId, accountId }, instanceId);
      if (instance !== undefined) return [await elements.byId(instance.elementId, instance)];
      faults.push(`No instance found with the id ${instanceId}.`);
      return [];
    }
    if (asked.elements === undefined) return undefined;
    const found = await Promise.all(asked.elements.map((keyOrId) => elements.look(keyOrId, asked)));
    faults.push(
      ...asked.elements.filter((_, index) => found[index] === undefined).map((key) => `There is no element ${key}.`),
    );
    return [...new Set(found.filter((element) => element !== undefined))];
  }
}

function originsOf({ origins }: NewConnectSession, allowed: string[], faults: string[]): string[] {
  if (origins === undefined) return allowed;
  const wrong = origins.filter((text) => readOrigin(text) === undefined);
  faults.push(
    ...wrong.map((text) => `origins holds ${JSON.stringify(text)}, which is not one such as https://app.example.com.`),
  );
  return [...new Set(origins.flatMap((text) => readOrigin(text) ?? []))];
}

/** Where a person is sent back to is the organization's decision, not that of whoever made the link. */
function callbackOf({ callbackUrl }: NewConnectSession, allowed: string[], faults: string[]): string | undefined {
  if (callbackUrl === undefined) return undefined;
  if (isAllowedAddress(callbackUrl, allowed)) return readPageAddress(callbackUrl);
  faults.push(
    'callbackUrl is not one that your organization allows: add it, or its origin, to connectCallbacks with ' +
      'PATCH /organizations/branding.',
  );
  return undefined;
}
