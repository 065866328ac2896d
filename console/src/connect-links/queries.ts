// What the views of Connect ask of the server.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CallError, call, callForList } from '../call.ts';

/** What a link is made of; what is left out has the server’s default. */
export interface NewLink {
  elements?: string[];
  accountId?: number;
  name?: string;
  tags?: string[];
  expiresIn: number;
  callbackUrl?: string;
  endUser?: { name: string };
}

/** A link as it is shown once. */
export interface CreatedLink {
  id: string;
  url: string;
  expiresAt: string;
}

/** How far a link has led. */
export interface LinkStatus {
  status: 'open' | 'opened' | 'connected' | 'cancelled' | 'failed' | 'expired';
  elementKey?: string;
  instanceId?: number;
  message?: string;
}

/** What customers see, and what Connect may do. */
export interface Branding {
  connectName?: string;
  connectOrigins?: string[];
  connectCallbacks?: string[];
  themePrimaryColor?: string;
  buttonPrimaryBackgroundColor?: string;
  buttonPrimaryTextColor?: string;
  logoBackgroundColor?: string;
  logo?: string;
  favicon?: string;
}

const brandingKey = ['connect', 'branding'];
const brandingPath = '/organizations/branding';
const watchMs = 3000;

/** Makes a link. */
export function useMakeLink() {
  return useMutation({ mutationFn: (link: NewLink) => call<CreatedLink>('POST', '/connect/sessions', { body: link }) });
}

/** How far a link has led; asked for again until it is over. */
export function useLinkStatus(id: string) {
  return useQuery({
    queryKey: ['connect', 'link', id],
    queryFn: ({ signal }) => call<LinkStatus>('GET', `/connect/sessions/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data === undefined || isOpen(state.data) ? watchMs : false),
  });
}

/** Whether something may still come of a link. */
export function isOpen({ status }: LinkStatus): boolean {
  return status === 'open' || status === 'opened' || status === 'failed';
}

/** Ends a link before its time. */
export function useEndLink(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('DELETE', `/connect/sessions/${id}`),
    onSettled: () => client.invalidateQueries({ queryKey: ['connect', 'link', id] }),
  });
}

/** The organization’s branding; an empty one when there is none. */
export function useBranding() {
  return useQuery({
    queryKey: brandingKey,
    queryFn: async ({ signal }): Promise<Branding> => {
      try {
        return await call<Branding>('GET', brandingPath, { signal });
      } catch (error) {
        if (error instanceof CallError && error.status === 404) return {};
        throw error;
      }
    },
  });
}

/** Changes some of the branding. */
export function useChangeBranding() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Branding) => call<Branding>('PATCH', brandingPath, { body: change }),
    onSuccess: (branding) => client.setQueryData(brandingKey, branding),
  });
}

/** Sets the logo or the favicon. */
export function useSetImage(kind: 'logo' | 'favicon') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.set('file', file);
      return call<Branding>('PATCH', `${brandingPath}/${kind}`, { body: form });
    },
    onSuccess: (branding) => client.setQueryData(brandingKey, branding),
  });
}

/** The elements that may be offered. */
export function useOfferedElements() {
  return useQuery({
    queryKey: ['connect', 'elements'],
    staleTime: 300_000,
    queryFn: async ({ signal }) => {
      const elements = await call<{ key: string; name: string; active: boolean }[]>('GET', '/elements/metadata', {
        signal,
      });
      return elements
        .filter(({ active }) => active)
        .map(({ key, name }) => ({ value: key, label: `${name} (${key})` }));
    },
  });
}

/** The accounts of the organization that a link may be for. */
export function useCustomerAccounts() {
  return useQuery({
    queryKey: ['connect', 'accounts'],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const asked = { query: { pageSize: 2000 }, signal };
      const { body } = await callForList<{ id: number; name: string; externalId: string | null }>(
        'GET',
        '/accounts',
        asked,
      );
      return body.map(({ id, name, externalId }) => ({
        value: String(id),
        label: externalId === null || externalId === name ? name : `${name} (${externalId})`,
      }));
    },
  });
}
