// The elements and hubs that the person sees: lists, choices and names are made of them everywhere.

import { queryOptions, useQuery } from '@tanstack/react-query';
import { callForList } from '../call.ts';

/** An element as lists show it. */
export interface ElementSummary {
  id: number;
  key: string;
  name: string;
  description?: string | null;
  hub: string;
  active: boolean;
  private: boolean;
  extended: boolean;
  authentication: { type: string };
}

/** A hub: elements of a kind. */
export interface Hub {
  key: string;
  name: string;
  description?: string;
}

/** The key of everything that is asked for about elements. */
export const elementsKey = ['elements'];

/** The key of the list of all. */
export const elementListKey = [...elementsKey, 'list'];

const listOfElements = queryOptions({
  queryKey: elementListKey,
  staleTime: 60_000,
  queryFn: async ({ signal }) =>
    (await callForList<ElementSummary>('GET', '/elements', { signal })).body.toSorted((one, other) =>
      one.name.localeCompare(other.name),
    ),
});

/** The elements that the account sees, by name. */
export function useElements() {
  return useQuery(listOfElements);
}

/** Those of them that accounts can be connected at. */
export function useActiveElements() {
  return useQuery({ ...listOfElements, select: (elements) => elements.filter(({ active }) => active) });
}

/** The hubs of the catalog. */
export function useHubs() {
  return useQuery({
    queryKey: ['hubs'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => (await callForList<Hub>('GET', '/hubs', { signal })).body,
  });
}

/** The names of hubs by their keys. */
export function useHubNames(): ReadonlyMap<string, string> {
  return new Map(useHubs().data?.map(({ key, name }) => [key, name]));
}
