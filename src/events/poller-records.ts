// What is told of the polling of an instance: one record for each object.

import type { Definition } from '../element/define.ts';
import type { SettingValues } from '../element/settings.ts';
import type { PollStanding } from '../store/polls.ts';
import { readPollPlan } from './poll-settings.ts';

/** How the polling of one object stands. Times are ISO 8601. */
export interface PollerRecord {
  objectName: string;
  instanceId: number;
  /** changes until then were brought */
  lastPollDate: string | null;
  nextPollDate: string | null;
  status: 'waiting' | 'ok' | 'running' | 'failed' | 'stopped';
  message: string | null;
}

/** The records of an instance, from its present settings: an object that is polled no more has none. */
export function pollerRecords(definition: Definition, settings: SettingValues, standing: PollStanding): PollerRecord[] {
  const { objects, faults } = readPollPlan(definition, settings);
  const faulty = new Map<string, string>();
  for (const { object, text } of faults) {
    if (object !== undefined) faulty.set(object, `${faulty.has(object) ? `${faulty.get(object)} ` : ''}${text}`);
  }
  const names = new Set([...objects.map(({ name }) => name), ...faulty.keys()]);
  return [...names].map((objectName) => {
    const state = Object.hasOwn(standing.state, objectName) ? standing.state[objectName] : undefined;
    const isCurrent = state !== undefined && (state.lastAt ?? 0) >= standing.settingsAt;
    const next = isCurrent ? Math.max(state.nextAt, standing.nextAt) : standing.nextAt;
    const { stoppedReason } = standing;
    const isFailed = faulty.has(objectName) || (state?.failures ?? 0) > 0;
    return {
      objectName,
      instanceId: standing.instanceId,
      lastPollDate: state === undefined || state.since === state.start ? null : new Date(state.since).toISOString(),
      nextPollDate: stoppedReason === undefined ? new Date(next).toISOString() : null,
      status:
        stoppedReason !== undefined
          ? 'stopped'
          : isFailed
            ? 'failed'
            : state?.run !== undefined
              ? 'running'
              : state === undefined || state.lastAt === undefined
                ? 'waiting'
                : 'ok',
      message: stoppedReason ?? faulty.get(objectName) ?? state?.message ?? null,
    };
  });
}
