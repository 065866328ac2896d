// Listens to what other processes change, so that what this one keeps in memory is never older than they allow.
//
// Why nothing is read again while this process listens: PostgreSQL delivers notifications in the order of commits, and
// answers a query only after it has delivered every notification whose commit was acknowledged before that query was
// sent. So each answered pulse proves that nothing before its sending was missed, and everything kept is as checked at
// that moment as if it had been read again. The proof holds for `changesTrustMs`. Without a new one nothing kept is
// used, every lookup reads, and a connection that is no longer there, though nobody said so, costs no more than that
// time. A pulse that is answered late on the same connection proves the same. After a new LISTEN everything kept before
// is a thing of the past.
//
// A pulse is an empty query, which is no statement. The statement of each second that other parts may run goes over a
// connection of its own: PostgreSQL delivers notifications to a connection only between its queries.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import pg from 'pg';
import type { Secret } from '../core/secret.ts';
import { type ChangeKind, type ChangeLedger, changeKinds, createChangeLedger } from './change-ledger.ts';

/** The statement of a second. */
export interface PulseStatement {
  text: string;
  values: unknown[];
  /** Called once: without an error when it was done; with one when it failed, or it is unknown whether it was done. */
  settled(error: Error | undefined): void;
}

/** Called with the id of what changed; without one, anything of the kind may have changed. */
export type ChangeListener = (id: number | undefined) => void;

/** What changed, here and in other processes. */
export interface Changes extends Pick<ChangeLedger, 'now' | 'isCurrent'> {
  /** Whether every change of other processes is known, but for those of the last second. */
  areKnown(): boolean;
  /**
   * Notes what this process has just changed, before it says so to anybody. The others are told by the database, but for
   * `answers`, which are no rows: `notify` tells them, too.
   */
  changed(kind: ChangeKind, ids: readonly number[]): void;
  /** Makes everything kept a thing of the past. */
  changedAll(): void;
  /** Notes a change of what is no row and tells the other processes as soon as they can be reached. */
  notify(kind: ChangeKind, id: number): void;
  /**
   * Waits until every process has heard of the changes that were committed before the call. One that does not say so
   * is waited for until it trusts nothing that it keeps.
   */
  heardByAll(): Promise<void>;
  /** Calls a listener with every change of a kind, from here or elsewhere, until the returned function is called. */
  on(kind: ChangeKind, listener: ChangeListener): () => void;
  /**
   * Asks `next` once a second for a statement to run; if several want one, each second one gets its turn. Until a
   * statement has settled nobody is asked. Ends when the returned function is called.
   */
  onPulse(next: () => PulseStatement | undefined): () => void;
  /** Lets a statement that runs end, and closes the connections. */
  stop(): Promise<void>;
}

interface ChangesLimits {
  changesPulseMs: number;
  changesTrustMs: number;
  changesPatienceMs: number;
}

const channel = 'valence_changes';
/** by which the sessions that listen know each other */
const sessionName = 'valence changes';
const unsentAtMost = 10_000;

/** Begins to listen. Throws PostgreSQL's error when it cannot; later it tries again by itself. */
export async function startChanges(connectionString: Secret, limits: ChangesLimits): Promise<Changes> {
  const ledger = createChangeLedger();
  const listeners = new Map<ChangeKind, Set<ChangeListener>>(changeKinds.map((kind) => [kind, new Set()]));
  const unsent = new Set<string>();
  const questions = new Map<string, { heard(by: number | undefined): void }>();
  let client: pg.Client | undefined;
  let knownUntil = 0;
  let pulse: { beatsSince: number } | undefined;
  let telling = false;
  let stopped = false;

  const note = (kind: ChangeKind, id: number | undefined) => {
    ledger.note(id === undefined ? undefined : `${kind}:${id}`);
    for (const listener of listeners.get(kind) ?? []) listener(id);
  };
  const noteAll = () => {
    ledger.note();
    for (const ofKind of listeners.values()) for (const listener of ofKind) listener(undefined);
  };

  const connect = async () => {
    const next = new pg.Client({
      connectionString: connectionString.reveal(),
      application_name: sessionName,
      connectionTimeoutMillis: limits.changesPatienceMs,
      keepAlive: true,
    });
    // a broken connection shows as 'end', which follows; without a listener it would end the process
    next.on('error', () => void next.end());
    next.on('notification', (message) => {
      const [kind, token = ''] = (message.payload ?? '').split(':', 2);
      // Notifications come in the order of commits: whoever answers the question has heard what was committed before it.
      if (kind === 'question') say(`heard:${token}`);
      else if (kind === 'heard') questions.get(token)?.heard(message.processId);
      else hear(message.payload ?? '', message.processId === processIdOf(next));
    });
    const overdue = setTimeout(() => void next.end(), 2 * limits.changesPatienceMs);
    let askedAt: number;
    try {
      await next.connect();
      askedAt = performance.now();
      await next.query(`listen ${channel}`);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(overdue);
    }
    if (stopped) return next.end();
    client = next;
    // only a connection that listened is followed by another, so that there is never more than one
    next.once('end', lose);
    noteAll();
    knownUntil = askedAt + limits.changesTrustMs;
    tell();
  };
  const lose = () => {
    client = undefined;
    knownUntil = 0;
    retryAfter(50);
  };
  const retryAfter = (milliseconds: number) => {
    setTimeout(() => {
      if (!stopped) connect().catch(() => retryAfter(500));
    }, milliseconds).unref();
  };

  const hear = (payload: string, own: boolean) => {
    const [kind = '', ids = ''] = payload.split(':', 2);
    // What this process tells the others it has noted itself.
    if (!isKind(kind) || (own && kind === 'answers')) return;
    if (ids === '*') note(kind, undefined);
    else for (const id of ids.split(',')) note(kind, Number(id));
  };

  /** Tells the others what is not told yet, all at once; what comes meanwhile follows when the answer is there. */
  const tell = () => {
    if (client === undefined || telling || unsent.size === 0) return;
    const payloads = [...unsent];
    unsent.clear();
    telling = true;
    const tellAgain = (error?: unknown) => {
      telling = false;
      if (error !== undefined) for (const payload of payloads) unsent.add(payload);
      else tell();
    };
    client
      .query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [channel, payloads])
      .then(() => tellAgain(), tellAgain);
  };

  const say = (payload: string) => {
    unsent.add(payload);
    tell();
  };
  /** Asks every session that listens whether it has heard; resolved when all have said so. */
  const askAll = async (on: pg.Client): Promise<void> => {
    const token = randomUUID();
    const { promise, resolve } = Promise.withResolvers<void>();
    let missing = Number.POSITIVE_INFINITY;
    const speakers = new Set<number | undefined>();
    const heard = (by: number | undefined) => {
      speakers.add(by);
      if (speakers.size >= missing) resolve();
    };
    questions.set(token, { heard });
    try {
      const { rows } = await on.query<{ sessions: string }>(
        `select count(*) as sessions, pg_notify($1, $2) from pg_stat_activity
         where application_name = $3 and datname = current_database()`,
        [channel, `question:${token}`, sessionName],
      );
      missing = Number(rows[0]?.sessions ?? 0);
      if (speakers.size < missing) await promise;
    } finally {
      questions.delete(token);
    }
  };

  const beat = () => {
    if (client === undefined) return;
    if (pulse === undefined) void sendPulse(client);
    // Beats are counted, not time: a process that stood still has not waited.
    else if (++pulse.beatsSince * limits.changesPulseMs >= limits.changesPatienceMs) void client.end();
  };
  const sendPulse = async (on: pg.Client) => {
    const sentAt = performance.now();
    pulse = { beatsSince: 0 };
    const fault = await on.query('').then(() => undefined, asError);
    pulse = undefined;
    // A fault proves nothing, and 'end' follows it.
    if (fault === undefined && client === on) knownUntil = sentAt + limits.changesTrustMs;
  };

  await connect();
  const timer = setInterval(beat, limits.changesPulseMs).unref();
  const statements = runEachSecond(connectionString, limits);

  return {
    now: ledger.now,
    isCurrent: ledger.isCurrent,
    areKnown: () => performance.now() < knownUntil,
    changed(kind, ids) {
      for (const id of ids) note(kind, id);
    },
    changedAll: noteAll,
    notify(kind, id) {
      note(kind, id);
      say(unsent.size < unsentAtMost ? `${kind}:${id}` : `${kind}:*`);
    },
    async heardByAll() {
      const waited = AbortSignal.timeout(limits.changesTrustMs);
      const outOfTime = once(waited, 'abort');
      // A connection that breaks meanwhile asks nobody; then time alone tells.
      const asked = client === undefined ? outOfTime : askAll(client).catch(() => outOfTime);
      await Promise.race([asked, outOfTime]);
    },
    on(kind, listener) {
      listeners.get(kind)?.add(listener);
      return () => void listeners.get(kind)?.delete(listener);
    },
    onPulse: statements.ask,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await statements.stop();
      await client?.end();
    },
  };
}

/** Runs at most one statement a second, on one connection that is made when it is needed. */
function runEachSecond(connectionString: Secret, limits: ChangesLimits) {
  const pool = new pg.Pool({
    connectionString: connectionString.reveal(),
    application_name: 'valence background',
    max: 1,
    connectionTimeoutMillis: limits.changesPatienceMs,
    query_timeout: 60_000,
  });
  // an idle connection that breaks leaves the pool by itself
  pool.on('error', () => undefined);
  pool.on('connect', (lent) => lent.on('error', () => undefined));
  const askers: (() => PulseStatement | undefined)[] = [];
  let running: Promise<void> | undefined;

  const run = async ({ text, values, settled }: PulseStatement) => {
    const fault = await pool.query(text, values).then(() => undefined, asError);
    running = undefined;
    settled(fault);
  };
  const timer = setInterval(() => {
    if (running !== undefined) return;
    for (const next of askers) {
      const statement = next();
      if (statement === undefined) continue;
      askers.push(...askers.splice(askers.indexOf(next), 1));
      running = run(statement);
      return;
    }
  }, 1000).unref();

  return {
    ask(next: () => PulseStatement | undefined) {
      askers.push(next);
      return () => void askers.splice(askers.indexOf(next), 1);
    },
    async stop() {
      clearInterval(timer);
      await running;
      await pool.end();
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function isKind(text: string): text is ChangeKind {
  return (changeKinds as readonly string[]).includes(text);
}

/** The backend's process id, which pg knows and its types do not. */
function processIdOf(client: pg.Client): number | undefined {
  return (client as pg.Client & { processID?: number }).processID;
}
