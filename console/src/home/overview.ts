// What is connected and what needs a person, in one answer of the server.

import { useQuery } from '@tanstack/react-query';
import { call } from '../call.ts';

/** The first of a list, and how many there are in all. */
export interface FirstOf<Row> {
  total: number;
  first: Row[];
}

/** What the console begins with. */
export interface Overview {
  connected: { key: string; name: string; hub?: string; instances: number }[];
  hasCalls: boolean;
  refusedGrants: FirstOf<{ id: number; name: string; elementKey: string; elementName: string; reason: string }>;
  endpoints: FirstOf<{ url: string; state: 'failing' | 'stopped'; since: string; message: string }>;
  queuedDeliveries: number;
  failedBulkJobs: FirstOf<{
    id: number;
    instanceId: number;
    elementName: string;
    objectName: string;
    direction: string;
    message?: string;
    endedDate: string;
  }>;
  failingJobs: FirstOf<{ id: number; name: string; error?: string; startedDate: string }>;
  notifications: FirstOf<{ id: number; topic: string; severity: string; message: string; createdDate: string }>;
}

/** The key of the overview, for those who change what it tells. */
export const overviewKey = ['overview'];

/** Asks for the overview, and again every half minute. */
export function useOverview() {
  return useQuery({
    queryKey: overviewKey,
    queryFn: ({ signal }) => call<Overview>('GET', '/console/overview', { signal }),
    refetchInterval: 30_000,
  });
}
