import { FULL_RANGE } from '@/api/dashboards/time-slices';
import { shownName } from '@/api/statistics/names';
import { FILTER_LABELS, FILTER_NAMES } from '@/api/statistics/view';
import type { TimeSlice } from '@/api/types';
import { wallTime } from '@/lib/time-zone';

const shownTime = (moment: string, zone: string) =>
  wallTime(new Date(moment), zone)
    .replace('T', ' ')
    .replace(/ 00:00$/, '');

function rangeText({ minTime, maxTime }: TimeSlice, zone: string): string {
  const [start, end] = [minTime, maxTime].map((each) => each && shownTime(each, zone));
  if (start && end) return `${start} to ${end}`;
  return start ? `Since ${start}` : end ? `Until ${end}` : 'All time';
}

/** Returns what a time slice selects: "2026-11-01 to 2026-11-08, Endpoint: book". */
export const sliceContent = (slice: TimeSlice, zone: string): string =>
  [
    rangeText(slice, zone),
    ...FILTER_NAMES.flatMap((name) => {
      const value = slice[name];
      return value === null ? [] : [`${FILTER_LABELS[name]}: ${shownName(name, value)}`];
    }),
  ].join(', ');

/** Returns the name of a time slice, or what it selects. */
export const sliceName = (slice: TimeSlice, zone: string): string =>
  slice.timeSliceKey === FULL_RANGE.timeSliceKey
    ? 'All requests'
    : (slice.name ?? sliceContent(slice, zone));
