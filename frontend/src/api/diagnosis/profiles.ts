import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { dashboardPath, get } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import type { ProfileDetails, Profiles } from '@/api/types';

/** The endpoints and versions of a dashboard that have profiles. */
export const useProfiles = (dashboardId: string) =>
  useQuery({
    queryKey: ['dashboards', dashboardId, 'profiles'],
    queryFn: ({ signal }) =>
      get<Profiles>(dashboardPath(dashboardId, 'profiles'), undefined, signal),
    refetchInterval: REFRESH_MS,
  });

/** The merged profiles of a version of an endpoint, and of another one to compare with. */
export const useProfile = (
  dashboardId: string,
  endpoint: string,
  version: string,
  against: string | undefined,
) =>
  useQuery({
    queryKey: ['dashboards', dashboardId, 'profiles', endpoint, version, against],
    queryFn: ({ signal }) =>
      get<ProfileDetails>(
        dashboardPath(dashboardId, 'profiles', endpoint),
        { version, against },
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
