import type { TimeSeries } from '@/api/statistics/time-series';
import type { Category } from '@/components/charts/series';
import { figure } from '@/components/data-table';
import {
  longSlice,
  shortSlice,
  sliceAxis,
  sliceEnd,
  sliceOrdinal,
  sliceStart,
  TICK_STEPS,
} from '@/api/statistics/slices';
import { zoneName } from '@/lib/time-zone';

type Slices = Pick<TimeSeries, 'slices' | 'timeslice' | 'zone'>;

interface Axis extends Slices {
  /** The range, which may begin and end within a slice. */
  start?: Date;
  end?: Date;
}

/** Returns the categories, the title and the moments of a time axis. */
export function timeAxis({ slices, timeslice, zone, start, end }: Axis) {
  const edges = [
    ...slices.map((slice) => sliceStart(slice, zone)),
    ...slices.slice(-1).map((slice) => sliceEnd(slice, timeslice, zone)),
  ].map((edge) => edge.getTime());
  const [first = 0, last = 0] = [edges[0], edges.at(-1)];
  const partial = [
    ...(start && start.getTime() > first ? [0] : []),
    ...(end && end.getTime() < last ? [slices.length - 1] : []),
  ];
  const ordinals = slices.map((slice) => sliceOrdinal(slice, timeslice));
  return {
    xTitle: sliceAxis(timeslice),
    time: { edges, partial: [...new Set(partial)], ordinals, steps: TICK_STEPS[timeslice] },
    categories: slices.map((slice, at): Category => {
      const tick = shortSlice(slice, timeslice, zone);
      // Where clocks are turned back, an hour occurs twice.
      const isTwice =
        timeslice === 'hour' &&
        [ordinals[at - 1], ordinals[at + 1]].some((other) => other === ordinals[at]);
      return {
        tick: isTwice ? `${tick} ${zoneName(zone, sliceStart(slice, zone))}` : tick,
        title: longSlice(slice, timeslice, zone),
      };
    }),
  };
}

/** Returns what zooms to a range of slices of a chart. */
export const zoomTo =
  (zoom: (start: number | undefined, end: number | undefined) => void, axis: Axis) =>
  (first: number, last: number) => {
    const { edges } = timeAxis(axis).time;
    zoom(edges[first], edges[last + 1]);
  };

/** Formats the highest value and its slice: "300 (Tue, 29 May)". */
export function peak(
  { slices, timeslice, zone }: Slices,
  values: readonly (number | null)[],
  format: (value: number) => string,
): string {
  let at = 0;
  values.forEach((value, index) => {
    if ((value ?? 0) > (values[at] ?? 0)) at = index;
  });
  const slice = slices[at];
  return slice === undefined
    ? ''
    : `${format(values[at] ?? 0)} (${longSlice(slice, timeslice, zone)})`;
}

/** Returns one table row per slice; `columns` are values by slice. */
export const sliceRows = (
  { slices, timeslice, zone }: Slices,
  columns: readonly (readonly (number | null)[])[],
  format: (value: number | null) => string,
) =>
  slices.map((slice, at) => [
    longSlice(slice, timeslice, zone),
    ...columns.map((values) => figure(values[at], format)),
  ]);
