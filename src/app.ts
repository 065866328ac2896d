// The map of the program: every part is made here, by hand, and handed to the next.

import type { FastifyBaseLogger } from 'fastify';
import { createRefresh } from './auth/refresh.ts';
import { createVendorDoor } from './auth/vendor-door.ts';
import { createBuild } from './builder/build.ts';
import { createEdit } from './builder/edit.ts';
import { createNativeStrategy } from './bulk/native.ts';
import { openFiles } from './bulk/open-files.ts';
import { createPagingStrategy } from './bulk/paging-strategy.ts';
import { pause } from './bulk/patience.ts';
import { startBulk } from './bulk/start.ts';
import { unlessUnsupported } from './bulk/unless-unsupported.ts';
import { type Config, limits } from './config.ts';
import { createConversions } from './convert/conversions.ts';
import type { Clock } from './core/clock.ts';
import type { Secret } from './core/secret.ts';
import { createTelemetry } from './core/telemetry.ts';
import { createVault } from './core/vault.ts';
import { createDeliveryThread } from './delivery-thread.ts';
import type { Catalog } from './element/catalog.ts';
import { mergeSettings, splitSettings } from './element/settings.ts';
import { createAdmission } from './engine/admission.ts';
import { createEngine } from './engine/call.ts';
import { createCallElement } from './engine/call-element.ts';
import { createDescribedFields } from './engine/described-fields.ts';
import { createElements } from './engine/elements.ts';
import { createKeptAnswers } from './engine/kept-answers.ts';
import { createLifecycle, type RunLifecycle, refreshByElement } from './engine/lifecycle.ts';
import { createMappedCalls } from './engine/mapped-call.ts';
import { createPageTokens } from './engine/page-token.ts';
import { platformAddresses } from './engine/platform-addresses.ts';
import { createRenewal, type StoredAccount } from './engine/renewal.ts';
import { scriptSender } from './engine/script-sender.ts';
import { startDelivery } from './events/delivery.ts';
import { storeFinder } from './events/find-instances.ts';
import { createPollInstance } from './events/poll.ts';
import { startPolling, syncPolling } from './events/poll-schedule.ts';
import { createPollTargets } from './events/poll-targets.ts';
import { requireEvents } from './events/require-settings.ts';
import { createEvents, type Events } from './events/start.ts';
import { createAdministrator } from './first-start.ts';
import { callbackPath } from './http/connection-cookie.ts';
import type { Server } from './http/context.ts';
import { sendToServer } from './http/own-requests.ts';
import { createServer } from './http/server.ts';
import { createSignInCodes } from './http/sign-in-codes.ts';
import { createAuthorize } from './instance/authorize.ts';
import { startSubscriptionCheck, storeCheck } from './instance/check-subscriptions.ts';
import { createConnect } from './instance/connect.ts';
import { createConnectOutcomes } from './instance/connect-outcome.ts';
import { createConnectSessions } from './instance/connect-sessions.ts';
import { createConnectVisit } from './instance/connect-visit.ts';
import { createHostedConnections } from './instance/hosted.ts';
import { createProxiedAuthorizations } from './instance/oauth-proxy.ts';
import { createProvision } from './instance/provision.ts';
import { createRemove } from './instance/remove.ts';
import { createSubscriptions } from './instance/subscribe.ts';
import { createUpdate } from './instance/update.ts';
import { createCompleteFromApplication } from './instance/vendor-application.ts';
import { type AsynchronousCalls, startAsynchronousCalls } from './jobs/asynchronous-calls.ts';
import { createMakeCall } from './jobs/make-call.ts';
import { type JobRunner, startJobs } from './jobs/run-jobs.ts';
import { createEditResources } from './mapping/edit-resources.ts';
import { loadSystemResources } from './mapping/ready-made.ts';
import { createMappings, scopeOf } from './mapping/resolve.ts';
import { createViewResources } from './mapping/view-resources.ts';
import { createRaise } from './notifications/raise.ts';
import type { Topic } from './notifications/topics.ts';
import { createGovernor } from './outbound/governor.ts';
import { createGuard } from './outbound/guard.ts';
import { createReadAddress } from './outbound/read-address.ts';
import { createRoutes } from './outbound/routes.ts';
import { createOutbound } from './outbound/send.ts';
import { createScripts } from './script/scripts.ts';
import { createAsynchronousCallStore } from './store/asynchronous-calls.ts';
import { createAttentionStore } from './store/attention.ts';
import { createAuthorizationStore } from './store/authorizations.ts';
import { createBrandingStore } from './store/branding.ts';
import { createBudgets } from './store/budgets.ts';
import { createBulkJobStore } from './store/bulk-jobs.ts';
import { startChanges } from './store/changes.ts';
import { createCommonResourceStore } from './store/common-resources.ts';
import { createConnectSessionStore } from './store/connect-sessions.ts';
import { checkDatabase, type Database, isReachable, migrate, openDatabase, withLock } from './store/database.ts';
import { createDeliveries } from './store/deliveries.ts';
import { createExtensionStore } from './store/element-extensions.ts';
import { createElementStore } from './store/elements.ts';
import { createEventLog } from './store/event-log.ts';
import { eventKeyPartitions, eventPartitions } from './store/events.ts';
import { createHostedConnectionStore } from './store/hosted-connections.ts';
import { startHousekeeping } from './store/housekeeping.ts';
import { createIdempotencyStore } from './store/idempotency.ts';
import { createInstanceStore, type InstanceRecord } from './store/instances.ts';
import { createJobStore, jobHistoryPartitions } from './store/jobs.ts';
import { createNotificationStore } from './store/notifications.ts';
import { createOAuthProxyStore } from './store/oauth-proxies.ts';
import { createOrganizationStore } from './store/organizations.ts';
import { createPollStore } from './store/polls.ts';
import { startPresence } from './store/presence.ts';
import { createSignInStore } from './store/sign-in.ts';
import { createSubscriptionChecks } from './store/subscription-checks.ts';
import { createTokenStore } from './store/tokens.ts';
import { createUsageStore, usagePartitions } from './store/usage.ts';
import { createUsageCounter } from './store/usage-analytics.ts';
import { createVendorApplicationStore } from './store/vendor-applications.ts';
import { createWebhookFinders } from './store/webhook-finders.ts';

export interface AppDependencies {
  config: Config;
  catalog: Catalog;
  connectionString: Secret;
  keyring: Secret;
  logger: FastifyBaseLogger;
  clock: Clock;
  /**
   * The variables that the configuration was read from: then events are delivered in a thread of their own, which reads
   * them again. Without them they are delivered in this one.
   */
  deliveryEnvironment?: NodeJS.ProcessEnv;
}

/** The running program. */
export interface App {
  server: Server;
  /** Seals with another key ring from now on. */
  useKeyring(keyring: Secret): void;
  /** Polls what is due now, without waiting for the next second, and waits until it is done. */
  pollDue(): Promise<void>;
  /** Begins to deliver what is due now, without waiting for the next second. */
  deliverDue(): void;
  /** Asks vendors for the subscriptions that are due to be checked, and waits until it is done. */
  checkSubscriptions(): Promise<void>;
  /** Deletes the files of bulk jobs that are kept no longer, and waits until it is done. */
  sweepBulk(): Promise<void>;
  /** A code that signs a user in once, from this machine, within ten minutes. Throws an Error when there is no such user. */
  signInCode(email: string): Promise<string>;
  /** Waits for calls in flight, then lets go of the database. */
  close(): Promise<void>;
}

/** Brings the database up to date and makes every part. The server does not listen yet. */
export async function createApp(dependencies: AppDependencies): Promise<App> {
  const { config, catalog, connectionString, keyring, logger, clock } = dependencies;
  const telemetry = createTelemetry();
  const vault = createVault(keyring);

  const database = openDatabase(connectionString);
  await checkDatabase(database);
  // What happens beside calls takes no connection from them.
  const background = openDatabase(connectionString, 'valence events', 12);
  const applied = await migrate(database);
  if (applied.length > 0) logger.info({ migrations: applied }, 'database brought up to date');
  const presence = await startPresence(connectionString);
  const changes = await startChanges(connectionString, limits);

  const organizations = createOrganizationStore({ database, vault, changes, limits });
  const signIn = createSignInStore(database, vault);
  const signInCodes = createSignInCodes(clock);
  const privateElements = createElementStore({ database, changes, limits });
  const extensions = createExtensionStore({ database, changes, limits });
  const commonResources = createCommonResourceStore({ database, changes, limits });
  // What follows from an instance's settings is known to parts that are made later.
  const derived: { store: (transaction: Database, record: InstanceRecord) => Promise<void> } = {
    store: () => Promise.reject(new Error('The parts that follow an instance are not made yet')),
  };
  const settingsStored = (transaction: Database, record: InstanceRecord) => derived.store(transaction, record);
  const instances = createInstanceStore({ database, vault, changes, limits, settingsStored });
  const tokens = createTokenStore({ database, vault, changes, owner: presence.owner });
  const authorizations = createAuthorizationStore(database, vault);
  const usage = createUsageStore({ database, limits, dropped: telemetry.usageDropped });
  changes.onPulse(usage.nextBatch);
  const kept = [
    { table: usagePartitions, days: config.usageDays },
    ...eventPartitions.map((table) => ({ table, days: config.eventDays })),
    { table: eventKeyPartitions, days: 7 },
    { table: jobHistoryPartitions, days: config.eventDays },
  ];
  const housekeeping = await startHousekeeping(database, kept, (error) =>
    logger.error({ err: error }, 'housekeeping failed; it is tried again in an hour'),
  );
  await createAdministrator({ config, database, organizations, logger });

  const outbound = createOutbound({
    routes: createRoutes(config.routes),
    guard: createGuard(config.egress),
    routeBrowser: config.routeBrowser,
    httpsProxy: config.httpsProxy,
  });
  const door = createVendorDoor({ outbound, limits, observe: telemetry.vendorCalled });

  const elements = createElements({ catalog, privateElements, extensions });
  const keepSettings = async (account: StoredAccount, settings: Record<string, string>) => {
    const filled = splitSettings(account.definition, settings);
    await instances.update(account.organizationId, account.instanceId, (stored) => ({
      values: { ...stored.values, ...filled.values },
      secrets: { ...stored.secrets, ...filled.secrets },
    }));
  };
  // Refreshing may run resources of the element, and the engine that runs them refreshes first.
  const lifecycle: { run: RunLifecycle } = { run: () => Promise.reject(new Error('The engine is not made yet')) };
  const failed = (error: unknown, what: string) => logger.error({ err: error }, what);
  const notifications = createNotificationStore(background, vault);
  const eventsStored: { tell: Events['stored'] } = { tell: () => undefined };
  const raise = createRaise({ store: notifications, clock, failed, stored: (stored) => eventsStored.tell(stored) });
  const refresh = createRefresh({
    store: tokens,
    door,
    clock,
    observe: telemetry.refreshDone,
    grantRefused: async ({ organizationId, instanceId, definition }, generation, reason) => {
      const record = await instances
        .byId({ organizationId, accountId: undefined }, instanceId)
        .catch((error: unknown) => failed(error, reason));
      if (record === undefined) return;
      await raise.trouble({
        organizationId,
        accountId: record.accountId,
        topic: 'instance.grant.lost',
        subject: `${instanceId} ${generation}`,
        message: `${record.name} (instance ${instanceId} of ${definition.key}) has to be connected again. ${reason}`,
        about: { instanceId, instanceName: record.name, elementKey: definition.key },
      });
    },
    refreshByElement: (account, spent) => refreshByElement(lifecycle.run, account, spent),
    afterRefresh: async (account, fresh) => (await lifecycle.run(account, fresh, 'onRefresh')).settings,
    keepSettings,
  });
  const renewal = createRenewal({
    runOnRefresh: async (account) => (await lifecycle.run(account, undefined, 'onRefresh')).settings,
    async reread({ definition, organizationId, instanceId }) {
      const record = await instances.byId({ organizationId, accountId: undefined }, instanceId);
      if (record === undefined) return undefined;
      return { values: mergeSettings(definition, record.values), secrets: record.secrets };
    },
    keepSettings,
    alone: (instanceId, work) => withLock(database, `renewal ${instanceId}`, work),
    clock,
  });
  const scripts = createScripts({ limits, send: scriptSender(outbound, limits) });
  const listening: { server: Server | undefined } = { server: undefined };
  const publicUrl = () => config.publicUrl ?? ownUrl(listening.server, config);
  const addresses = platformAddresses(publicUrl);
  const governor = createGovernor({
    store: createBudgets(background),
    process: String(presence.owner),
    now: () => performance.now(),
    later(milliseconds, work) {
      const timer = setTimeout(work, milliseconds);
      timer.unref();
      return () => clearTimeout(timer);
    },
    clock,
    failed: (error) => failed(error, 'the shared rate budgets failed; they are asked again in a second'),
  });
  const engine = createEngine({
    governor,
    observeWait: telemetry.rateWaited,
    door,
    scripts,
    refresh,
    renewal,
    keepSettings,
    pageTokens: createPageTokens(vault),
    describedFields: createDescribedFields(clock, limits.describedFieldCharacters),
    addresses,
    clock,
    limits,
  });
  const systemResources = loadSystemResources(config.elementFolders, catalog.elements);
  const mappings = createMappings({ system: systemResources, levelsFor: commonResources.levelsFor });
  const mappedCalls = createMappedCalls({ mappings, scripts, publicUrl });
  lifecycle.run = createLifecycle(engine);
  const runLifecycle = lifecycle.run;
  const conversions = createConversions(limits);
  const connect = createConnect({ authorizations, runLifecycle, door, clock });

  const finders = createWebhookFinders(background);
  const { deliveryEnvironment: environment } = dependencies;
  const { callbackDone } = telemetry;
  const thread =
    environment &&
    createDeliveryThread({ environment, connectionString, keyring, catalog, changes, callbackDone, failed });
  const delivery =
    thread ??
    (await startDelivery({
      connectionString,
      database: background,
      elements,
      instances,
      organizations,
      scripts,
      outbound,
      addresses,
      subscriptionKey: notifications.subscriptionKey,
      raise,
      clock,
      limits,
      callbackDone,
      failed,
    }));
  const events = createEvents({
    database: background,
    elements,
    instances,
    finders,
    delivery,
    clock,
    limits,
    telemetry,
  });
  eventsStored.tell = events.stored;

  const subscriptions = createSubscriptions({
    runLifecycle,
    freshen: (account) => ('tokens' in account ? refresh.beforeCall(account) : renewal.beforeCall(account)),
  });
  const checks = createSubscriptionChecks(background);
  derived.store = async (transaction, record) => {
    const definition = await elements.byId(record.elementId, record);
    const values = mergeSettings(definition, record.values);
    await storeFinder(finders, transaction, record, values);
    await storeCheck(checks, transaction, record, definition, clock() + limits.subscriptionCheckMs);
    await syncPolling(transaction, record, definition, clock());
  };
  const tell = (topic: Topic, instance: TroubledInstance, message: string) =>
    raise.trouble({
      organizationId: instance.organizationId,
      accountId: instance.accountId,
      topic,
      subject: String(instance.instanceId),
      message,
      about: { instanceId: instance.instanceId, elementKey: instance.elementKey },
    });
  const subscriptionCheck = startSubscriptionCheck({
    checks,
    instances,
    elements,
    engine,
    subscriptions,
    keepSettings,
    tell: (record, message) =>
      tell('instance.subscription.lost', { ...scopeOf(record), elementKey: record.elementKey }, message),
    clock,
    limits,
    failed,
  });

  const callElement = createCallElement(engine, mappedCalls);
  const byPage = createPagingStrategy({ callElement, limits });
  const bulkStore = createBulkJobStore({ database: background, vault, owner: presence.owner });
  const bulk = startBulk({
    store: bulkStore,
    files: await openFiles(config, vault),
    instances,
    elements,
    strategies: [
      unlessUnsupported(createNativeStrategy({ engine, mappedCalls, pause, limits: limits.bulkRow }), byPage),
      byPage,
    ],
    callElement,
    vendorNameOf: async ({ instance, definition }, objectName) => {
      const scope = scopeOf(instance);
      return (await mappings.of(scope, definition.key))?.find(objectName)?.vendorName;
    },
    clock,
    limits,
    keep: { files: config.bulkDays, jobs: config.eventDays },
    stored: (job) => events.stored([job]),
    failed: (error) => failed(error, 'bulk: something failed; it is tried again'),
  });

  const jobs = createJobStore({ database: background, vault, owner: presence.owner, limits });
  // They make their calls through the server, which is given them.
  const later: { jobs?: JobRunner; calls?: AsynchronousCalls } = {};

  const polls = createPollStore({ database: background, owner: presence.owner });
  const pollingFailed = (error: unknown) => failed(error, 'polling failed; it is tried again');
  const polling = startPolling({
    polls,
    pollInstance: createPollInstance({ engine, polls, clock, limits, failed: pollingFailed }),
    targets: createPollTargets({ instances, elements }),
    raise: (refused) => tell('polling.stopped', refused, refused.message),
    raiseFailing: (failing) => tell('polling.failing', failing, failing.message),
    clock,
    limits,
    failed: pollingFailed,
  });

  const editResources = createEditResources({
    store: commonResources,
    systemResources,
    findElement: (keyOrId, account) => elements.look(keyOrId, account),
    async hasAccount({ organizationId, accountId }) {
      return (await organizations.account(organizationId, accountId)) !== undefined;
    },
    async accountOfInstance(organizationId, instanceId) {
      return (await instances.byId({ organizationId, accountId: undefined }, instanceId))?.accountId;
    },
  });

  const callbackUrl = () => publicUrl() + callbackPath;
  const vendorApplications = createVendorApplicationStore(database, vault);
  const oauthProxies = createOAuthProxyStore(database, vault);
  const completeFromApplication = createCompleteFromApplication({
    applications: vendorApplications,
    proxies: oauthProxies,
    callbackUrl,
  });
  const { browserUrl } = outbound;
  const authorize = createAuthorize({ authorizations, runLifecycle, door, browserUrl, clock, limits });
  const provision = createProvision({
    authorizations,
    connect,
    completeFromApplication,
    subscriptions,
    requireEvents,
    instances,
  });
  const update = createUpdate({ connect, subscriptions, requireEvents, instances });
  const hosted = createHostedConnections({
    connections: createHostedConnectionStore(database, vault),
    authorize,
    completeFromApplication,
    provision,
    update,
    elements,
    instances,
    organizations,
    requireEvents,
    callbackUrl,
    clock,
    limits,
    failed: (error) => failed(error, 'a hosted connection failed unexpectedly'),
  });

  const branding = createBrandingStore(database);
  const connectSessionStore = createConnectSessionStore(database, vault);
  const connectOutcomes = createConnectOutcomes({ sessions: connectSessionStore, hosted });

  const { server, settled } = await createServer({
    config,
    limits,
    clock,
    telemetry,
    logger,
    catalog,
    elements,
    engine,
    mappings,
    mappedCalls,
    scripts,
    authorize,
    provision,
    update,
    hosted,
    vendorApplications,
    completeFromApplication,
    oauthProxies,
    proxied: createProxiedAuthorizations({ proxies: oauthProxies, authorizations, callbackUrl, limits }),
    callbackUrl,
    remove: createRemove({ connect, subscriptions, runLifecycle, instances }),
    organizations,
    instances,
    privateElements,
    commonResources,
    editResources,
    viewResources: createViewResources(commonResources, systemResources),
    systemResources,
    build: createBuild({ elements, privateElements, extensions }),
    edit: createEdit({ elements, privateElements, extensions }),
    polls,
    signIn,
    signInCodes,
    usage,
    usageCounter: createUsageCounter(database, limits),
    attention: createAttentionStore(database),
    admission: createAdmission(limits),
    keptAnswers: createKeptAnswers({ changes, clock, limits }),
    idempotency: createIdempotencyStore({ database, vault, owner: presence.owner, limits }),
    jobs,
    wakeJobs: () => later.jobs?.wake(),
    asynchronousCalls: {
      accept: (...call) => later.calls?.accept(...call) ?? Promise.reject(new Error('The server is not ready yet')),
    },
    bulk: bulk.jobs,
    bulkResults: bulk.results,
    bulkStore,
    conversions,
    readAddress: createReadAddress(outbound, limits.elementBodyBytes),
    receive: events.receive,
    notifications,
    raise,
    eventLog: createEventLog(database),
    deliveries: createDeliveries(database),
    redelivered: events.redelivered,
    troubledEndpoints: events.troubledEndpoints,
    branding,
    connectSessions: createConnectSessions({
      sessions: connectSessionStore,
      outcomes: connectOutcomes,
      branding,
      applications: vendorApplications,
      elements,
      instances,
      publicUrl,
      clock,
      limits,
    }),
    connectVisit: createConnectVisit({
      sessions: connectSessionStore,
      outcomes: connectOutcomes,
      hosted,
      elements,
      instances,
      organizations,
      clock,
      limits,
    }),
    publicUrl,
    isReady: () => isReachable(database),
  });
  const makeCall = createMakeCall({ organizations, instances, send: sendToServer(server), limits });
  const jobRunner = startJobs({
    jobs,
    makeCall,
    clock,
    limits,
    failed: (error) => failed(error, 'jobs: something failed; it is tried again'),
  });
  const asynchronousCalls = startAsynchronousCalls({
    calls: createAsynchronousCallStore({ database: background, vault, owner: presence.owner }),
    makeCall,
    clock,
    limits,
    stored: (call) => events.stored([call]),
    failed: (error) => failed(error, 'asynchronous calls: something failed; it is tried again'),
  });
  Object.assign(later, { jobs: jobRunner, calls: asynchronousCalls });

  listening.server = server;
  server.addHook('onListen', async () => thread?.start(ownUrl(server, config)));
  return {
    server,
    pollDue: polling.pollDue,
    deliverDue: delivery.deliverDue,
    checkSubscriptions: subscriptionCheck.checkDue,
    sweepBulk: bulk.sweepDue,
    async signInCode(email) {
      const user = await signIn.candidate(email);
      if (user === undefined) throw new Error(`There is no active user ${email}.`);
      return signInCodes.make(user);
    },
    useKeyring(next) {
      vault.useKeyring(next);
      thread?.useKeyring(next);
      // what a key found that is no longer in the ring
      changes.changedAll();
    },
    async close() {
      await Promise.all([jobRunner.stop(), asynchronousCalls.stop(), bulk.stop()]);
      await server.close();
      await settled();
      await polling.stop();
      await subscriptionCheck.stop();
      await events.stop();
      await scripts.close();
      await conversions.close();
      governor.stop();
      await outbound.close();
      await changes.stop();
      await housekeeping.stop();
      await usage.flush().catch((error: unknown) => {
        logger.error({ err: error, records: usage.waiting() }, 'the last usage records could not be written');
      });
      await presence.stop();
      await background.destroy();
      await database.destroy();
    },
  };
}

/** An instance that something is told of. */
interface TroubledInstance {
  organizationId: number;
  accountId: number;
  instanceId: number;
  elementKey: string;
}

/** The address that this server listens at, for vendors that reach it directly. */
function ownUrl(server: Server | undefined, { host, port }: Config): string {
  const address = server?.server.address();
  return `http://${host}:${typeof address === 'object' && address !== null ? address.port : port}`;
}
