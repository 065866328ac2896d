// What has been asked of the server, kept while it is fresh; a session that has ended leads back to the sign-in.

import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { CallError } from './call.ts';

/** The key of the query that tells who is signed in. */
export const sessionKey = ['session'];

function noteEndOfSession(error: Error): void {
  if (error instanceof CallError && error.status === 401 && !error.isVendors) {
    void queryClient.invalidateQueries({ queryKey: sessionKey });
  }
}

/** The one client of the page. */
export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refuses it refuses again; what did not reach it is worth another try.
      retry: (count, error) => count < 2 && !(error instanceof CallError && error.status < 500),
    },
  },
  queryCache: new QueryCache({ onError: noteEndOfSession }),
  mutationCache: new MutationCache({ onError: noteEndOfSession }),
});
