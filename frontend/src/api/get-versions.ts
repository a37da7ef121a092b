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

export const useVersions = (dashboardId: string) => useQuery(versionsQuery(dashboardId));
