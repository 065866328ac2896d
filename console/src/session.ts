// Who is signed in.

import { useQuery } from '@tanstack/react-query';
import { CallError, call } from './call.ts';
import { queryClient, sessionKey } from './query-client.ts';

/** The person at this browser. */
export interface Person {
  id: number;
  email: string;
  name: string;
  organization: { id: number; name: string };
  account: { id: number; name: string; defaultAccount: boolean };
}

/** Who is signed in: null when nobody is, undefined while that is not known yet. */
export function useSession() {
  return useQuery({
    queryKey: sessionKey,
    staleTime: 60_000,
    queryFn: async () => {
      try {
        return await call<Person>('GET', '/console/session');
      } catch (error) {
        if (error instanceof CallError && error.status === 401) return null;
        throw error;
      }
    },
  });
}

/** The person at this browser, in views that are shown only to one who is signed in. */
export function usePerson(): Person {
  const { data } = useSession();
  if (data === null || data === undefined) throw new Error('Nobody is signed in');
  return data;
}

/** Begins a session; throws a CallError when the credentials do not fit. */
export async function signIn(given: { email: string; password: string } | { code: string }): Promise<void> {
  await call('POST', 'code' in given ? '/console/session/code' : '/console/session', { body: given });
  await queryClient.resetQueries({ queryKey: sessionKey });
}

/** Ends the session, and forgets what it could see. */
export async function signOut(): Promise<void> {
  await call('DELETE', '/console/session');
  queryClient.setQueryData(sessionKey, null);
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
}
