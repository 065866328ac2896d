// What the server says of connected accounts, of the elements they are connected at, and of connections under way.

import { type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call, callForList } from '../call.ts';
import type { ElementSummary } from '../components/known-elements.ts';
import type { Setting } from '../elements/queries.ts';
import { queryClient } from '../query-client.ts';

/** A connected account in a list. */
export interface InstanceRow {
  id: number;
  name: string;
  createdDate: string;
  element: { id: number; key: string };
  tags: string[];
  valid: boolean;
  disabled: boolean;
  eventsEnabled: boolean;
}

/** A connected account, whole; secrets are masked. */
export interface Instance extends Omit<InstanceRow, 'element'> {
  updatedDate: string;
  element: ElementSummary;
  invalidReason?: string;
  traceLoggingEnabled: boolean;
  configuration: Record<string, string | null>;
  user: { emailAddress: string };
}

/** What became of a connection that was begun in a browser. */
export interface Connection {
  id: string;
  status: 'pending' | 'connected' | 'denied' | 'failed';
  elementKey: string;
  instanceId?: number;
  message?: string;
  providerMessage?: string;
}

/** Which accounts a list shows. */
export interface InstanceFilter {
  search: string;
  element: string;
  state: string;
  tags: string[];
}

/** What stands in place of a secret. */
export const mask = '********';

/** A connected account in a list, page by page. */
export function useInstances({ search, element, state, tags }: InstanceFilter) {
  return useInfiniteQuery({
    queryKey: ['instances', { search, element, state, tags }],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const path = element === '' ? '/instances' : `/elements/${encodeURIComponent(element)}/instances`;
      const query = { searchText: search, state, 'tags[]': tags, nextPage: pageParam, pageSize: 100, hydrate: false };
      const { body, headers } = await callForList<InstanceRow>('GET', path, { query, signal });
      return {
        rows: body,
        total: Number(headers.get('elements-total-count') ?? 0),
        next: headers.get('elements-next-page-token') ?? undefined,
      };
    },
    getNextPageParam: ({ next }) => next,
  });
}

/** One connected account. */
export function useInstance(id: string): UseQueryResult<Instance> {
  return useQuery({
    queryKey: ['instances', id],
    queryFn: () => call<Instance>('GET', `/instances/${encodeURIComponent(id)}`),
  });
}

/** Everything known of accounts is asked for again. */
export function forgetInstances(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ['instances'] });
}

/** The settings of an element, in their order. */
export function useSettings(key: string | undefined): UseQueryResult<Setting[]> {
  return useQuery({
    queryKey: ['settings of element', key],
    enabled: key !== undefined,
    queryFn: async () => {
      const path = `/elements/${encodeURIComponent(key ?? '')}/configuration`;
      const { configuration } = await call<{ configuration: Setting[] }>('GET', path);
      const order = ({ displayOrder }: Setting) => displayOrder ?? Number.MAX_SAFE_INTEGER;
      return configuration.toSorted((one, other) => order(one) - order(other));
    },
  });
}

/** A connection that was begun, when the address names one. */
export function useConnection(id: string | undefined): UseQueryResult<Connection> {
  return useQuery({
    queryKey: ['connection', id],
    enabled: id !== undefined,
    queryFn: () => call<Connection>('GET', `/instances/connections/${encodeURIComponent(id ?? '')}`),
  });
}

/** Begins a connection: an address at the vendor to go to, or the account at once. */
export function beginConnection(body: {
  element?: { key: string };
  name?: string | undefined;
  tags?: string[] | undefined;
  configuration?: Record<string, string>;
  instanceId?: number;
  returnPath: string;
}): Promise<{ id: string; oauthUrl?: string; instance?: Instance }> {
  return call('POST', '/instances/connections', { body });
}
