import type { Version } from '@/api/statistics/history';
import type { TimeSeries } from '@/api/statistics/time-series';
import type { Category, Mark } from '@/components/charts/series';
import { longSlice, shortSlice, sliceAxis, sliceOf, sliceStart } from '@/api/statistics/slices';

type Slices = Pick<TimeSeries, 'slices' | 'timeslice'>;

/** Returns the categories and the title of a time axis. */
export const timeAxis = ({ slices, timeslice }: Slices) => ({
  xTitle: sliceAxis(timeslice),
  categories: slices.map((slice): Category => ({
    tick: shortSlice(slice, timeslice),
    title: longSlice(slice, timeslice),
  })),
});

/** Returns marks for the versions that start within the series. */
export function versionMarks(
  { slices, end }: Pick<TimeSeries, 'slices' | 'end'>,
  versions: readonly Version[] = [],
): Mark[] {
  const [first] = slices;
  if (first === undefined) return [];
  return versions
    .filter(({ since }) => since >= sliceStart(first) && since < end)
    .map(({ name, since }) => ({ at: sliceOf(slices, since), label: name }));
}

/** Formats the highest value and its slice: "300 (Tue, 29 May)". */
export function peak(
  { slices, timeslice }: Slices,
  values: readonly (number | null)[],
  format: (value: number) => string,
): string {
  let at = 0;
  values.forEach((value, index) => {
    if ((value ?? 0) > (values[at] ?? 0)) at = index;
  });
  const slice = slices[at];
  return slice === undefined ? '' : `${format(values[at] ?? 0)} (${longSlice(slice, timeslice)})`;
}

/** Returns one table row per slice; `columns` are values by slice. */
export const sliceRows = (
  { slices, timeslice }: Slices,
  columns: readonly (readonly (number | null)[])[],
  format: (value: number | null) => string,
) =>
  slices.map((slice, at) => [
    longSlice(slice, timeslice),
    ...columns.map((values) => format(values[at] ?? null)),
  ]);
