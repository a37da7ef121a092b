import type { SeriesChartProps } from '@/components/charts/series';
import { spacedIndexes } from '@/components/charts/scale';

const TICK_ROOM = 64;

/** The axes of a chart of series, for Nivo; `keyOf` is the value on Nivo's axis of a category. */
export function seriesAxes<Key extends string | number>(
  { categories, formatTick }: Pick<SeriesChartProps, 'categories' | 'formatTick'>,
  ticks: readonly number[],
  width: number,
  keyOf: (at: number) => Key,
) {
  return {
    axisBottom: {
      tickSize: 0,
      tickPadding: 8,
      tickValues: spacedIndexes(categories.length, width, TICK_ROOM).map(keyOf),
      format: (key: Key) => categories[Number(key)]?.tick ?? '',
    },
    axisLeft: { tickSize: 0, tickPadding: 8, tickValues: [...ticks], format: formatTick },
    enableGridX: false,
    gridYValues: [...ticks],
  };
}
