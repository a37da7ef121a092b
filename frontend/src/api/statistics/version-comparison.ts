import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { rangeParams, type View } from '@/api/statistics/view';
import type { VersionComparison } from '@/api/types';

/** Two versions side by side: endpoints, and distributions of their execution times. */
export const useVersionComparison = (
  dashboardId: string,
  version: string,
  against: string,
  { range, zone }: Pick<View, 'range' | 'zone'>,
) =>
  useQuery({
    queryKey: ['dashboards', dashboardId, 'version-comparison', version, against, range, zone],
    queryFn: ({ signal }) =>
      get<VersionComparison>(
        dashboardPath(dashboardId, 'versions', 'compare'),
        { version, against, ...rangeParams({ range, zone }, new Date()) },
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
