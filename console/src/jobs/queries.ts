// What the views of jobs ask of the server.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../call.ts';
import { usePagedRows } from '../paged-rows.ts';
import type { Job, JobRun } from './job.ts';

const refreshMs = 5000;

/** When a job is to run. */
export interface Trigger {
  cron: string;
  timeZone: string;
}

/** What a new job is made of. */
export interface NewJob {
  name: string;
  method: string;
  uri: string;
  body?: unknown;
  instanceId?: string;
  trigger: Trigger;
}

/** The jobs of the person’s account. */
export function useJobs() {
  return usePagedRows<Job>({
    key: ['jobs', 'list'],
    path: '/jobs',
    query: { pageSize: 200 },
    refreshEvery: () => refreshMs * 2,
  });
}

/** One job. */
export function useJob(id: string) {
  return useQuery({
    queryKey: ['jobs', 'one', id],
    refetchInterval: refreshMs,
    queryFn: ({ signal }) => call<Job>('GET', `/jobs/${id}`, { signal }),
  });
}

/** The runs of a job, the latest first. */
export function useRuns(id: string) {
  return usePagedRows<JobRun>({
    key: ['jobs', 'runs', id],
    path: `/jobs/${id}/history`,
    query: { pageSize: 100 },
    refreshEvery: (rows) => (rows.length <= 300 ? refreshMs : false),
  });
}

/** The next times of a schedule, in milliseconds since 1970; an error that names what is wrong with it. */
export function useNextTimes({ cron, timeZone }: Trigger, count = 5) {
  return useQuery({
    queryKey: ['jobs', 'times', cron, timeZone, count],
    enabled: cron.trim() !== '',
    staleTime: 30_000,
    refetchInterval: 60_000,
    queryFn: async ({ signal }) => {
      const query = { cron, timeZone, count };
      return (await call<{ fireTimes: number[] }>('GET', '/jobs/schedules', { query, signal })).fireTimes;
    },
  });
}

/** Makes a job; answers with its id. */
export function useMakeJob() {
  return useJobChange((job: NewJob) => call<{ id: string }>('POST', '/jobs', { body: job }));
}

/** Lets a job run again, or no more. */
export function useSwitchJob(id: string) {
  return useJobChange((enabled: boolean) => call('PUT', `/jobs/${id}/${enabled ? 'enable' : 'disable'}`));
}

/** Gives a job another schedule. */
export function useReschedule(id: string) {
  return useJobChange((trigger: Trigger) => call('PATCH', `/jobs/${id}/reschedule`, { body: { trigger } }));
}

/** Deletes a job. */
export function useDeleteJob(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('DELETE', `/jobs/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['jobs', 'list'] }),
  });
}

function useJobChange<Given, Answer>(change: (given: Given) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey: ['jobs'] }) });
}
