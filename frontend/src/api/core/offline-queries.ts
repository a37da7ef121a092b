import { dehydrate, hydrate, type DehydratedState, type QueryClient } from '@tanstack/react-query';

import { userKey } from '@/api/core/session-keys';
import type { User } from '@/api/types';
import { deleteOfflineData, writeOfflineData, readOfflineData } from '@/lib/offline-data';

const SAVE_DELAY_MS = 1_000;
const MAX_AGE_MS = 7 * 24 * 60 * 60_000;

/* The URL of this bundle changes with the code, so data of another version is never restored. */
const VERSION = import.meta.url;

interface PersistedState {
  version: string;
  at: number;
  user: User;
  queries: DehydratedState;
}

async function readPersisted(): Promise<PersistedState | undefined> {
  const persisted = (await readOfflineData()) as PersistedState | undefined;
  return persisted?.version === VERSION && Date.now() - persisted.at < MAX_AGE_MS
    ? persisted
    : undefined;
}

/** Returns the last signed-in user; use this only if the server is unreachable. */
export const readLastUser = async (): Promise<User | undefined> => (await readPersisted())?.user;

/** Restores the data last shown to this user. It is stale, so it is refetched. */
export async function restoreQueries(queryClient: QueryClient, user: User): Promise<void> {
  const persisted = await readPersisted();
  if (persisted?.user.id === user.id) hydrate(queryClient, persisted.queries);
  else await deleteOfflineData();
}

async function save(queryClient: QueryClient): Promise<void> {
  const user = queryClient.getQueryData<User | null>(userKey);
  if (user === undefined) return; // not known yet: what is kept may be of this user
  if (user === null) return deleteOfflineData();
  const queries = dehydrate(queryClient, {
    shouldDehydrateQuery: ({ queryKey, state }) =>
      queryKey[0] === 'dashboards' && state.status === 'success',
    shouldDehydrateMutation: () => false,
  });
  return writeOfflineData({
    version: VERSION,
    at: Date.now(),
    user,
    queries,
  } satisfies PersistedState);
}

/** Saves dashboard queries shortly after each change. */
export function persistQueries(queryClient: QueryClient): void {
  let timer: number | undefined;
  queryClient.getQueryCache().subscribe(({ type }) => {
    if (type !== 'updated') return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save(queryClient), SAVE_DELAY_MS);
  });
}
