// What the routes are given: every part of the program that they lead to.

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Build } from '../builder/build.ts';
import type { Edit } from '../builder/edit.ts';
import type { BulkJobs } from '../bulk/jobs.ts';
import type { BulkResults } from '../bulk/results.ts';
import type { Config, limits } from '../config.ts';
import type { Conversions } from '../convert/conversions.ts';
import type { Clock } from '../core/clock.ts';
import type { Telemetry } from '../core/telemetry.ts';
import type { Catalog } from '../element/catalog.ts';
import type { Admission } from '../engine/admission.ts';
import type { Engine } from '../engine/call.ts';
import type { Elements } from '../engine/elements.ts';
import type { KeptAnswers } from '../engine/kept-answers.ts';
import type { MappedCalls } from '../engine/mapped-call.ts';
import type { Receive } from '../events/receive.ts';
import type { Events } from '../events/start.ts';
import type { Authorize } from '../instance/authorize.ts';
import type { ConnectSessions } from '../instance/connect-sessions.ts';
import type { ConnectVisit } from '../instance/connect-visit.ts';
import type { HostedConnections } from '../instance/hosted.ts';
import type { ProxiedAuthorizations } from '../instance/oauth-proxy.ts';
import type { Provision } from '../instance/provision.ts';
import type { Remove } from '../instance/remove.ts';
import type { Update } from '../instance/update.ts';
import type { CompleteFromApplication } from '../instance/vendor-application.ts';
import type { AsynchronousCalls } from '../jobs/asynchronous-calls.ts';
import type { EditResources } from '../mapping/edit-resources.ts';
import type { SystemResources } from '../mapping/ready-made.ts';
import type { Mappings } from '../mapping/resolve.ts';
import type { ViewResources } from '../mapping/view-resources.ts';
import type { Raise } from '../notifications/raise.ts';
import type { ReadAddress } from '../outbound/read-address.ts';
import type { Scripts } from '../script/scripts.ts';
import type { AttentionStore } from '../store/attention.ts';
import type { BrandingStore } from '../store/branding.ts';
import type { BulkJobStore } from '../store/bulk-jobs.ts';
import type { CommonResourceStore } from '../store/common-resources.ts';
import type { Deliveries } from '../store/deliveries.ts';
import type { ElementStore } from '../store/elements.ts';
import type { EventLog } from '../store/event-log.ts';
import type { IdempotencyStore } from '../store/idempotency.ts';
import type { InstanceStore } from '../store/instances.ts';
import type { JobStore } from '../store/jobs.ts';
import type { NotificationStore } from '../store/notifications.ts';
import type { OAuthProxyStore } from '../store/oauth-proxies.ts';
import type { OrganizationStore } from '../store/organizations.ts';
import type { PollStore } from '../store/polls.ts';
import type { SignInStore } from '../store/sign-in.ts';
import type { UsageStore } from '../store/usage.ts';
import type { UsageCounter } from '../store/usage-analytics.ts';
import type { VendorApplicationStore } from '../store/vendor-applications.ts';
import type { Caller } from './caller.ts';
import type { SignInCodes } from './sign-in-codes.ts';

/** The parts that routes use, made in `app.ts`. */
export interface RouteContext {
  config: Pick<Config, 'publicUrl' | 'trustProxy'>;
  limits: typeof limits;
  clock: Clock;
  telemetry: Telemetry;
  logger: FastifyBaseLogger;
  catalog: Catalog;
  elements: Elements;
  engine: Engine;
  mappings: Mappings;
  mappedCalls: MappedCalls;
  scripts: Scripts;
  authorize: Authorize;
  provision: Provision;
  update: Update;
  remove: Remove;
  hosted: HostedConnections;
  vendorApplications: VendorApplicationStore;
  completeFromApplication: CompleteFromApplication;
  oauthProxies: OAuthProxyStore;
  proxied: ProxiedAuthorizations;
  /** the address that vendors send people back to */
  callbackUrl(): string;
  organizations: OrganizationStore;
  instances: InstanceStore;
  privateElements: ElementStore;
  commonResources: CommonResourceStore;
  editResources: EditResources;
  viewResources: ViewResources;
  systemResources: SystemResources;
  build: Build;
  edit: Edit;
  polls: Pick<PollStore, 'standing'>;
  signIn: SignInStore;
  signInCodes: SignInCodes;
  usage: UsageStore;
  usageCounter: UsageCounter;
  attention: AttentionStore;
  admission: Admission;
  keptAnswers: KeptAnswers;
  idempotency: IdempotencyStore;
  jobs: JobStore;
  /** a job may be due sooner than was known */
  wakeJobs(): void;
  asynchronousCalls: Pick<AsynchronousCalls, 'accept'>;
  bulk: BulkJobs;
  bulkResults: BulkResults;
  bulkStore: Pick<BulkJobStore, 'byId' | 'list' | 'errors'>;
  conversions: Conversions;
  readAddress: ReadAddress;
  receive: Receive;
  notifications: NotificationStore;
  raise: Pick<Raise, 'given'>;
  eventLog: EventLog;
  deliveries: Deliveries;
  redelivered: Events['redelivered'];
  troubledEndpoints: Events['troubledEndpoints'];
  branding: BrandingStore;
  connectSessions: ConnectSessions;
  connectVisit: ConnectVisit;
  /** the address that people and vendors reach this server at */
  publicUrl(): string;
  /** whether the database answers */
  isReady(): Promise<boolean>;
}

/** The server, with types taken from the schemas of its routes. */
export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** who asks; set before any route is entered */
    caller: Caller;
    /** milliseconds of the process's clock when it came */
    startedAt: number;
  }
}
