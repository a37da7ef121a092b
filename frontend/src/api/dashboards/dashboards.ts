import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query';

import { get } from '@/api/core/client';
import { userKey } from '@/api/core/session-keys';
import { zoneOf } from '@/api/core/zone';
import type { Dashboard, User } from '@/api/types';

const REFRESH_MS = 30_000;
const IMPORT_REFRESH_MS = 2_000;

export const dashboardsKey = ['dashboards'] as const;

/** The mutations that delete a dashboard; its id follows. */
export const deletionKey = ['delete-dashboard'] as const;

/** Returns the dashboards that this window deletes, whose pages are still shown. */
function beingDeleted(client: QueryClient): Dashboard[] {
  const deletions = client.getMutationCache().findAll({ mutationKey: deletionKey });
  const ids = deletions
    .filter(({ state }) => state.status !== 'error')
    .map(({ options }) => options.mutationKey?.at(-1));
  const shown = client.getQueryData<Dashboard[]>(dashboardsKey) ?? [];
  return shown.filter(({ id }) => ids.includes(id));
}

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
    queryFn: async ({ client, signal }) => {
      const timezone = zoneOf(client.getQueryData<User | null>(userKey));
      const params = { fields: 'summary', timezone };
      const dashboards = await get<Dashboard[]>('/dashboards', params, signal);
      const ids = dashboards.map(({ id }) => id);
      return [...dashboards, ...beingDeleted(client).filter(({ id }) => !ids.includes(id))];
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
