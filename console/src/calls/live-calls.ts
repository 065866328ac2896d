// The calls of a filter: pages of those that were, and on top of them those that come while one looks. Every look asks for
// a little more than the time since the last one, since servers write their calls once a second; a call is known by its id.

import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { callForList } from '../call.ts';
import { type CallFilter, queryOf } from './filter.ts';
import type { Call } from './queries.ts';

const pageRows = 500;
const lookMs = 2000;
/** So long before the last look calls may have come that were not written yet. */
const overlapMs = 15_000;
/** More than this at one look, and the list begins anew. */
const mostFresh = 2000;
/** And the same for all that came while one looked. */
const mostKept = 5000;

interface Page {
  calls: Call[];
  next: string | undefined;
  askedAt: number;
}

/** Calls to show. */
export interface LiveCalls {
  /** the latest first */
  calls: Call[];
  isPending: boolean;
  error: Error | null;
  /** asks for older ones; undefined when there are none */
  loadMore: (() => void) | undefined;
  /** how many came and are not shown yet; infinite when they are too many to tell */
  held: number;
  /** shows them */
  release(): void;
  retry(): void;
}

interface Looking {
  /** whether to look for new calls */
  isLive: boolean;
  /** whether they are kept back, so that what one reads does not move */
  isHeld: boolean;
}

/** The calls of a filter. */
export function useLiveCalls(filter: CallFilter, { isLive, isHeld }: Looking): LiveCalls {
  const client = useQueryClient();
  const key = useMemo(() => ['calls', 'list', filter], [filter]);
  const pages = useInfiniteQuery({
    queryKey: key,
    initialPageParam: '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: ({ pageParam, signal }) => readPage(filter, pageParam, signal),
    getNextPageParam: (page) => page.next,
  });
  const [fresh, setFresh] = useState<Fresh>(noFresh);
  const { data, hasNextPage, isFetching, fetchNextPage, refetch } = pages;
  const firstAskedAt = data?.pages[0]?.askedAt;
  const paged = useMemo(() => (data?.pages ?? []).flatMap((page) => page.calls), [data]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has begun
  useEffect(() => setFresh(noFresh), [key, firstAskedAt]);

  const lookedAt = useRef(0);
  lookedAt.current = Math.max(lookedAt.current, firstAskedAt ?? 0);
  useEffect(() => {
    if (!isLive || firstAskedAt === undefined) return;
    return repeat(async (signal) => {
      const now = Date.now();
      const found = await lookBack(filter, now - lookedAt.current + overlapMs, signal);
      lookedAt.current = now;
      setFresh((before) => addFresh(before, found));
    });
  }, [isLive, filter, firstAskedAt]);

  const release = useCallback(() => {
    setFresh((before) => {
      if (before.tooMany) void client.resetQueries({ queryKey: key });
      return before.tooMany ? noFresh : { ...before, shown: before.known };
    });
  }, [client, key]);

  const waiting = fresh.known.size - fresh.shown.size;
  useEffect(() => {
    if (!isHeld && (waiting > 0 || fresh.tooMany)) release();
  }, [isHeld, waiting, fresh.tooMany, release]);

  const calls = useMemo(() => merge(fresh.shown, paged), [fresh.shown, paged]);
  const held = useMemo(() => countNew(fresh, paged), [fresh, paged]);
  const loadMore = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [isFetching, fetchNextPage]);
  return {
    calls,
    isPending: pages.isPending,
    error: pages.error,
    loadMore: hasNextPage && !pages.isFetchNextPageError ? loadMore : undefined,
    held,
    release,
    retry: () => void (pages.isFetchNextPageError ? fetchNextPage() : refetch()),
  };
}

async function readPage(filter: CallFilter, token: string, signal: AbortSignal): Promise<Page> {
  const askedAt = Date.now();
  const query = { ...queryOf(filter), pageSize: pageRows, nextPage: token };
  const { body, headers } = await callForList<Call>('GET', '/usage', { query, signal });
  return { calls: body, next: headers.get('elements-next-page-token') ?? undefined, askedAt };
}

/** The calls of the last milliseconds by the server's own clock; undefined when they are too many. */
async function lookBack(filter: CallFilter, milliseconds: number, signal: AbortSignal): Promise<Call[] | undefined> {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds > 999_999) return undefined;
  const query = { ...queryOf(filter), from: `-${seconds}s`, pageSize: mostFresh };
  const { body, headers } = await callForList<Call>('GET', '/usage', { query, signal });
  return headers.has('elements-next-page-token') ? undefined : body;
}

/** Does something again and again, each time after a pause, while the page is seen; gives back what ends it. */
function repeat(look: (signal: AbortSignal) => Promise<void>): () => void {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  const next = () => {
    timer = setTimeout(async () => {
      // What went wrong is made up for by the next look, which asks for all the time since the last good one.
      if (!document.hidden) await look(ending.signal).catch(() => undefined);
      if (!ending.signal.aborted) next();
    }, lookMs);
  };
  next();
  return () => {
    ending.abort();
    clearTimeout(timer);
  };
}

/** Calls that came while one looked, by their ids. */
interface Fresh {
  known: ReadonlyMap<string, Call>;
  shown: ReadonlyMap<string, Call>;
  /** whether there are others that are not known */
  tooMany: boolean;
}

const noFresh: Fresh = { known: new Map(), shown: new Map(), tooMany: false };

function addFresh(before: Fresh, found: Call[] | undefined): Fresh {
  if (found === undefined) return { ...before, tooMany: true };
  const added = found.filter(({ id }) => !before.known.has(id));
  if (added.length === 0) return before;
  if (before.known.size + added.length > mostKept) return { ...before, tooMany: true };
  return { ...before, known: new Map([...before.known, ...added.map((call) => [call.id, call] as const)]) };
}

/** Both, each call once, the latest first; pages come in this order, so that only the few that are fresh are sorted. */
function merge(fresh: ReadonlyMap<string, Call>, paged: Call[]): Call[] {
  if (fresh.size === 0) return paged;
  const older = paged.filter(({ id }) => !fresh.has(id));
  const merged: Call[] = [];
  let at = 0;
  for (const call of [...fresh.values()].sort(latestFirst)) {
    for (let next = older[at]; next !== undefined && latestFirst(next, call) < 0; next = older[at]) {
      merged.push(next);
      at++;
    }
    merged.push(call);
  }
  return [...merged, ...older.slice(at)];
}

function latestFirst(one: Call, other: Call): number {
  if (one.usageDate !== other.usageDate) return one.usageDate < other.usageDate ? 1 : -1;
  return one.id < other.id ? 1 : -1;
}

function countNew({ known, shown, tooMany }: Fresh, paged: readonly Call[]): number {
  if (tooMany) return Number.POSITIVE_INFINITY;
  if (known.size === shown.size) return 0;
  const pagedIds = new Set(paged.map(({ id }) => id));
  return [...known.keys()].filter((id) => !shown.has(id) && !pagedIds.has(id)).length;
}
