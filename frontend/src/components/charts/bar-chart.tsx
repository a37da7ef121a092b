import { Bar, type BarCustomLayerProps, type ComputedBarDatum } from '@nivo/bar';

import { seriesAxes } from '@/components/charts/axes';
import { ChartFrame } from '@/components/charts/chart-frame';
import { Marks } from '@/components/charts/marks';
import { maximum, niceTicks } from '@/components/charts/scale';
import {
  CHART_HEIGHT,
  MARGIN,
  type Series,
  type SeriesChartProps,
} from '@/components/charts/series';
import { SeriesHover } from '@/components/charts/series-hover';
import { useChartTheme } from '@/components/charts/use-chart-theme';

type Row = Record<string, string | number>;
type Layer = BarCustomLayerProps<Row>;

interface BarChartProps extends SeriesChartProps {
  /** What to compare with, as a dashed line over the bars. */
  before?: Series;
  /** Share of a bar's place that is left free beside it. */
  gap?: number;
}

const INDEX = 'at';

const rowsOf = ({ categories, series }: SeriesChartProps): Row[] =>
  categories.map((_, at) => ({
    [INDEX]: String(at),
    ...Object.fromEntries(series.map(({ id, values }) => [`s:${id}`, values[at] ?? 0])),
  }));

/** The highest stack, or the highest value to compare with. */
function highest({ categories, series, before }: BarChartProps): number {
  const sums = categories.map((_, at) =>
    series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0),
  );
  return Math.max(maximum(sums), maximum(before?.values ?? []));
}

function outline(bars: readonly ComputedBarDatum<Row>[], gap: number): string {
  return bars
    .filter(({ height }) => height > 0)
    .map(({ x, y, width, height }) => {
      const used = Math.max(width * (1 - gap), 0.5);
      return `M${x + (width - used) / 2} ${y}h${used}v${height}h${-used}Z`;
    })
    .join('');
}

/** One path for each series instead of one element for each bar: a year of hours draws at once. */
const Stacks = ({ bars, series, gap }: Layer & { series: readonly Series[]; gap: number }) =>
  series.map(({ id, color }) => (
    <path
      key={id}
      d={outline(
        bars.filter(({ data }) => data.id === `s:${id}`),
        gap,
      )}
      fill={color}
    />
  ));

const Before = ({ series, layer }: { series: Series; layer: Layer }) => {
  const step = layer.innerWidth / series.values.length;
  const top = (value: number) => (layer.yScale as (value: number) => number)(value);
  const points = series.values.map((value, at) => `${(at + 0.5) * step},${top(value ?? 0)}`);
  return (
    <polyline
      points={points.join(' ')}
      fill="none"
      stroke={series.color}
      strokeWidth={1.5}
      strokeDasharray={series.dash}
    />
  );
};

function Drawing({ width, height, ...chart }: BarChartProps & { width: number; height: number }) {
  const { categories, series, before, marks = [], gap = 0.2 } = chart;
  const theme = useChartTheme();
  const ticks = niceTicks(highest(chart), 4, true);
  return (
    <Bar<Row>
      width={width}
      height={height}
      margin={MARGIN}
      theme={theme}
      animate={false}
      isInteractive={false}
      data={rowsOf(chart)}
      indexBy={INDEX}
      keys={series.map(({ id }) => `s:${id}`)}
      padding={0}
      enableLabel={false}
      valueScale={{ type: 'linear', min: 0, max: ticks.at(-1) ?? 1, nice: false }}
      {...seriesAxes(chart, ticks, width, String)}
      layers={[
        'grid',
        'axes',
        (layer) => <Stacks {...layer} series={series} gap={gap} />,
        (layer) => before && <Before series={before} layer={layer} />,
        ({ innerWidth, innerHeight }) => (
          <Marks marks={marks} count={categories.length} width={innerWidth} height={innerHeight} />
        ),
      ]}
    />
  );
}

/** Counts as bars over time or other categories; several series stand on each other. */
export function BarChart({ height = CHART_HEIGHT, ...chart }: BarChartProps) {
  const { series, before, xTitle, yTitle } = chart;
  const shown = before ? [...series, before] : series;
  const isStack = series.length > 1;
  return (
    <ChartFrame
      yTitle={yTitle}
      xTitle={xTitle}
      legend={shown.length > 1 ? shown : []}
      height={height}
    >
      {(width) => (
        <>
          <Drawing {...chart} width={width} height={height} />
          <SeriesHover
            {...chart}
            series={isStack ? series : shown}
            total={isStack ? 'Total' : undefined}
            width={width}
            height={height}
          />
        </>
      )}
    </ChartFrame>
  );
}
