import { useQuery } from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { dashboardPath, get, post } from '@/api/core/client';
import type { Message, Mute, NewWindow, WindowMessage, Windows, WindowSettings } from '@/api/types';

const maintenanceKey = ['maintenance'] as const;
const REFRESH_MS = 30_000;

/** The maintenance windows of the account, oldest first. */
export const useWindows = () =>
  useQuery({
    queryKey: maintenanceKey,
    queryFn: async ({ signal }) =>
      (await get<Windows>('/maintenance', undefined, signal)).maintenance,
    refetchInterval: REFRESH_MS,
  });

/** Changes maintenance, and loads it and the dashboards, whose uptime it is taken out of, again. */
const useMaintenanceMutation = <V, R>(mutationFn: (variables: V) => Promise<R>) =>
  useChange(mutationFn, maintenanceKey, ['dashboards']);

const windowPath = (id: string, action: string) =>
  `/maintenance/${encodeURIComponent(id)}/${action}`;

export const usePlanMaintenance = () =>
  useMaintenanceMutation((window: NewWindow) => post<WindowMessage>('/maintenance', window));

/** Changes the given settings; a schedule applies from now on. */
export const useChangeMaintenance = (id: string) =>
  useMaintenanceMutation((settings: Partial<WindowSettings>) =>
    post<WindowMessage>(windowPath(id, 'change_settings'), settings),
  );

/** Ends maintenance now; it does not recur. */
export const useStopMaintenance = (id: string) =>
  useMaintenanceMutation(() => post<WindowMessage>(windowPath(id, 'stop')));

/** Deletes maintenance; its past counts as uptime or downtime again. */
export const useDeleteMaintenance = (id: string) =>
  useMaintenanceMutation(() => post<Message>(windowPath(id, 'delete')));

/** Sends no messages about an app for some time, or sends them again. */
export const useMuteDashboard = (id: string) =>
  useMaintenanceMutation((mute: Mute) => post<Message>(dashboardPath(id, 'mute'), mute));
