import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { get, post } from '@/api/core/client';
import type {
  ChannelKind,
  ChannelMessage,
  Channels,
  ChannelSettings,
  ChannelTest,
  CreatedChannel,
  Deliveries,
  Message,
  MessagePreview,
  NewChannel,
} from '@/api/types';

const channelsKey = ['channels'] as const;
const REFRESH_MS = 30_000;
const PAGE_SIZE = 20;

const channelPath = (id: string, action: string) => `/channels/${encodeURIComponent(id)}/${action}`;

const channelsQuery = () =>
  queryOptions({
    queryKey: [...channelsKey, 'list'],
    queryFn: async ({ signal }) => (await get<Channels>('/channels', undefined, signal)).channels,
    refetchInterval: REFRESH_MS,
  });

/** The channels of the account, oldest first. */
export const useChannels = () => useQuery(channelsQuery());

const deliveriesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...channelsKey, id, 'deliveries'],
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, marker: pageParam };
      return (await get<Deliveries>(channelPath(id, 'deliveries'), query, signal)).deliveries;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? undefined : page.at(-1)?.id),
    select: ({ pages }) => pages.flat(),
    refetchInterval: REFRESH_MS,
  });

/** The last messages through a channel, newest first, page by page. */
export const useDeliveries = (id: string) => useInfiniteQuery(deliveriesQuery(id));

/** Changes channels, and loads them and their deliveries again. */
const useChannelMutation = <V, R>(mutationFn: (variables: V) => Promise<R>) =>
  useChange(mutationFn, channelsKey);

/** Adds a channel; no later response contains its secret. */
export const useCreateChannel = () =>
  useChannelMutation((channel: NewChannel) => post<CreatedChannel>('/channels', channel));

/** Changes the given settings of a channel and leaves the others as they are. */
export const useChangeChannel = (id: string) =>
  useChannelMutation((settings: Partial<ChannelSettings>) =>
    post<ChannelMessage>(channelPath(id, 'change_settings'), settings),
  );

/** Asks the recipient of a mail channel again. */
export const useAskRecipient = (id: string) =>
  useChannelMutation(() => post<ChannelMessage>(channelPath(id, 'ask_recipient')));

/** Deletes a channel; rules remain, without it. Its deliveries are not loaded again. */
export const useDeleteChannel = (id: string) =>
  useChange(() => post<Message>(channelPath(id, 'delete')), channelsQuery().queryKey);

/** Sends a test at once, and returns what became of it. */
export const useTestChannel = (id: string) =>
  useChannelMutation(() => post<ChannelTest>(channelPath(id, 'test')));

/** What a message looks like, with example values. */
export const useMessagePreview = (kind: ChannelKind, template: string) =>
  useQuery({
    queryKey: [...channelsKey, 'preview', kind, template],
    queryFn: () => post<MessagePreview>('/channels/preview', { kind, template: template || null }),
    placeholderData: keepPreviousData,
  });
