import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

import { ApiError, hasStatus } from '@/api/errors';
import { signedOutKey, userKey } from '@/api/user-key';
import { forgetOfflineData } from '@/lib/offline-data';

const RETRIES = 2;

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

/** Forgets everything that was shown to the user who is no longer signed in, by choice or not. */
export function endSession(queryClient: QueryClient, byChoice = false): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== userKey[0] });
  queryClient.setQueryData(signedOutKey, byChoice);
  queryClient.setQueryData(userKey, null);
  void forgetOfflineData();
}
