// Lists that the server gives page by page, read on as they are looked at.

import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type CallOptions, callForList } from './call.ts';

const nextPageHeader = 'Elements-Next-Page-Token';

interface PagedRowsOptions<Row> {
  key: QueryKey;
  path: string;
  query?: CallOptions['query'];
  /** the instance at whose account the list is asked for */
  instance?: number | undefined;
  /** asks again for what is shown, after so many milliseconds, as long as this gives a number */
  refreshEvery?: (rows: readonly Row[]) => number | false;
  enabled?: boolean;
}

/** The rows of a list so far, and how to get more of them (`loadMore` is undefined when there are no more). */
export function usePagedRows<Row>(options: PagedRowsOptions<Row>) {
  const { key, path, query = {}, instance, refreshEvery, enabled = true } = options;
  const pages = useInfiniteQuery({
    queryKey: [...key, query, instance],
    enabled,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      callForList<Row>('GET', path, {
        query: { ...query, nextPage: pageParam },
        signal,
        ...(instance === undefined ? {} : { instance }),
      }),
    getNextPageParam: ({ headers }) => headers.get(nextPageHeader) ?? undefined,
    refetchInterval: ({ state }) => refreshEvery?.(state.data?.pages.flatMap(({ body }) => body) ?? []) ?? false,
  });
  const rows = useMemo(() => pages.data?.pages.flatMap(({ body }) => body) ?? [], [pages.data]);
  const canLoad = pages.hasNextPage && !pages.isFetching;
  return {
    rows,
    isPending: pages.isPending && enabled,
    error: pages.error,
    total: Number(pages.data?.pages[0]?.headers.get('Elements-Total-Count') ?? rows.length),
    loadMore: pages.hasNextPage ? () => void (canLoad && pages.fetchNextPage()) : undefined,
    retry: () => void pages.refetch(),
  };
}
