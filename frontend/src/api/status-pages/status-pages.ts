import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { get, post } from '@/api/core/client';
import type {
  IncidentMessage,
  Incidents,
  Message,
  NewIncident,
  NewStatusPage,
  NewUpdate,
  PageOutages,
  StatusPageMessage,
  StatusPages,
  StatusPageSettings,
  Subscribers,
} from '@/api/types';

const statusPagesKey = ['status-pages'] as const;
const REFRESH_MS = 30_000;
const PAGE_SIZE = 20;

const pagePath = (id: string, ...parts: string[]) =>
  ['/status_pages', ...[id, ...parts].map(encodeURIComponent)].join('/');

const statusPagesQuery = () =>
  queryOptions({
    queryKey: [...statusPagesKey, 'list'],
    queryFn: async ({ signal }) =>
      (await get<StatusPages>('/status_pages', undefined, signal)).status_pages,
    refetchInterval: REFRESH_MS,
  });

/** The status pages of the account, oldest first. */
export const useStatusPages = () => useQuery(statusPagesQuery());

/** A status page; null if the account has none with this ID. */
export const useStatusPage = (id: string | undefined) =>
  useQuery({
    ...statusPagesQuery(),
    select: (all) => all.find((one) => one.id === id) ?? null,
  });

const incidentsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...statusPagesKey, id, 'incidents'],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, marker: pageParam };
      return get<Incidents>(pagePath(id, 'incidents'), query, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_marker: next }) => next ?? undefined,
    select: ({ pages }) => pages.flatMap(({ incidents }) => incidents),
    refetchInterval: REFRESH_MS,
  });

/** The incidents of a status page with its drafts, the latest first, page by page. */
export const useIncidents = (id: string) => useInfiniteQuery(incidentsQuery(id));

/** The recent outages of the apps of a status page, the latest first. */
export const usePageOutages = (id: string) =>
  useQuery({
    queryKey: [...statusPagesKey, id, 'outages'],
    queryFn: async ({ signal }) =>
      (await get<PageOutages>(pagePath(id, 'outages'), undefined, signal)).outages,
    refetchInterval: REFRESH_MS,
  });

const subscribersQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...statusPagesKey, id, 'subscribers'],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, marker: pageParam };
      return get<Subscribers>(pagePath(id, 'subscribers'), query, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_marker: next }) => next ?? undefined,
    select: ({ pages }) => pages.flatMap(({ subscribers }) => subscribers),
  });

/** The subscribers of a status page who have confirmed, page by page. */
export const useSubscribers = (id: string) => useInfiniteQuery(subscribersQuery(id));

/** Changes status pages, and loads them and what belongs to them again. */
const useStatusPageMutation = <V, R>(mutationFn: (variables: V) => Promise<R>) =>
  useChange(mutationFn, statusPagesKey);

export const useCreateStatusPage = () =>
  useStatusPageMutation((page: NewStatusPage) => post<StatusPageMessage>('/status_pages', page));

/** Changes the given settings of a status page and leaves the others as they are. */
export const useChangeStatusPage = (id: string) =>
  useStatusPageMutation((settings: Partial<StatusPageSettings>) =>
    post<StatusPageMessage>(pagePath(id, 'change_settings'), settings),
  );

/** Deletes a status page. What belonged to it is not loaded again. */
export function useDeleteStatusPage(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => post<Message>(pagePath(id, 'delete')),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: statusPagesQuery().queryKey }),
  });
}

export const useCreateIncident = (id: string) =>
  useStatusPageMutation((incident: NewIncident) =>
    post<IncidentMessage>(pagePath(id, 'incidents'), incident),
  );

/** Drafts an incident from an outage. */
export const useDraftIncident = (id: string) =>
  useStatusPageMutation((outage: { dashboard_id: string; start: string }) =>
    post<IncidentMessage>(pagePath(id, 'incidents', 'draft'), outage),
  );

export interface Publication {
  title: string;
  updateId: string;
  text: string;
  notify: boolean;
}

/** Publishes a draft with the given words. */
export const usePublishIncident = (id: string, incidentId: string) =>
  useStatusPageMutation(async ({ title, updateId, text, notify }: Publication) => {
    const incident = ['incidents', incidentId] as const;
    await post(pagePath(id, ...incident, 'change_settings'), { title });
    await post(pagePath(id, ...incident, 'updates', updateId, 'change_settings'), { text });
    return post<IncidentMessage>(pagePath(id, ...incident, 'publish'), { notify });
  });

export const usePostUpdate = (id: string, incidentId: string) =>
  useStatusPageMutation((update: NewUpdate) =>
    post<IncidentMessage>(pagePath(id, 'incidents', incidentId, 'updates'), update),
  );

export const useDeleteIncident = (id: string, incidentId: string) =>
  useStatusPageMutation(() => post<Message>(pagePath(id, 'incidents', incidentId, 'delete')));

export const useDeleteSubscriber = (id: string, subscriberId: string) =>
  useStatusPageMutation(() => post<Message>(pagePath(id, 'subscribers', subscriberId, 'delete')));
