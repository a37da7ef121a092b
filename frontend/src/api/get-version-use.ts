import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';

import { getStatistics, type Dimension } from '@/api/get-statistic';
import { REFRESH_MS } from '@/api/refresh';
import { resolveRange, type View } from '@/lib/view';

/** The pairs with most visits are enough for a page. */
const PAIRS = 300;

export interface VersionUse {
  /** The user, the IP address or the endpoint. */
  name: string;
  visits: number;
  /** Visits by version. */
  byVersion: Readonly<Record<string, number>>;
}

const sum = (visits: Readonly<Record<string, number>>) =>
  Object.values(visits).reduce((before, value) => before + value, 0);

/** Who used which version how often; those with most visits come first. */
export const versionUseQuery = (
  dashboardId: string,
  by: Exclude<Dimension, 'version'>,
  { range, filters }: View,
) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'version-use', by, range, filters],
    queryFn: async ({ signal }): Promise<VersionUse[]> => {
      const answer = await getStatistics<Record<string, Record<string, number>>>(
        dashboardId,
        ['total_visits'],
        {
          interval: resolveRange(range, new Date()),
          filters,
          breakdown: [by, 'version'],
          top: PAIRS,
        },
        signal,
      );
      return Object.entries(answer)
        .map(([name, byVersion]) => ({ name, byVersion, visits: sum(byVersion) }))
        .sort((one, other) => other.visits - one.visits);
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const useVersionUse = (...args: Parameters<typeof versionUseQuery>) =>
  useQuery(versionUseQuery(...args));
