import {
  MutationCache,
  onlineManager,
  QueryCache,
  QueryClient,
  type Query,
} from '@tanstack/react-query';

import { setWindowUser } from '@/api/core/client';
import { isServerReachable, watchReachability } from '@/api/core/connection';
import { ApiError, hasStatus } from '@/api/core/errors';
import { outlivesSession, signedOutKey, userKey } from '@/api/core/session-keys';
import { announceSession } from '@/api/core/windows';
import type { User } from '@/api/types';
import { deleteOfflineData } from '@/lib/offline-data';

const RETRIES = 2;
/** A page may send more queries at once than an account may: the server asks to try again soon. */
const BUSY_RETRIES = 15;
const BUSY_SECONDS = 2;

/** Only transient errors are retried: no response, or a server error. */
const isTransient = (error: unknown) =>
  error instanceof ApiError && (error.status === null || error.status >= 500);

const isBusy = (error: unknown): error is ApiError & { retryAfter: number } =>
  error instanceof ApiError &&
  error.status === 429 &&
  error.retryAfter !== null &&
  error.retryAfter <= BUSY_SECONDS;

/** Doubles from one second; if the server is busy, a random time, so that not all come back at once. */
const retryDelay = (failures: number, error: unknown) =>
  isBusy(error) ? error.retryAfter * 1000 * (0.5 + Math.random()) : 1000 * 2 ** failures;

const hasFailed = ({ state }: Query) => state.status === 'error';

export function createQueryClient(): QueryClient {
  // It assumes to be online until the first event, and would miss coming back online.
  onlineManager.setOnline(navigator.onLine);
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (hasStatus(error, 401)) endSession(queryClient);
      },
    }),
    mutationCache: new MutationCache({
      // The session may have ended or be that of another user, or the password was wrong: /user
      // tells which.
      onError: (error) => {
        if (hasStatus(error, 401) || hasStatus(error, 409))
          void queryClient.invalidateQueries({ queryKey: userKey });
      },
    }),
    defaultOptions: {
      queries: {
        // The service worker responds even when offline, so always send the request.
        networkMode: 'always',
        refetchOnReconnect: (query) => (hasFailed(query) ? 'always' : true),
        staleTime: 30_000,
        retry: (failures, error) =>
          isBusy(error) ? failures < BUSY_RETRIES : failures < RETRIES && isTransient(error),
        retryDelay,
      },
      mutations: { networkMode: 'always' },
    },
  });
  queryClient.getQueryCache().subscribe(({ query }: { query: Query }) => {
    if (query.queryKey[0] === userKey[0])
      setWindowUser((query.state.data as User | null | undefined)?.id);
  });
  return queryClient;
}

/** Refetches failed queries as soon as the server responds to any request again. */
export const recoverWithServer = (queryClient: QueryClient): (() => void) =>
  watchReachability(() => {
    if (isServerReachable())
      void queryClient.refetchQueries({ type: 'active', predicate: hasFailed });
  });

/** Ends the session in this tab, by the user's choice or not. */
export function endSession(queryClient: QueryClient, byChoice = false): void {
  if (byChoice) announceSession({ signedOut: true });
  clearUserData(queryClient);
  queryClient.setQueryData(signedOutKey, byChoice);
  queryClient.setQueryData(userKey, null);
}

/** Clears all data of the user, so that the next user does not see it. */
export function clearUserData(queryClient: QueryClient): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => !outlivesSession(queryKey) });
  void deleteOfflineData();
}
