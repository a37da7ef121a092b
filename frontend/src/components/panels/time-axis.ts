import type { TimeSeries } from '@/api/statistics/time-series';
import type { Category } from '@/components/charts/series';
import { longSlice, shortSlice, sliceAxis, sliceEnd, sliceStart } from '@/api/statistics/slices';

type Slices = Pick<TimeSeries, 'slices' | 'timeslice' | 'zone'>;

/** Returns the categories, the title and the moments of a time axis. */
export const timeAxis = ({ slices, timeslice, zone }: Slices) => ({
  xTitle: sliceAxis(timeslice),
  time: {
    edges: [
      ...slices.map((slice) => sliceStart(slice, zone)),
      ...slices.slice(-1).map((slice) => sliceEnd(slice, timeslice, zone)),
    ].map((edge) => edge.getTime()),
  },
  categories: slices.map((slice): Category => ({
    tick: shortSlice(slice, timeslice, zone),
    title: longSlice(slice, timeslice, zone),
  })),
});

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
    ...columns.map((values) => format(values[at] ?? null)),
  ]);
