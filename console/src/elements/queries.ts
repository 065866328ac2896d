// What the views of elements ask the server for, and the shapes of its answers.

import { useQuery } from '@tanstack/react-query';
import { call, callForList } from '../call.ts';
import { type ElementSummary, elementsKey } from '../components/known-elements.ts';

/** One setting of an element. */
export interface Setting {
  id: number;
  key: string;
  name?: string | null;
  description?: string | null;
  type?: string | null;
  defaultValue?: string | null;
  required?: boolean | null;
  internal?: boolean | null;
  hideFromConsole?: boolean | null;
  active?: boolean | null;
  displayOrder?: number | null;
  options?: { value?: string | null; description?: string | null }[] | null;
}

/** A parameter of an element or of a resource: from where it is taken, and where the vendor gets it. */
export interface Parameter {
  id?: number;
  name: string;
  type: string;
  vendorName?: string | null;
  vendorType?: string | null;
  source?: string | null;
  required?: boolean | null;
  dataType?: string | null;
  description?: string | null;
  [member: string]: unknown;
}

/** A script of an element or of a resource. */
export interface Hook {
  id?: number;
  type: string;
  body?: string;
  mimeType?: string | null;
  isLegacy?: boolean | null;
  [member: string]: unknown;
}

/** A resource: a path of the API and the vendor's call behind it. Members that are not named here are kept. */
export interface Resource {
  id: number;
  method: string;
  path: string;
  type?: string | null;
  vendorMethod?: string | null;
  vendorPath?: string | null;
  rootKey?: string | null;
  objectName?: string | null;
  description?: string | null;
  nextResource?: string | null;
  parameters?: Parameter[] | null;
  hooks?: Hook[] | null;
  model?: unknown;
  ownerAccountId?: number;
  /** what the original document format has no place for */
  valence?: unknown;
  [member: string]: unknown;
}

/** An element whole. */
export interface ElementDetail extends ElementSummary {
  configuration: Setting[];
  parameters: Parameter[];
  hooks: Hook[];
  resources: Resource[];
  models?: unknown;
  configDescription?: string | null;
  signupURL?: string | null;
  [member: string]: unknown;
}

/** What an element can do. */
export interface ElementMetadata {
  events: {
    supported: boolean;
    methods: string[];
    polling?: Record<string, EventObject>;
    webhook?: Record<string, EventObject>;
  };
  bulk: { download: boolean; upload: boolean };
}

/** How an object of the vendor tells its changes. */
export interface EventObject {
  eventTypes: string[];
  pollUrl?: string;
}

/** A connected account, without its settings. */
export interface ConnectedAccount {
  id: number;
  name: string;
  valid: boolean;
  disabled: boolean;
  traceLoggingEnabled: boolean;
}

/** How many accounts are connected, by the element's key. */
export function useAccountCounts() {
  return useQuery({
    queryKey: ['instances', 'count'],
    queryFn: ({ signal }) =>
      call<{ elementInstances: Record<string, number> }>('GET', '/instances/count', { signal }).then(
        ({ elementInstances }) => elementInstances,
      ),
  });
}

/** The path of an element below the API's base. */
export function pathOfElement(key: string): string {
  return `/elements/${encodeURIComponent(key)}`;
}

/** The key of all that is asked for about one element. */
export function keyOfElement(key: string): string[] {
  return [...elementsKey, 'one', key];
}

/** One element, whole. */
export function useElement(key: string) {
  return useQuery({
    queryKey: keyOfElement(key),
    queryFn: ({ signal }) => call<ElementDetail>('GET', pathOfElement(key), { signal }),
  });
}

/** What an element can do. */
export function useElementMetadata(key: string) {
  return useQuery({
    queryKey: [...keyOfElement(key), 'metadata'],
    queryFn: ({ signal }) =>
      call<ElementMetadata>('GET', `${pathOfElement(key)}/metadata`, { query: { expand: true }, signal }),
  });
}

/** The accounts that are connected with an element. */
export function useConnectedAccounts(key: string) {
  return useQuery({
    queryKey: ['instances', 'of', key],
    queryFn: async ({ signal }) =>
      (
        await callForList<ConnectedAccount>('GET', `${pathOfElement(key)}/instances`, {
          query: { hydrate: false, pageSize: 500 },
          signal,
        })
      ).body,
  });
}
