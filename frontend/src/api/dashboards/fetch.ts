import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';

import { dashboardPath, post } from '@/api/core/client';
import { dashboardsKey, dashboardsQuery } from '@/api/dashboards/dashboards';
import type { Dashboard, Message } from '@/api/types';

const POLL_INTERVAL_MS = 1_000;
const TIMEOUT_MS = 30_000;

export type FetchOutcome = 'fetched' | 'failed' | 'still-running';

const pause = () => new Promise((done) => window.setTimeout(done, POLL_INTERVAL_MS));

async function load(queryClient: QueryClient, id: string): Promise<Dashboard | undefined> {
  const dashboards = await queryClient.query({ ...dashboardsQuery(), staleTime: 0 });
  return dashboards.find((dashboard) => dashboard.id === id);
}

const outcomeOf = (before: Dashboard | undefined, now: Dashboard | undefined): FetchOutcome => {
  if (now?.last_fetch_time !== before?.last_fetch_time) return 'fetched';
  return now?.error != null && now.error !== before?.error ? 'failed' : 'still-running';
};

/** The server responds as soon as the fetch is queued, so the result is polled. */
async function fetchDashboard(queryClient: QueryClient, id: string) {
  const before = await load(queryClient, id);
  await post<Message>(dashboardPath(id, 'fetch'));
  const deadline = Date.now() + TIMEOUT_MS;
  let outcome: FetchOutcome = 'still-running';
  let now = before;
  while (outcome === 'still-running' && Date.now() < deadline) {
    await pause();
    now = await load(queryClient, id);
    outcome = outcomeOf(before, now);
  }
  return { outcome, error: now?.error ?? null };
}

/**
 * Fetches the new requests of a dashboard now instead of at the next interval, and waits for them.
 */
export function useFetchDashboard(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => fetchDashboard(queryClient, id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...dashboardsKey, id] }),
  });
}
