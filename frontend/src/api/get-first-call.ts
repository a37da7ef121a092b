import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { getStatistics } from '@/api/get-statistic';
import { resolveRange, type Interval, type Range } from '@/lib/view';

const STALE_MS = 10 * 60_000;

/** When the first call of a dashboard was; null while there is none. */
const firstCallQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: ['dashboards', dashboardId, 'first-call'],
    queryFn: ({ signal }) => {
      const interval = { start: undefined, end: new Date() };
      return getStatistics<string | null>(dashboardId, ['first_call'], { interval }, signal);
    },
    staleTime: STALE_MS,
  });

/** The moments a range stands for now; one without a start begins at the dashboard's first call. */
export async function resolveInterval(
  client: QueryClient,
  dashboardId: string,
  range: Range,
): Promise<Interval> {
  const interval = resolveRange(range, new Date());
  if (interval.start !== undefined) return interval;
  const first = await client.query(firstCallQuery(dashboardId));
  return { ...interval, start: first === null ? undefined : new Date(first) };
}

/** The same for a page: without a start until it is known. */
export function useInterval(dashboardId: string, range: Range, now: Date): Interval {
  const interval = resolveRange(range, now);
  const isOpen = interval.start === undefined;
  const first = useQuery({ ...firstCallQuery(dashboardId), enabled: isOpen }).data;
  return isOpen && first ? { ...interval, start: new Date(first) } : interval;
}
