// What the views of notifications ask of the server.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, callForList } from '../call.ts';
import { usePagedRows } from '../paged-rows.ts';

/** Something that somebody should know. */
export interface NotificationRecord {
  id: number;
  topic: string;
  severity: 'low' | 'medium' | 'high';
  from?: string;
  message: string;
  about?: Record<string, unknown>;
  acknowledged: boolean;
  acknowledgedDate?: string;
  createdDate: string;
}

const everyTopic = { 'topics[]': '*' };
const refreshMs = 30_000;
/** more than this many are not counted */
export const mostCounted = 99;

/** Notifications, the latest first: those that nobody has seen, or all. */
export function useNotifications(isAll: boolean) {
  return usePagedRows<NotificationRecord>({
    key: ['notifications', 'list'],
    path: '/notifications',
    query: { ...everyTopic, acknowledged: isAll ? undefined : false, pageSize: 100 },
    refreshEvery: (rows) => (rows.length <= 300 ? refreshMs : false),
  });
}

/** How many notifications nobody has seen, up to one more than is counted. */
export function useUnseenCount() {
  return useQuery({
    queryKey: ['notifications', 'count'],
    refetchInterval: refreshMs,
    queryFn: async ({ signal }) => {
      const query = { ...everyTopic, acknowledged: false, pageSize: mostCounted + 1 };
      return (await callForList('GET', '/notifications', { query, signal })).body.length;
    },
  });
}

/** Marks notifications as seen. */
export function useAcknowledge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly number[]) => {
      for (const id of ids) await call('PUT', `/notifications/${id}/acknowledge`);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['notifications'] }),
  });
}
