import { queryOptions, useQuery } from '@tanstack/react-query';

import { get } from '@/api/core/client';
import { userKey } from '@/api/core/session-keys';
import { zoneOf } from '@/api/core/zone';
import type { Dashboard, User } from '@/api/types';

const REFRESH_MS = 30_000;
const IMPORT_REFRESH_MS = 2_000;

export const dashboardsKey = ['dashboards'] as const;

const isImporting = ({ state }: Dashboard) =>
  state === 'not_initialized' || state === 'initialized_endpoints';

const byName = (one: Dashboard, other: Dashboard) =>
  one.name.localeCompare(other.name, undefined, { numeric: true });

/** The order of dashboards wherever they are listed. */
const sortByName = (dashboards: Dashboard[]) => dashboards.toSorted(byName);

/** All dashboards of the user, refetched while the tab is visible, more often during an import. */
export const dashboardsQuery = () =>
  queryOptions({
    queryKey: dashboardsKey,
    queryFn: ({ client, signal }) => {
      const timezone = zoneOf(client.getQueryData<User | null>(userKey));
      return get<Dashboard[]>('/dashboards', { fields: 'summary', timezone }, signal);
    },
    refetchInterval: ({ state }) =>
      state.data?.some(isImporting) ? IMPORT_REFRESH_MS : REFRESH_MS,
  });

export const useDashboards = () => useQuery({ ...dashboardsQuery(), select: sortByName });

/** Returns a dashboard from the overview's data; undefined while loading. */
export const useDashboardSummary = (id: string | undefined): Dashboard | undefined =>
  useQuery({ ...dashboardsQuery(), enabled: id !== undefined }).data?.find(
    (dashboard) => dashboard.id === id,
  );
