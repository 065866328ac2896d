// Connected accounts by their ids: lists of what happened name them, and forms let one be chosen.

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { callForList } from '../call.ts';

/** A connected account, as far as it must be known to name it. */
export interface ConnectedAccount {
  id: number;
  name: string;
  disabled: boolean;
  element: { id: number; key: string };
}

const mostNamed = 2000;

/** The accounts that are connected, at most 2,000 of them, and each by its id. */
export function useConnectedAccounts() {
  const query = useQuery({
    queryKey: ['instances', 'names'],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const asked = { query: { hydrate: false, pageSize: mostNamed }, signal };
      return (await callForList<ConnectedAccount>('GET', '/instances', asked)).body;
    },
  });
  const accounts = query.data;
  const byId = useMemo(() => new Map((accounts ?? []).map((account) => [account.id, account])), [accounts]);
  return { ...query, accounts: accounts ?? [], byId };
}
