// Who asks: reads the Authorization header and finds the user, the organization and the instance behind it.

import { Problem } from '../core/errors.ts';
import type { InstanceRecord, InstanceScope, InstanceStore } from '../store/instances.ts';
import type { Identity, OrganizationStore } from '../store/organizations.ts';
import type { SignInStore } from '../store/sign-in.ts';

/** What a request proved to be. */
export interface Caller {
  identity: Identity | undefined;
  /** whether the organization's secret was given, too */
  withOrganization: boolean;
  /** the instance of the element token, if one was given */
  instance: InstanceRecord | undefined;
  /** the user of a sign-in session (Bearer) */
  session: { organizationId: number; userId: number } | undefined;
  /** whether a page of the console asks, in the browser of its user */
  fromPage: boolean;
}

/** Who brings no credentials. */
export const unknownCaller: Caller = Object.freeze({
  identity: undefined,
  withOrganization: false,
  instance: undefined,
  session: undefined,
  fromPage: false,
});

type CredentialKind = 'user' | 'organization' | 'element' | 'bearer';
export type Credentials = Partial<Record<CredentialKind, string>>;

/**
 * Reads `User …, Organization …, Element …` in any order and spacing, or `Bearer …`.
 * Throws a Problem for a part that is none of them or is there twice.
 */
export function readCredentials(header: string | undefined): Credentials {
  const credentials: Credentials = {};
  for (const part of (header ?? '').split(',').map((text) => text.trim())) {
    if (part === '') continue;
    const [, kind = '', value] = /^(user|organization|element|bearer)\s+(\S+)$/i.exec(part) ?? [];
    const name = kind.toLowerCase() as CredentialKind;
    if (value === undefined) {
      throw new Problem(
        'credentialsWrong',
        'The Authorization header cannot be read: give User <secret>, Organization <secret>[, Element <token>].',
      );
    }
    if (credentials[name] !== undefined)
      throw new Problem('credentialsWrong', `The ${kind} credential is there twice.`);
    credentials[name] = value;
  }
  return credentials;
}

interface CallerStores {
  organizations: OrganizationStore;
  instances: InstanceStore;
  signIn: SignInStore;
}

/** Finds who is behind credentials; every credential that is given must be right. Throws a Problem saying which is not. */
export async function identifyCaller(stores: CallerStores, credentials: Credentials): Promise<Caller> {
  const { user, organization, element, bearer } = credentials;
  const instance = element === undefined ? undefined : await stores.instances.byToken(element);
  if (element !== undefined && instance === undefined) {
    throw new Problem('credentialsWrong', 'The Element token is not valid: it is unknown or its instance was deleted.');
  }
  const session = bearer === undefined ? undefined : await stores.signIn.sessionUser(bearer);
  if (bearer !== undefined && session === undefined) {
    throw new Problem(
      'credentialsWrong',
      'The Bearer token is not valid or has ended: sign in again with POST /authentication.',
    );
  }
  if (user === undefined) {
    if (organization !== undefined || element !== undefined) {
      throw new Problem(
        'credentialsMissing',
        'The User secret is missing: add User <secret> to the Authorization header.',
      );
    }
    return { ...unknownCaller, session };
  }
  // An element call does not need the organization's secret and does not look at it.
  const identity = await stores.organizations.identify(user, element === undefined ? organization : undefined);
  if (identity === 'user') {
    throw new Problem(
      'credentialsWrong',
      'The User secret is not valid: it is unknown, or its user or account is not active.',
    );
  }
  if (identity === 'organization') {
    throw new Problem('credentialsWrong', 'The Organization secret is not the one of this user’s organization.');
  }
  if (instance !== undefined && !seesInstance(identity, instance)) {
    throw new Problem('credentialsWrong', 'The Element token does not belong to an account of this user.');
  }
  return { identity, withOrganization: organization !== undefined, instance, session, fromPage: false };
}

/** The caller of a route that needs both secrets. Throws a Problem naming the one that is missing. */
export function requireIdentity(caller: Caller): Identity {
  if (caller.identity === undefined) {
    throw new Problem(
      'credentialsMissing',
      'Credentials are missing: send Authorization: User <secret>, Organization <secret>.',
    );
  }
  if (!caller.withOrganization && caller.instance === undefined) {
    throw new Problem(
      'credentialsMissing',
      'The Organization secret is missing: add Organization <secret> to the Authorization header.',
    );
  }
  return caller.identity;
}

/** The instance of a route that is addressed by the element token. */
export function requireInstance(caller: Caller): InstanceRecord {
  if (caller.instance === undefined) {
    throw new Problem(
      'credentialsMissing',
      'The Element token is missing: add Element <token> to the Authorization header.',
    );
  }
  return caller.instance;
}

/** The instances that a user works with: those of its account. */
export function ownScope(identity: Identity): InstanceScope {
  return { organizationId: identity.organization.id, accountId: identity.account.id };
}

/** The instances that a user may reach by id: those of its account; from the default account, of all accounts. */
export function reachableScope(identity: Identity): InstanceScope {
  const { organization, account } = identity;
  return { organizationId: organization.id, accountId: account.defaultAccount ? undefined : account.id };
}

/** Whether a user may use an instance: one of its account, or from the default account one of the organization. */
export function seesInstance(identity: Identity, instance: InstanceRecord): boolean {
  const scope = reachableScope(identity);
  return (
    scope.organizationId === instance.organizationId &&
    (scope.accountId === undefined || scope.accountId === instance.accountId)
  );
}

/** The caller of an administration route: a user of the default account. Throws a Problem for others. */
export function requireAdministrator(caller: Caller): Identity {
  const identity = requireIdentity(caller);
  if (identity.account.defaultAccount) return identity;
  throw new Problem('forbidden', 'Only users of the organization’s default account may do this.');
}
