import { dehydrate, hydrate, type DehydratedState, type QueryClient } from '@tanstack/react-query';

import { userKey } from '@/api/core/session-keys';
import type { User } from '@/api/types';
import { forgetOfflineData, keepOfflineData, readOfflineData } from '@/lib/offline-data';

const SAVE_AFTER_MS = 1_000;
const KEPT_FOR_MS = 7 * 24 * 60 * 60_000;

/* The URL of this bundle changes with the code, so data of another version is never restored. */
const VERSION = import.meta.url;

interface Kept {
  version: string;
  at: number;
  user: User;
  queries: DehydratedState;
}

async function readKept(): Promise<Kept | undefined> {
  const kept = (await readOfflineData()) as Kept | undefined;
  return kept?.version === VERSION && Date.now() - kept.at < KEPT_FOR_MS ? kept : undefined;
}

/** Returns the last signed-in user; use this only if the server is unreachable. */
export const lastUser = async (): Promise<User | undefined> => (await readKept())?.user;

/** Restores the data last shown to this user. It is stale, so it is refetched. */
export async function restoreQueries(queryClient: QueryClient, user: User): Promise<void> {
  const kept = await readKept();
  if (kept?.user.id === user.id) hydrate(queryClient, kept.queries);
  else await forgetOfflineData();
}

async function save(queryClient: QueryClient): Promise<void> {
  const user = queryClient.getQueryData<User | null>(userKey);
  if (user === undefined) return; // not known yet: what is kept may be of this user
  if (user === null) return forgetOfflineData();
  const queries = dehydrate(queryClient, {
    shouldDehydrateQuery: ({ queryKey, state }) =>
      queryKey[0] === 'dashboards' && state.status === 'success',
    shouldDehydrateMutation: () => false,
  });
  return keepOfflineData({ version: VERSION, at: Date.now(), user, queries } satisfies Kept);
}

/** Saves dashboard queries shortly after each change. */
export function keepQueries(queryClient: QueryClient): void {
  let timer: number | undefined;
  queryClient.getQueryCache().subscribe(({ type }) => {
    if (type !== 'updated') return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save(queryClient), SAVE_AFTER_MS);
  });
}
