import {
  MutationCache,
  onlineManager,
  QueryCache,
  QueryClient,
  type Query,
} from '@tanstack/react-query';

import { serverAnswers, watchAnswers } from '@/api/core/connection';
import { ApiError, hasStatus } from '@/api/core/errors';
import { signedOutKey, userKey } from '@/api/core/session-keys';
import { forgetOfflineData } from '@/lib/offline-data';

const RETRIES = 2;

/** What is known of the session itself rather than shown to its user. */
const OF_SESSION = new Set<unknown>([...userKey, ...signedOutKey]);

/** Only what may pass by itself is worth another try: no answer, or a server in trouble. */
const mayPass = (error: unknown) =>
  error instanceof ApiError && (error.status === null || error.status >= 500);

const hasFailed = ({ state }: Query) => state.status === 'error';

export function makeQueryClient(): QueryClient {
  // It believes to be online until it hears otherwise, and would then not notice when it is again.
  onlineManager.setOnline(navigator.onLine);
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (hasStatus(error, 401)) endSession(queryClient);
      },
    }),
    mutationCache: new MutationCache({
      // The session may have ended, or only a password was wrong: /user knows.
      onError: (error) => {
        if (hasStatus(error, 401)) void queryClient.invalidateQueries({ queryKey: userKey });
      },
    }),
    defaultOptions: {
      queries: {
        // The service worker answers without a connection, so always ask.
        networkMode: 'always',
        refetchOnReconnect: (query) => (hasFailed(query) ? 'always' : true),
        staleTime: 30_000,
        retry: (failures, error) => failures < RETRIES && mayPass(error),
      },
      mutations: { networkMode: 'always' },
    },
  });
  return queryClient;
}

/** Asks again for what has failed as soon as the server answers anything again. */
export const recoverWithServer = (queryClient: QueryClient): (() => void) =>
  watchAnswers(() => {
    if (serverAnswers()) void queryClient.refetchQueries({ type: 'active', predicate: hasFailed });
  });

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
