import { queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics } from '@/api/get-statistic';

const STALE_MS = 5 * 60_000;

export interface Version {
  name: string;
  /** When it was first called. */
  since: Date;
}

/** Every version that was ever called, the oldest first. */
export const versionsQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'versions'],
    queryFn: async ({ signal }): Promise<Version[]> => {
      const answer = await getStatistics<Record<string, string | null>>(
        dashboardId,
        ['first_call'],
        { interval: { start: undefined, end: new Date() }, breakdown: ['version'] },
        signal,
      );
      return Object.entries(answer)
        .flatMap(([name, first]) => (first === null ? [] : [{ name, since: new Date(first) }]))
        .sort((one, other) => one.since.getTime() - other.since.getTime());
    },
    staleTime: STALE_MS,
  });

/** Compares versions by when they began; one that the history does not have yet has only begun. */
export function byAge(history: readonly Version[]): (one: string, other: string) => number {
  const places = new Map(history.map(({ name }, place) => [name, place]));
  const place = (name: string) => places.get(name) ?? history.length;
  return (one, other) => place(one) - place(other);
}

export const useVersions = (dashboardId: string) => useQuery(versionsQuery(dashboardId));
