import { queryOptions, useQuery } from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { dashboardPath, get, post } from '@/api/core/client';
import { showShared } from '@/api/core/link';
import { REFRESH_MS } from '@/api/core/refresh';
import type {
  CreatedShareLink,
  Message,
  NewShareLink,
  SharedDashboard,
  ShareLinks,
} from '@/api/types';

const linksKey = (dashboardId: string) => ['dashboards', dashboardId, 'links'] as const;

const linksQuery = (dashboardId: string) =>
  queryOptions({
    queryKey: linksKey(dashboardId),
    queryFn: async ({ signal }) =>
      (await get<ShareLinks>(dashboardPath(dashboardId, 'links'), undefined, signal)).links,
  });

/** The read-only links to a dashboard, without their tokens. */
export const useLinks = (dashboardId: string) => useQuery(linksQuery(dashboardId));

/** Creates a read-only link; no later response contains its token. */
export const useCreateLink = (dashboardId: string) =>
  useChange(
    (link: NewShareLink) => post<CreatedShareLink>(dashboardPath(dashboardId, 'links'), link),
    linksKey(dashboardId),
  );

/** Revokes a read-only link. */
export const useRevokeLink = (dashboardId: string) =>
  useChange(
    (id: string) => post<Message>(dashboardPath(dashboardId, 'links', id, 'revoke')),
    linksKey(dashboardId),
  );

/** What the link of this window shows; a 404 if it is invalid, or no longer valid. */
export const useSharedDashboard = () =>
  useQuery({
    queryKey: ['shared'],
    queryFn: async ({ signal }) => {
      const dashboard = await get<SharedDashboard>('/shared', undefined, signal);
      showShared(dashboard);
      return dashboard;
    },
    refetchInterval: REFRESH_MS,
  });
