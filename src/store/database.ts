// The connection to PostgreSQL and the shape of its tables.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ColumnType, type Generated, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Secret } from '../core/secret.ts';
import type { BulkStatus } from './bulk-jobs.ts';
import type { ConnectRequest, ConnectState } from './connect-sessions.ts';
import type { ConnectionStatus } from './hosted-connections.ts';
import { planByIndexes, plannedConnections, usePlannedPool } from './planned.ts';
import type { PollState } from './polls.ts';

type Json<Value> = ColumnType<Value, string, string>;
type Moment = ColumnType<Date, Date | string | undefined, Date | string>;
type MaybeMoment = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;

/** An event item as it is stored: what happened to which object. */
interface EventItemRow {
  elementKey: string;
  eventType: 'CREATED' | 'UPDATED' | 'DELETED';
  objectType: string;
  objectId: string;
  date: string;
  pollDate?: string;
  hubKey?: string;
}

export interface Tables {
  organizations: {
    id: Generated<number>;
    name: string;
    secret_sealed: string;
    secret_digest: string;
    profile: Json<Record<string, unknown>>;
    created_at: Moment;
    updated_at: Moment;
  };
  accounts: {
    id: Generated<number>;
    organization_id: number;
    name: string;
    external_id: string | null;
    description: string | null;
    active: Generated<boolean>;
    default_account: Generated<boolean>;
    settings: ColumnType<Record<string, unknown>, string | undefined, string>;
    created_at: Moment;
    updated_at: Moment;
  };
  users: {
    id: Generated<number>;
    organization_id: number;
    account_id: number;
    email: string;
    first_name: string | null;
    last_name: string | null;
    external_id: string | null;
    profile: ColumnType<Record<string, unknown>, string | undefined, string>;
    password_hash: string | null;
    secret_sealed: string;
    secret_digest: string;
    active: Generated<boolean>;
    last_login_at: MaybeMoment;
    created_at: Moment;
    updated_at: Moment;
  };
  sessions: { token_digest: string; user_id: number; expires_at: Moment };
  sign_in_failures: { subject: string; failures: number; blocked_until: Moment; updated_at: Moment };
  elements: {
    id: Generated<number>;
    organization_id: number;
    account_id: number;
    key: string;
    version: Generated<number>;
    document: Json<Record<string, unknown>>;
    created_at: Moment;
    updated_at: Moment;
  };
  element_versions: {
    element_id: number;
    version: number;
    document: Json<Record<string, unknown>>;
    created_at: Moment;
  };
  element_shares: { element_id: number; organization_id: number; account_id: number; created_at: Moment };
  element_ids: { account_id: number; key: string; id: number };
  element_extensions: {
    organization_id: number;
    account_id: number;
    element_id: number;
    document: Json<Record<string, unknown>>;
    created_at: Moment;
    updated_at: Moment;
  };
  common_resource_names: { id: Generated<number>; organization_id: number; object_name: string };
  object_definitions: {
    id: Generated<number>;
    organization_id: number;
    account_id: number | null;
    instance_id: number | null;
    object_name: string;
    document: Json<Record<string, unknown>>;
    created_at: Moment;
    updated_at: Moment;
  };
  transformations: {
    id: Generated<number>;
    organization_id: number;
    account_id: number | null;
    instance_id: number | null;
    element_key: string;
    element_id: number;
    object_name: string;
    document: Json<Record<string, unknown>>;
    created_at: Moment;
    updated_at: Moment;
  };
  mapping_snippets: {
    id: Generated<number>;
    organization_id: number;
    account_id: number;
    document: Json<Record<string, unknown>>;
    created_at: Moment;
    updated_at: Moment;
  };
  instances: {
    id: Generated<number>;
    organization_id: number;
    account_id: number;
    user_id: number;
    element_id: number;
    element_key: string;
    name: string;
    tags: ColumnType<string[], string[], string[]>;
    configuration: Json<Record<string, string>>;
    secrets_sealed: string;
    token_sealed: string;
    token_digest: string;
    external_authentication: Generated<string>;
    disabled: Generated<boolean>;
    caching_enabled: Generated<boolean>;
    max_cache_size: Generated<number>;
    cache_time_to_live: Generated<number>;
    trace_logging_until: MaybeMoment;
    created_at: Moment;
    updated_at: Moment;
  };
  vendor_tokens: {
    instance_id: number;
    tokens_sealed: string;
    generation: Generated<number>;
    expires_at: MaybeMoment;
    refreshed_at: Moment;
    attempt_id: string | null;
    attempt_owner: number | null;
    attempt_fence: Generated<number>;
    attempt_ends_at: MaybeMoment;
    uncertain_since: MaybeMoment;
    refused_reason: string | null;
  };
  authorizations: {
    digest: string;
    kind: 'requestToken' | 'pkce' | 'proxyState';
    element_key: string;
    memory_sealed: string;
    expires_at: Moment;
  };
  vendor_applications: {
    id: Generated<number>;
    organization_id: number;
    element_id: number;
    element_key: string;
    callback_url: string | null;
    scope: string | null;
    secrets_sealed: string;
    created_at: Moment;
    updated_at: Moment;
  };
  oauth_proxies: {
    id: Generated<number>;
    organization_id: number;
    name: string;
    application_urls: string[];
    secrets_sealed: string;
    created_at: Moment;
  };
  hosted_connections: {
    id: string;
    organization_id: number;
    account_id: number;
    user_id: number;
    element_id: number;
    element_key: string;
    state_digest: string | null;
    token_digest: string | null;
    memory_sealed: string | null;
    return_path: string | null;
    purpose: string;
    status: ConnectionStatus;
    instance_id: number | null;
    message: string | null;
    provider_message: string | null;
    created_at: Moment;
    expires_at: Moment;
  };
  usage_records: {
    id: string;
    at: Date;
    organization_id: number;
    account_id: number;
    user_id: number;
    instance_id: number | null;
    instance_name: string | null;
    element_key: string;
    element_name: string;
    element_tags: string[];
    hub: string | null;
    method: string;
    path: string;
    element_api: string | null;
    http_status: number;
    request_status: 'SUCCESS' | 'FAILED';
    process_ms: number;
    vendor_ms: number;
    vendor_calls: number;
    request_ip: string | null;
    error: string | null;
    kind: 'call' | 'provisioning';
    cache_hit: boolean;
    trace: unknown;
  };
  events: {
    received_at: Date;
    id: string;
    organization_id: number;
    account_id: number;
    instance_id: number | null;
    element_key: string | null;
    source: 'webhook' | 'poll' | 'result' | 'notification';
    body: string;
    body_is_base64: boolean;
    headers: Record<string, string> | null;
    items: EventItemRow[] | null;
    callback_url: string | null;
    subscription_id: number | null;
    notification_id: number | null;
  };
  event_outcomes: {
    received_at: Date;
    event_id: string;
    number: number;
    at: Date;
    organization_id: number;
    status: 'RECEIVED' | 'DISPATCHED' | 'CONSUMED' | 'NOTIFIED';
    delivery: 'delivered' | 'retry' | 'queued' | null;
    message: string;
    detail: string | null;
    items: EventItemRow[] | null;
  };
  event_queue: {
    event_id: string;
    received_at: Date;
    organization_id: number;
    account_id: number;
    instance_id: number | null;
    lane: number;
    state: 'new' | 'retry';
    due_at: Date | null;
    attempts: number;
  };
  queued_deliveries: {
    received_at: Date;
    event_id: string;
    organization_id: number;
    account_id: number;
    instance_id: number | null;
    url: string;
    attempts: number;
    queued_at: Date;
  };
  event_keys: { week: string; instance_id: number; key: string; source: string; counts_until: Date };
  subscription_checks: { instance_id: number; organization_id: number; account_id: number; next_at: Date };
  webhook_finders: { instance_id: number; element_key: string; finder: string; value: string };
  callback_endpoints: {
    organization_id: number;
    account_id: number;
    url: string;
    state: 'failing' | 'stopped';
    since: Moment;
    failures: number;
    message: string;
  };
  jobs: {
    id: Generated<number>;
    organization_id: number;
    account_id: number;
    user_id: number;
    instance_id: number | null;
    element_key: string | null;
    name: string;
    description: string | null;
    method: string;
    path: string;
    call_sealed: string;
    cron: string;
    zone: string;
    enabled: Generated<boolean>;
    next_at: Date | null;
    running_owner: ColumnType<number | null, number | null | undefined, number | null>;
    running_until: MaybeMoment;
    running_history_id: ColumnType<number | null, number | null | undefined, number | null>;
    running_since: MaybeMoment;
    created_at: Date;
    updated_at: Date;
  };
  job_history: {
    id: Generated<number>;
    started_at: Date;
    ended_at: MaybeMoment;
    organization_id: number;
    account_id: number;
    user_id: number;
    instance_id: number | null;
    element_key: string | null;
    job_id: number;
    job_name: string;
    description: string | null;
    method: string;
    path: string;
    state: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'INTERRUPTED';
    error: ColumnType<string | null, string | null | undefined, string | null>;
  };
  bulk_jobs: {
    id: Generated<number>;
    organization_id: number;
    account_id: number;
    user_id: number;
    instance_id: number;
    target_instance_id: number | null;
    element_key: string;
    direction: 'DOWNLOAD' | 'UPLOAD' | 'COPY';
    object_name: string;
    group_id: number;
    scheduled_by: number | null;
    plan_sealed: string;
    status: BulkStatus;
    message: ColumnType<string | null, string | null | undefined, string | null>;
    state: Json<Record<string, unknown>>;
    records: Generated<number>;
    failed: Generated<number>;
    doubtful: Generated<number>;
    total: ColumnType<number | null, number | null | undefined, number | null>;
    bytes: Generated<number>;
    owner: ColumnType<number | null, number | null | undefined, number | null>;
    claim: Generated<number>;
    lease_until: MaybeMoment;
    attempts: Generated<number>;
    created_at: Date;
    started_at: MaybeMoment;
    ended_at: MaybeMoment;
    files_until: MaybeMoment;
    files_deleted: Generated<boolean>;
  };
  bulk_errors: {
    job_id: number;
    row: number;
    state: 'failed' | 'doubtful';
    status: number | null;
    message: string;
    provider_message: string | null;
  };
  asynchronous_calls: {
    event_id: string;
    organization_id: number;
    account_id: number;
    user_id: number;
    instance_id: number | null;
    element_key: string | null;
    call_sealed: string;
    owner: number | null;
    attempts: number;
    accepted_at: Date;
  };
  notifications: {
    id: Generated<number>;
    organization_id: number;
    account_id: number;
    topic: string;
    severity: 'low' | 'medium' | 'high';
    message: string;
    sender: string | null;
    about: ColumnType<Record<string, unknown> | null, string | null, string | null>;
    active: Generated<boolean>;
    acknowledged_at: MaybeMoment;
    created_at: Moment;
  };
  notification_subjects: { account_id: number; subject: string; quiet_until: Date };
  notification_subscriptions: {
    id: Generated<number>;
    organization_id: number;
    account_id: number;
    channel: 'webhook';
    topics: string[];
    url: string;
    key_sealed: string;
    active: Generated<boolean>;
    created_at: Moment;
  };
  idempotent_writes: {
    instance_id: number;
    organization_id: number;
    key_digest: string;
    request_digest: string;
    attempt_id: string;
    state: 'started' | 'done' | 'unknown';
    owner: number;
    ends_at: Moment;
    answer_sealed: string | null;
    message: string | null;
    created_at: Moment;
  };
  brandings: { organization_id: number; document: Json<Record<string, unknown>>; updated_at: Moment };
  branding_images: {
    organization_id: number;
    kind: 'logo' | 'favicon';
    name: string;
    content_type: string;
    content: Buffer;
  };
  connect_sessions: {
    id: string;
    organization_id: number;
    account_id: number;
    user_id: number;
    request: Json<ConnectRequest>;
    link_digest: string;
    browser_digest: string | null;
    opener_origin: string | null;
    state: ColumnType<ConnectState, ConnectState | undefined, ConnectState>;
    busy_until: MaybeMoment;
    connection_id: string | null;
    consent_digest: string | null;
    consent_sealed: string | null;
    element_key: string | null;
    instance_id: number | null;
    message: string | null;
    created_at: Date;
    expires_at: Date;
  };
  polls: {
    instance_id: number;
    organization_id: number;
    account_id: number;
    element_id: number;
    enabled_at: Moment;
    settings_at: Moment;
    settings_digest: string;
    next_at: Moment;
    claim_id: string | null;
    claim_owner: number | null;
    claim_ends_at: MaybeMoment;
    state: Json<PollState>;
    failures: Generated<number>;
    last_error: string | null;
    last_poll_at: MaybeMoment;
    stopped_reason: string | null;
  };
}

export type Database = Kysely<Tables>;

/** Opens a pool of connections; `name` shows in the database's list of sessions. Close it with `destroy`. */
export function openDatabase(connectionString: Secret, name = 'valence', connections = 20): Database {
  const pool = createPool(connectionString, name, connections);
  const planned = createPool(connectionString, name, plannedConnections, planByIndexes);
  const database = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        options: pool.options,
        connect: () => pool.connect(),
        end: async () => void (await Promise.all([pool.end(), planned.end()])),
      },
    }),
  });
  usePlannedPool(database, planned);
  return database;
}

/**
 * One pg pool that reads 64-bit integers as numbers, and whose idle connections may break without harm. A new connection is
 * told `settings` first.
 */
function createPool(connectionString: Secret, name: string, connections: number, settings?: string): pg.Pool {
  const pool = new pg.Pool({
    ...(settings === undefined ? {} : { onConnect: async (client) => void (await client.query(settings)) }),
    connectionString: connectionString.reveal(),
    application_name: name,
    max: connections,
    connectionTimeoutMillis: 10_000,
    types: integerTypes,
  });
  // An idle connection that breaks leaves the pool by itself; the next query opens another and reports what is wrong.
  pool.on('error', () => undefined);
  // One that breaks while it is lent out and between two statements would end the process; its next statement fails.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

const int8 = 20;
const integerTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === int8) return Number;
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  },
};

const oldestVersion = 15;

/** Throws an Error that says what to do when the database cannot be reached or is too old. */
export async function checkDatabase(database: Database): Promise<void> {
  let version: number;
  try {
    const { rows } = await sql<{
      version: number;
    }>`select current_setting('server_version_num')::int as version`.execute(database);
    version = Math.floor((rows[0]?.version ?? 0) / 10_000);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`The database cannot be used: ${said}. Check host, port, user, password and name in DATABASE_URL.`);
  }
  if (version >= oldestVersion) return;
  throw new Error(`The database is PostgreSQL ${version}; Valence needs ${oldestVersion} or later.`);
}

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));
const migrationLock = 0x76616c01;

/**
 * Brings the database to the newest schema: every file of `migrations/` that was not applied, in order, in one
 * transaction under a lock, so that any number of processes may start at once. Returns the names applied.
 */
export async function migrate(database: Database, folder = migrationsFolder): Promise<string[]> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction);
    await sql`create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`.execute(
      transaction,
    );
    const done = await sql<{ name: string }>`select name from migrations`.execute(transaction);
    const applied = new Set(done.rows.map((row) => row.name));
    const missing = files.filter((file) => !applied.has(file));
    for (const file of missing) {
      await sql.raw(readFileSync(`${folder}/${file}`, 'utf8')).execute(transaction);
      await sql`insert into migrations (name) values (${file})`.execute(transaction);
    }
    return missing;
  });
}

/** Takes the next id of a table, for rows whose sealed values are bound to their id before they are stored. */
export async function nextId(
  database: Database,
  table:
    | 'organizations'
    | 'users'
    | 'instances'
    | 'jobs'
    | 'bulk_jobs'
    | 'notification_subscriptions'
    | 'vendor_applications'
    | 'oauth_proxies',
): Promise<number> {
  const { rows } = await sql<{ id: number }>`select nextval(pg_get_serial_sequence(${table}, 'id')) as id`.execute(
    database,
  );
  if (rows[0] === undefined) throw new Error(`The table ${table} gave no id`);
  return rows[0].id;
}

/** JSON text for a column, or undefined for one that an update leaves as it is. */
export function jsonOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Whether the database answers; used by the readiness probe. */
export async function isReachable(database: Database): Promise<boolean> {
  try {
    await sql`select 1`.execute(database);
    return true;
  } catch {
    return false;
  }
}

/** Whether an error is PostgreSQL's answer to a second row with the same unique value. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505';
}

/** Runs work that only one process at a time may do, under a named lock of the database. */
export async function withLock<Result>(database: Database, name: string, work: () => Promise<Result>): Promise<Result> {
  return database.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(hashtextextended(${name}, 0))`.execute(connection);
    try {
      return await work();
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${name}, 0))`.execute(connection);
    }
  });
}
