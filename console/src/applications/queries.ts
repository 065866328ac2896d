// The organization's own applications at vendors, and the address that vendors send people back to.

import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call, callForList } from '../call.ts';
import { queryClient } from '../query-client.ts';

/** An application; its secret is never given back. */
export interface Application {
  element: { id: number; key: string };
  apiKey: string;
  callbackUrl: string | null;
  scope: string | null;
  updatedDate: string;
}

/** What is stored of an application. */
export interface ApplicationValues {
  apiKey: string;
  /** the mask leaves the stored one as it is */
  apiSecret: string;
  callbackUrl: string | null;
  scope: string | null;
}

const key = ['vendor applications'];

/** All applications of the organization. */
export function useApplications(): UseQueryResult<Application[]> {
  return useQuery({
    queryKey: key,
    queryFn: async () => (await callForList<Application>('GET', '/elements/applications')).body,
  });
}

/** The address of this server that vendors send people back to. */
export function useCallbackUrl(): string | undefined {
  const { data } = useQuery({
    queryKey: ['callback url'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => call<{ callbackUrl: string }>('GET', '/console/callback-url'),
  });
  return data?.callbackUrl;
}

/** Keeps an application, in place of the one that is there. */
export async function keepApplication(elementKey: string, body: ApplicationValues): Promise<void> {
  await call('PUT', `/elements/${encodeURIComponent(elementKey)}/application`, { body });
  await queryClient.invalidateQueries({ queryKey: key });
}

/** Forgets an application. */
export async function removeApplication(elementKey: string): Promise<void> {
  await call('DELETE', `/elements/${encodeURIComponent(elementKey)}/application`);
  await queryClient.invalidateQueries({ queryKey: key });
}

/** Whether accounts of an element are connected through an application that is registered at its vendor. */
export function usesApplication({ authentication }: { authentication: { type: string } }): boolean {
  return ['oauth1', 'oauth2', 'oauth2Password'].includes(authentication.type);
}

/** Whether a person consents at the vendor's own page. */
export function hasConsentPage({ authentication }: { authentication: { type: string } }): boolean {
  return authentication.type === 'oauth1' || authentication.type === 'oauth2';
}
