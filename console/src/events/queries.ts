// What the views of events ask of the server.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type CallOptions, call, callForList } from '../call.ts';
import { usePagedRows } from '../paged-rows.ts';
import { isUnderWay, type LoggedEvent } from './event.ts';
import type { Period } from './period.ts';

/** Which events are meant. */
export interface EventFilter {
  period: Period;
  instance: number | undefined;
  status: string | undefined;
}

/** A callback address that does not take events. */
export interface TroubledEndpoint {
  accountId: number;
  url: string;
  state: 'failing' | 'stopped';
  since: string;
  failures: number;
  message: string;
}

interface CountedTime {
  timestamp: string;
  total: number;
  records: { success: number; failed: number }[];
}

/** How many events came in a time, and what became of them. */
export interface EventCount {
  /** milliseconds since 1970 */
  at: number;
  delivered: number;
  failed: number;
  open: number;
}

const queuedPath = '/notifications/subscriptions/deliveries';
/** how long the page looks at an event that was sent again */
const watchMs = 60_000;

/** The events that pass a filter, the latest first. */
export function useEvents({ period, instance, status }: EventFilter) {
  return usePagedRows<LoggedEvent>({
    key: ['events', 'list'],
    path: `${pathOf(instance)}`,
    query: { from: period.from, to: period.to, status, pageSize: 100 },
    refreshEvery: (rows) => (rows.length <= 500 ? 10_000 : false),
  });
}

/** How many events came over time. */
export function useEventCounts({ period, instance }: EventFilter) {
  const query = { from: period.from, to: period.to, interval: period.interval };
  return useQuery({
    queryKey: ['events', 'counts', query, instance],
    refetchInterval: 30_000,
    queryFn: async ({ signal }): Promise<EventCount[]> => {
      const options: CallOptions = { query, signal, ...(instance === undefined ? {} : { instance }) };
      const times = await call<CountedTime[]>('GET', '/instances/events/analytics/accounts', options);
      return times.map(({ timestamp, total, records }) => {
        const delivered = records.reduce((sum, { success }) => sum + success, 0);
        const failed = records.reduce((sum, { failed }) => sum + failed, 0);
        return { at: Date.parse(timestamp), delivered, failed, open: Math.max(0, total - delivered - failed) };
      });
    },
  });
}

/** One event; asked for again while something is still to become of it. */
export function useEvent(id: string, sentAgainAt: number | undefined) {
  return useQuery({
    queryKey: ['events', 'one', id],
    queryFn: ({ signal }) => call<LoggedEvent>('GET', `/instances/events/${id}`, { signal }),
    refetchInterval: ({ state }) => {
      const isWatched = sentAgainAt !== undefined && Date.now() - sentAgainAt < watchMs;
      return isWatched || (state.data !== undefined && isUnderWay(state.data)) ? 1500 : false;
    },
  });
}

/** Sends one event again. */
export function useSendAgain(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('POST', `/instances/events/${id}/redeliver`),
    onSettled: () => client.invalidateQueries({ queryKey: ['events'] }),
  });
}

/** Sends all events of a time again, and gives how many. */
export function useSendAllAgain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (asked: { from: string; to: string; status?: string; instance: number | undefined }) => {
      const { instance, ...range } = asked;
      let from: string | undefined = range.from;
      let count = 0;
      while (from !== undefined) {
        const sent: { redelivered: number; nextFrom?: string } = await call('POST', `${pathOf(instance)}/redeliver`, {
          body: { ...range, from },
        });
        count += sent.redelivered;
        // A time that does not move on would be asked for again and again.
        from = sent.nextFrom === from ? undefined : sent.nextFrom;
      }
      return count;
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['events'] }),
  });
}

/** The callback addresses that do not take events. */
export function useTroubledEndpoints() {
  return useQuery({
    queryKey: ['events', 'endpoints'],
    refetchInterval: 15_000,
    queryFn: async ({ signal }) =>
      (await callForList<TroubledEndpoint>('GET', '/instances/events/endpoints', { signal })).body,
  });
}

/** How many deliveries to an address wait in the queue, as far as one page tells. */
export function useWaitingDeliveries(url: string) {
  return useQuery({
    queryKey: ['events', 'waiting', url],
    refetchInterval: 15_000,
    queryFn: async ({ signal }) => {
      const query = { where: whereOf(url), pageSize: 1000 };
      const { body, headers } = await callForList('GET', queuedPath, { query, signal });
      return { count: body.length, more: headers.has('Elements-Next-Page-Token') };
    },
  });
}

/**
 * Sends what waits for an address; it gets new events, too, from then on. `onSent` is told how many were sent, also when
 * what asked for it is no longer shown: an endpoint that is well again has no notice.
 */
export function useResume(url: string, onSent: (count: number) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      let count = 0;
      for (let more = true; more; ) {
        const sent: { redelivered: number; more: boolean } = await call('PUT', queuedPath, {
          query: { where: whereOf(url) },
        });
        count += sent.redelivered;
        more = sent.more && sent.redelivered > 0;
      }
      return count;
    },
    onSuccess: onSent,
    onSettled: () => client.invalidateQueries({ queryKey: ['events'] }),
  });
}

function pathOf(instance: number | undefined): string {
  return instance === undefined ? '/instances/events' : `/instances/${instance}/events`;
}

function whereOf(url: string): string {
  return `channel='webhook' and status='queued' and config.url='${url.replaceAll("'", "''")}'`;
}
