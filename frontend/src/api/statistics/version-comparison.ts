import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import type { VersionComparison } from '@/api/types';

/** Two versions side by side: endpoints, and distributions of their execution times. */
export const useVersionComparison = (dashboardId: string, version: string, against: string) =>
  useQuery({
    queryKey: ['dashboards', dashboardId, 'version-comparison', version, against],
    queryFn: ({ signal }) =>
      get<VersionComparison>(
        dashboardPath(dashboardId, 'versions', 'compare'),
        { version, against },
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
