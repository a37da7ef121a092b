import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

import { ApiError, hasStatus } from '@/api/errors';
import { signedOutKey, userKey } from '@/api/user-key';
import { forgetOfflineData } from '@/lib/offline-data';

const RETRIES = 2;

/** What is known of the session itself rather than shown to its user. */
const OF_SESSION = new Set<unknown>([...userKey, ...signedOutKey]);

/** Only what may pass by itself is worth another try: no answer, or a server in trouble. */
const mayPass = (error: unknown) =>
  error instanceof ApiError && (error.status === null || error.status >= 500);

export function makeQueryClient(): QueryClient {
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (hasStatus(error, 401)) endSession(queryClient);
      },
    }),
    mutationCache: new MutationCache(),
    defaultOptions: {
      queries: {
        // The service worker answers without a connection, so always ask.
        networkMode: 'always',
        staleTime: 30_000,
        retry: (failures, error) => failures < RETRIES && mayPass(error),
      },
      mutations: { networkMode: 'always' },
    },
  });
  return queryClient;
}

/** Ends the session here: nobody is signed in any more, by choice or not. */
export function endSession(queryClient: QueryClient, byChoice = false): void {
  forgetShown(queryClient);
  queryClient.setQueryData(signedOutKey, byChoice);
  queryClient.setQueryData(userKey, null);
}

/** Forgets everything that was shown to a user, so that the next one does not see it. */
export function forgetShown(queryClient: QueryClient): void {
  queryClient.removeQueries({ predicate: ({ queryKey: [name] }) => !OF_SESSION.has(name) });
  void forgetOfflineData();
}
