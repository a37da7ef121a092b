import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';

import { get, post } from '@/api/core/client';
import { REFRESH_MS } from '@/api/core/refresh';
import type { Contact, Message, PasswordConfirmation, Sites, SystemInfo } from '@/api/types';

const contactQuery = () =>
  queryOptions({
    queryKey: ['contact'],
    queryFn: ({ signal }) => get<Contact>('/contact', undefined, signal),
    staleTime: Infinity,
  });

/** Whom to ask for help. */
export const useContact = () => useQuery(contactQuery());

const systemQuery = () =>
  queryOptions({
    queryKey: ['system'],
    queryFn: ({ signal }) => get<SystemInfo>('/system', undefined, signal),
    refetchInterval: REFRESH_MS,
  });

/** The state of this installation, for administrators. */
export const useSystem = () => useQuery(systemQuery());

const upgradeSystem = (confirmation: PasswordConfirmation) =>
  post<Message>('/system/upgrade', confirmation);

/** Stops this installation, so that a newer version of it is started. */
export const useUpgrade = () => useMutation({ mutationFn: upgradeSystem });

const sitesQuery = () =>
  queryOptions({
    queryKey: ['sites'],
    queryFn: async ({ signal }) => (await get<Sites>('/sites', undefined, signal)).sites,
    refetchInterval: REFRESH_MS,
  });

/** The state of other installations, for administrators. */
export const useSites = () => useQuery(sitesQuery());
