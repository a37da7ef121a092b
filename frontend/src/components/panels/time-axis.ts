import type { Version } from '@/api/statistics/history';
import type { TimeSeries } from '@/api/statistics/time-series';
import type { Category, Mark } from '@/components/charts/series';
import { longSlice, shortSlice, sliceAxis, sliceOf, sliceStart } from '@/api/statistics/slices';

type Slices = Pick<TimeSeries, 'slices' | 'timeslice' | 'zone'>;

/** Returns the categories and the title of a time axis. */
export const timeAxis = ({ slices, timeslice, zone }: Slices) => ({
  xTitle: sliceAxis(timeslice),
  categories: slices.map((slice): Category => ({
    tick: shortSlice(slice, timeslice, zone),
    title: longSlice(slice, timeslice, zone),
  })),
});

/** Returns marks for the versions that start within the series. */
export function versionMarks(
  { slices, zone, end }: Pick<TimeSeries, 'slices' | 'zone' | 'end'>,
  versions: readonly Version[] = [],
): Mark[] {
  const [first] = slices;
  if (first === undefined) return [];
  return versions
    .filter(({ since }) => since >= sliceStart(first, zone) && since < end)
    .map(({ name, since }) => ({ at: sliceOf(slices, since, zone), label: name }));
}

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
