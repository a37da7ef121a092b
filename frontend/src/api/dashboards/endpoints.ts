import { useQuery } from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { dashboardPath, get, post } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import { dashboardsKey } from '@/api/dashboards/dashboards';
import type {
  DashboardInfo,
  EndpointInfo,
  Endpoints,
  MergedEndpoint,
  MergeRule,
  MergeRules,
  Message,
} from '@/api/types';

export const knownEndpointsKey = (dashboardId: string) =>
  ['dashboards', dashboardId, 'known-endpoints'] as const;

export type KnownEndpoints = Pick<Endpoints, 'endpoints' | 'merged'>;

/** All endpoints of a dashboard by name, called or not, and those that rules merge. */
export const useKnownEndpoints = (dashboardId: string) =>
  useQuery({
    queryKey: knownEndpointsKey(dashboardId),
    queryFn: async ({ signal }): Promise<KnownEndpoints> => {
      const path = dashboardPath(dashboardId, 'endpoints');
      let page = await get<Endpoints>(path, undefined, signal);
      const endpoints = [...page.endpoints];
      while (page.next_endpoint !== null) {
        page = await get<Endpoints>(path, { start: page.next_endpoint }, signal);
        endpoints.push(...page.endpoints);
      }
      return { endpoints, merged: page.merged };
    },
    refetchInterval: REFRESH_MS,
  });

/** How an endpoint is listed, and whether a rule has merged it from others. */
export type ListedEndpoint = MergedEndpoint & { isMerged: boolean };

/** An endpoint of a dashboard; null if there is none of this name, undefined while loading. */
export const useEndpoint = (dashboardId: string, name: string) =>
  useQuery({
    queryKey: [...knownEndpointsKey(dashboardId), name],
    queryFn: async ({ signal }): Promise<ListedEndpoint | null> => {
      const path = dashboardPath(dashboardId, 'endpoints');
      const page = await get<Endpoints>(path, { start: name, limit: 1 }, signal);
      const merged = page.merged.find((one) => one.name === name);
      if (merged) return { ...merged, isMerged: true };
      const [first] = page.endpoints;
      return first?.name === name ? { ...first, isMerged: false } : null;
    },
  }).data;

/** Endpoints change rarely, and there may be many. */
const ALL_ENDPOINTS_MS = 5 * 60_000;

/** All dashboards with the names of their endpoints. */
export const useAllEndpoints = () =>
  useQuery({
    queryKey: ['all-endpoints'],
    queryFn: ({ signal }) => get<DashboardInfo[]>('/dashboards', undefined, signal),
    staleTime: ALL_ENDPOINTS_MS,
  });

export type EndpointChange = Pick<EndpointInfo, 'name'> &
  Partial<Pick<EndpointInfo, 'hidden' | 'pinned'>>;

/** Hides or pins an endpoint in lists; its requests are counted either way. */
export const useChangeEndpointSettings = (dashboardId: string) =>
  useChange(
    ({ name, ...settings }: EndpointChange) =>
      post<Message & { endpoint: EndpointInfo }>(
        dashboardPath(dashboardId, 'endpoints', name, 'change_settings'),
        settings,
      ),
    knownEndpointsKey(dashboardId),
  );

const mergeRulesKey = (dashboardId: string) => [...dashboardsKey, dashboardId, 'merge-rules'];

/** The rules that merge endpoints of a dashboard. */
export const useMergeRules = (dashboardId: string) =>
  useQuery({
    queryKey: mergeRulesKey(dashboardId),
    queryFn: ({ signal }) =>
      get<MergeRules>(dashboardPath(dashboardId, 'merge_rules'), undefined, signal),
  });

/** What one more rule would merge; nothing is requested before it could be a pattern. */
export const useMergePreview = (dashboardId: string, pattern: string) =>
  useQuery({
    queryKey: [...mergeRulesKey(dashboardId), 'preview', pattern],
    queryFn: ({ signal }) =>
      get<MergeRule>(dashboardPath(dashboardId, 'merge_rules', 'preview'), { pattern }, signal),
    enabled: pattern.includes('*'),
    retry: false,
  });

/** Replaces the rules; every figure by endpoint depends on them. */
export const useChangeMergeRules = (dashboardId: string) =>
  useChange(
    (patterns: readonly string[]) =>
      post<Message & MergeRules>(dashboardPath(dashboardId, 'merge_rules'), { patterns }),
    [...dashboardsKey, dashboardId],
  );
