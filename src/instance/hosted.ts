// Hosted connections: the platform sends a person to the vendor and takes the vendor's redirect itself, so that nobody else
// has to handle codes, states and secrets. What was begun is bound to its organization, account, user and element.

import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Definition } from '../element/define.ts';
import { type GivenSettings, type SettingValues, splitSettings } from '../element/settings.ts';
import { ownerOf } from '../engine/account.ts';
import type { Elements } from '../engine/elements.ts';
import { noTrace } from '../engine/trace.ts';
import type {
  ConnectionOutcome,
  ConnectionOwner,
  ConnectionRecord,
  HostedConnectionStore,
  TakenConnection,
} from '../store/hosted-connections.ts';
import type { InstanceRecord, InstanceScope, InstanceStore } from '../store/instances.ts';
import type { OrganizationStore } from '../store/organizations.ts';
import type { Authorize, AuthorizeRequest, KnownAccount } from './authorize.ts';
import type { ProviderData } from './connect.ts';
import { accountFrom, type Provision, requireActive, requireAll, requireVendorHosts } from './provision.ts';
import { requireReturnPath } from './return-path.ts';
import type { Update } from './update.ts';
import type { CompleteFromApplication } from './vendor-application.ts';

/** What is to be connected, and for whom. Nobody has to have made a request: the members say whose it is. */
export interface BeginConnection {
  organizationId: number;
  accountId: number;
  userId: number;
  definition: Definition;
  name: string | undefined;
  tags: string[] | undefined;
  /** settings of the instance; those of the application that are left out are the organization's */
  settings: Record<string, unknown>;
  /** an instance of the account that is connected again in place */
  instanceId: number | undefined;
  /** a path of this server; undefined: the person reads there how it went */
  returnPath: string | undefined;
  /** who begins it, in words of that part of the program: given back with the outcome */
  purpose: string;
  /**
   * whether the person must come back in the browser that is given `browserKey` as a cookie (http/connection-cookie.ts):
   * else somebody could have another person consent to a connection that was begun for oneself
   */
  bindToBrowser?: boolean;
}

/** An address for the person's browser; or, for an element without a consent page, the instance. */
export type BegunConnection =
  | { id: string; oauthUrl: string; browserKey?: Secret }
  | { id: string; instance: InstanceRecord };

/** A connection that is over, and what there is to note of it. */
export interface FinishedConnection {
  connectionId: string;
  returnPath: string | undefined;
  outcome: ConnectionOutcome;
  owner: ConnectionOwner;
  /** undefined when the element is no longer there */
  definition: Definition | undefined;
  instance: InstanceRecord | undefined;
  error: unknown;
}

/** Makes connections from the first step to the last. */
export interface HostedConnections {
  /** Begins one. Throws a Problem that names everything that is missing, or what the vendor said; then nothing is stored. */
  begin(request: BeginConnection): Promise<BegunConnection>;
  /**
   * Ends the connection that a vendor's redirect belongs to and stores how it went, also when it failed. Throws a Problem
   * when no connection waits for it: then nothing is known of who came. `browserKeys` are those that the browser holds.
   */
  finish(query: Readonly<Record<string, string>>, browserKeys: readonly string[]): Promise<FinishedConnection>;
  /** Ends a connection that nobody has come back for; false when somebody has. */
  abandon(scope: { organizationId: number; accountId: number }, id: string): Promise<boolean>;
  /** A connection of an account (or of any of the organization), and how it went; one whose person never came back has failed. */
  outcome(scope: InstanceScope, id: string): Promise<ConnectionRecord | undefined>;
}

interface HostedDependencies {
  connections: HostedConnectionStore;
  authorize: Authorize;
  completeFromApplication: Pick<CompleteFromApplication, 'configuration'>;
  provision: Provision;
  update: Update;
  elements: Pick<Elements, 'byId'>;
  instances: Pick<InstanceStore, 'byId'>;
  organizations: Pick<OrganizationStore, 'user' | 'account'>;
  requireEvents(definition: Definition, values: SettingValues): void;
  /** the platform's own callback URL */
  callbackUrl(): string;
  clock: Clock;
  limits: { authorizationSeconds: number };
  /** is told of errors that are defects: the person only reads that it failed */
  failed(error: unknown): void;
}

/** What is remembered while a person is at the vendor. */
interface Memory {
  name: string | undefined;
  tags: string[] | undefined;
  configuration: Record<string, unknown>;
  instanceId: number | undefined;
  /** the secret of an OAuth 1.0a request token */
  secret: string | undefined;
  browserKey: string | undefined;
}

/** Makes the maker of hosted connections. */
export function createHostedConnections(dependencies: HostedDependencies): HostedConnections {
  const { connections, authorize, provision, update, elements, instances, organizations, clock, limits } = dependencies;
  return {
    async begin(request) {
      const { definition } = request;
      requireActive(definition);
      const returnPath = request.returnPath === undefined ? undefined : requireReturnPath(request.returnPath);
      const instance = await findInstance(request);
      const memory = await memoryOf(request, instance);
      const owner = ownerFrom(request, returnPath);
      const id = randomUUID();
      if (!hasConsentPage(definition)) {
        const connected = await connect(definition, owner, memory, instance, {});
        await connections.record(id, owner, connectedAs(connected), clock());
        return { id, instance: connected };
      }
      const oauthUrl = await sendToVendor(id, owner, definition, memory, instance);
      return {
        id,
        oauthUrl,
        ...(memory.browserKey === undefined ? {} : { browserKey: new Secret(memory.browserKey) }),
      };
    },

    async finish(query, browserKeys) {
      const { record, memory } = await takeUp(query);
      const finished = await settle(record, memory as unknown as Memory, query, browserKeys);
      await connections.end(record.organizationId, record.id, finished.outcome);
      return { connectionId: record.id, returnPath: record.returnPath, owner: record, ...finished };
    },

    abandon: connections.abandon,

    async outcome(scope, id) {
      const record = await connections.byId(scope, id);
      if (record?.status !== 'pending' || record.expiresAt.getTime() > clock()) return record;
      return { ...record, status: 'failed', message: 'Nobody came back from the vendor in time: start again.' };
    },
  };

  /** The instance that is connected again. Throws a Problem when the account has none such. */
  async function findInstance(request: BeginConnection): Promise<InstanceRecord | undefined> {
    const { organizationId, accountId, instanceId, definition } = request;
    if (instanceId === undefined) return undefined;
    const instance = await instances.byId({ organizationId, accountId }, instanceId);
    if (instance === undefined) throw new Problem('notFound', `No instance found with the id ${instanceId}.`);
    if (instance.elementId === definition.id) return instance;
    throw new Problem('badRequest', `The instance ${instanceId} is one of ${instance.elementKey}: name that element.`);
  }

  /** The organization's application stands in what is remembered: the code belongs to it, whatever becomes of it meanwhile. */
  async function memoryOf(request: BeginConnection, instance: InstanceRecord | undefined): Promise<Memory> {
    const { organizationId, definition, settings, name, tags, instanceId } = request;
    const complete = dependencies.completeFromApplication.configuration;
    const configuration = await complete(organizationId, definition, settings, { stored: instance?.values });
    if (hasConsentPage(definition)) configuration['oauth.callback.url'] ||= dependencies.callbackUrl();
    requireComplete(definition, request, settingsOf(definition, configuration, instance));
    const browserKey = request.bindToBrowser === true ? randomBytes(32).toString('base64url') : undefined;
    return { name, tags, configuration, instanceId, secret: undefined, browserKey };
  }

  /** Throws a Problem before a person is sent anywhere: naming what is missing, and addresses and settings that are wrong. */
  function requireComplete(definition: Definition, owner: BeginConnection, given: GivenSettings): void {
    requireAll(definition, given, 'none', []);
    const account = accountFrom(definition, ownerOf(owner), given);
    requireVendorHosts(account);
    dependencies.requireEvents(definition, account.values);
  }

  /** Remembers a connection under a fresh state and gives the address for the person's browser. */
  async function sendToVendor(
    id: string,
    owner: ConnectionOwner,
    definition: Definition,
    memory: Memory,
    instance: InstanceRecord | undefined,
  ): Promise<string> {
    const given = settingsOf(definition, memory.configuration, instance);
    const state = new Secret(randomBytes(32).toString('base64url'));
    const request = authorizeRequest(definition, given, state);
    const known: KnownAccount = { owner: ownerOf(owner), ...given };
    const token =
      definition.document.authentication.type === 'oauth1'
        ? await authorize.requestToken(definition, request, known)
        : undefined;
    const asked = { ...request, requestToken: token?.token };
    const { oauthUrl } = await authorize.oauthUrl(definition, asked, undefined, known);
    const now = clock();
    await connections.begin(
      id,
      owner,
      { state, requestToken: token?.token },
      { ...memory, secret: token?.secret },
      { now, expiresAt: now + limits.authorizationSeconds * 1000 },
    );
    return oauthUrl;
  }

  /** The connection that a redirect belongs to; vendors that pass on no state name their request token. */
  async function takeUp(query: Readonly<Record<string, string>>): Promise<TakenConnection> {
    const { state, oauth_token: requestToken = query['denied'] } = query;
    const now = clock();
    const byState = state === undefined ? undefined : await connections.take({ state }, now);
    if (byState !== undefined) return byState;
    const byToken = requestToken === undefined ? undefined : await connections.take({ requestToken }, now);
    if (byToken !== undefined) return byToken;
    throw new Problem(
      'badRequest',
      'This way back from the vendor was used before, is too old, or was never begun here: start the connection again.',
    );
  }

  /** Connects what was begun and says how it went. */
  async function settle(
    record: ConnectionRecord,
    memory: Memory,
    query: Readonly<Record<string, string>>,
    browserKeys: readonly string[],
  ) {
    let definition: Definition | undefined;
    try {
      await requireOwner(record);
      requireBrowser(memory, browserKeys);
      definition = await elements.byId(record.elementId, record);
      const denied = denialOf(query);
      if (denied !== undefined) return { outcome: denied, definition, instance: undefined, error: undefined };
      const before = await instanceOf(record, memory);
      const instance = await connect(definition, record, memory, before, providerDataOf(query, memory));
      return { outcome: connectedAs(instance), definition, instance, error: undefined };
    } catch (error) {
      if (!(error instanceof Problem)) dependencies.failed(error);
      return { outcome: failureOf(error), definition, instance: undefined, error };
    }
  }

  async function instanceOf(record: ConnectionRecord, { instanceId }: Memory): Promise<InstanceRecord | undefined> {
    if (instanceId === undefined) return undefined;
    const instance = await instances.byId(record, instanceId);
    if (instance !== undefined) return instance;
    throw new Problem('notFound', `The instance ${instanceId} is no longer there.`);
  }

  /** Throws a Problem when the one who began it may do nothing any more. */
  async function requireOwner({ organizationId, accountId, userId }: ConnectionOwner): Promise<void> {
    const user = await organizations.user(organizationId, userId);
    const account = await organizations.account(organizationId, accountId);
    if (user?.active === true && account?.active === true) return;
    throw new Problem('forbidden', 'The user who began this connection, or its account, is no longer active.');
  }

  function connect(
    definition: Definition,
    owner: ConnectionOwner,
    { name, tags, configuration }: Memory,
    instance: InstanceRecord | undefined,
    providerData: ProviderData,
  ): Promise<InstanceRecord> {
    const { organizationId, accountId, userId } = owner;
    const request = { name, tags, configuration, providerData, caching: {}, trace: noTrace };
    if (instance === undefined) {
      const provisioner = { organizationId, accountId, userId };
      return provision(definition, provisioner, { ...request, externalAuthentication: 'none' });
    }
    return update(definition, instance, {
      ...request,
      mode: 'merge',
      reconnect: true,
      externalAuthentication: 'none',
    });
  }
}

/** Throws a Problem when it was begun for one browser and the person came back in another. */
function requireBrowser({ browserKey }: Memory, browserKeys: readonly string[]): void {
  if (browserKey === undefined) return;
  const expected = Buffer.from(browserKey);
  const isSame = (given: Buffer) => given.length === expected.length && timingSafeEqual(given, expected);
  if (browserKeys.some((key) => isSame(Buffer.from(key)))) return;
  throw new Problem(
    'forbidden',
    'This connection was begun in another browser: start it again, and go to the vendor and back in one browser.',
  );
}

/** Whether a person consents to connections of an element at the vendor's page. */
export function hasConsentPage({ document }: Definition): boolean {
  return document.authentication.type === 'oauth2' || document.authentication.type === 'oauth1';
}

function ownerFrom(request: BeginConnection, returnPath: string | undefined): ConnectionOwner {
  const { organizationId, accountId, userId, definition, purpose } = request;
  const { id: elementId, key: elementKey } = definition;
  return { organizationId, accountId, userId, elementId, elementKey, returnPath, purpose };
}

/** What the instance would have: what is given, over what it has already. */
function settingsOf(
  definition: Definition,
  configuration: Record<string, unknown>,
  instance: InstanceRecord | undefined,
): GivenSettings {
  const given = splitSettings(definition, configuration);
  return {
    values: { ...instance?.values, ...given.values },
    secrets: { ...instance?.secrets, ...given.secrets },
  };
}

function authorizeRequest(definition: Definition, { values, secrets }: GivenSettings, state: Secret): AuthorizeRequest {
  const site = definition.document.valence?.siteAddress;
  return {
    apiKey: secrets['oauth.api.key']?.reveal(),
    apiSecret: secrets['oauth.api.secret']?.reveal(),
    callbackUrl: values['oauth.callback.url'],
    scope: values['oauth.scope'],
    siteAddress: site === undefined ? undefined : values[site.setting],
    state: state.reveal(),
  };
}

/** What `POST /instances` would have been given: everything that the vendor said, and the request token's secret. */
function providerDataOf(query: Readonly<Record<string, string>>, { secret }: Memory): ProviderData {
  return secret === undefined ? query : { ...query, secret };
}

/** RFC 6749 section 4.1.2.1; vendors of OAuth 1.0a name the request token, or the problem, in the same place. */
function denialOf(query: Readonly<Record<string, string>>): ConnectionOutcome | undefined {
  const isDenied =
    query['error'] === 'access_denied' ||
    query['denied'] !== undefined ||
    /^(user_refused|permission_denied)$/.test(query['oauth_problem'] ?? '');
  if (!isDenied) return undefined;
  return {
    status: 'denied',
    instanceId: undefined,
    message: 'The connection was not allowed at the vendor: start again and allow it there.',
    providerMessage: query['error_description'],
  };
}

function connectedAs({ id }: InstanceRecord): ConnectionOutcome {
  return { status: 'connected', instanceId: id, message: undefined, providerMessage: undefined };
}

function failureOf(error: unknown): ConnectionOutcome {
  const problem = error instanceof Problem ? error : undefined;
  return {
    status: 'failed',
    instanceId: undefined,
    message: problem?.message ?? 'Something went wrong in the server: try again, or ask its operator.',
    providerMessage: problem?.providerMessage,
  };
}
