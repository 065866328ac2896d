// Calls, as the server tells of them, and the questions that are asked of it.

import { useQuery } from '@tanstack/react-query';
import { call } from '../call.ts';
import type { TraceStep } from '../components/trace-steps.tsx';
import { type CallFilter, queryOf } from './filter.ts';

/** A call, as it stands in lists. */
export interface Call {
  id: string;
  requestStatus: 'SUCCESS' | 'FAILED';
  httpStatus: number;
  method: string;
  /** the path, without its query */
  requestURI: string;
  requestIP?: string;
  /** when it was answered */
  usageDate: string;
  /** milliseconds, as are those of `vendorTime` */
  processTime: number;
  vendorTime: number;
  vendorCalls: number;
  kind: 'call' | 'provisioning';
  cacheHit: boolean;
  accountId: number;
  instanceId?: number;
  instanceName?: string;
  elementKey: string;
  elementName: string;
  /** the pattern of the resource */
  elementApi?: string;
  hub?: string;
  error?: string;
}

/** One call, with its steps if it was traced. */
export interface TracedCall extends Call {
  trace?: TraceStep[];
}

/** Calls counted over a time. */
export interface CallAnalytics {
  from: string;
  to: string;
  bucketMs: number;
  buckets: { timestamp: string; calls: number; failed: number; p50?: number; p95?: number; p99?: number }[];
  byElement: { elementKey: string; elementName: string; calls: number; failed: number }[];
}

/** The calls of a filter, counted; asked for again every few seconds while `isLive`. */
export function useCallAnalytics(filter: CallFilter, isLive: boolean) {
  return useQuery({
    queryKey: ['calls', 'analytics', filter],
    queryFn: ({ signal }) => call<CallAnalytics>('GET', '/usage/analytics', { query: queryOf(filter), signal }),
    placeholderData: (before) => before,
    refetchInterval: isLive ? 10_000 : false,
  });
}

/** One call by its id. */
export function useCall(id: string) {
  return useQuery({
    queryKey: ['calls', 'one', id],
    queryFn: ({ signal }) => call<TracedCall>('GET', `/usage/${encodeURIComponent(id)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
