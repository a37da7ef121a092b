import { useQuery } from '@tanstack/react-query';

import { useChange } from '@/api/core/change';
import { dashboardPath, get, post } from '@/api/core/client';
import type { Message, NewTimeSlice, TimeSlice, TimeSliceMessage, TimeSlices } from '@/api/types';

/** All requests, which need not be saved. */
export const FULL_RANGE: TimeSlice = {
  timeSliceKey: 'fullProcessing',
  name: null,
  minTime: null,
  maxTime: null,
  endpoint: null,
  version: null,
  ip: null,
  group_by: null,
  status_class: null,
  created: null,
};

const timeSlicesKey = (dashboardId: string) => ['dashboards', dashboardId, 'time-slices'] as const;

/** The saved time slices of a dashboard, the latest first. */
export const useTimeSlices = (dashboardId: string) =>
  useQuery({
    queryKey: timeSlicesKey(dashboardId),
    queryFn: async ({ signal }): Promise<TimeSlice[]> =>
      (await get<TimeSlices>(dashboardPath(dashboardId, 'slices'), undefined, signal)).slices,
  });

/** Changes the time slices of a dashboard, and loads them again. */
const useTimeSliceMutation = <V, R>(
  dashboardId: string,
  mutationFn: (variables: V) => Promise<R>,
) => useChange(mutationFn, timeSlicesKey(dashboardId));

export const useSaveTimeSlice = (dashboardId: string) =>
  useTimeSliceMutation(dashboardId, (slice: NewTimeSlice) =>
    post<TimeSliceMessage>(dashboardPath(dashboardId, 'slices'), slice),
  );

export const useDeleteTimeSlice = (dashboardId: string, key: string) =>
  useTimeSliceMutation(dashboardId, () =>
    post<Message>(dashboardPath(dashboardId, 'slices', key, 'delete')),
  );
