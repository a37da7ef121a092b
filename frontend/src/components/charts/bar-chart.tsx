import { ChartFrame } from '@/components/charts/chart-frame';
import { MarkerButtons, MarkerLines } from '@/components/charts/markers';
import { Plot, type Scales } from '@/components/charts/plot';
import { maximum, niceTicks } from '@/components/charts/scale';
import { CHART_HEIGHT, type Series, type SeriesChartProps } from '@/components/charts/series';
import { SeriesHover } from '@/components/charts/series-hover';

interface BarChartProps extends SeriesChartProps {
  /** The series to compare with, drawn as a dashed line. */
  before?: Series;
  /** The gap between bars as a share of the category width. */
  gap?: number;
}

/** Returns the base of each series in the stack by category, followed by the totals. */
function stack({ categories, series }: SeriesChartProps): number[][] {
  const floors = [categories.map(() => 0)];
  for (const { values } of series) {
    floors.push((floors.at(-1) ?? []).map((floor, at) => floor + (values[at] ?? 0)));
  }
  return floors;
}

interface StacksProps {
  series: readonly Series[];
  floors: readonly (readonly number[])[];
  scales: Scales;
  gap: number;
}

/** One path per series instead of one element per bar, so that a year of hours draws fast. */
function Stacks({ series, floors, scales: { x, y, step }, gap }: StacksProps) {
  const width = Math.max(step * (1 - gap), 0.5);
  const bar = (at: number, floor: number, value: number) =>
    `M${x(at) - width / 2} ${y(floor)}h${width}V${y(floor + value)}h${-width}Z`;
  return series.map(({ id, color, values }, place) => (
    <path
      key={id}
      d={values
        .map((value, at) => (value ? bar(at, floors[place]?.[at] ?? 0, value) : ''))
        .join('')}
      fill={color}
    />
  ));
}

const Before = ({ series, scales: { x, y } }: { series: Series; scales: Scales }) => (
  <polyline
    points={series.values.map((value, at) => `${x(at)},${y(value ?? 0)}`).join(' ')}
    fill="none"
    stroke={series.color}
    strokeWidth={1.5}
    strokeDasharray={series.dash}
  />
);

function Drawing({ width, height, ...chart }: BarChartProps & { width: number; height: number }) {
  const { categories, series, before, formatTick, time, markers = [], gap = 0.2 } = chart;
  const floors = stack(chart);
  const highest = Math.max(maximum(floors.at(-1) ?? []), maximum(before?.values ?? []));
  return (
    <Plot {...{ categories, formatTick, width, height }} ticks={niceTicks(highest, 4, true)}>
      {(scales) => (
        <>
          <Stacks {...{ series, floors, scales, gap }} />
          {before && <Before series={before} scales={scales} />}
          {time && <MarkerLines {...{ markers, time, scales }} categories={categories.length} />}
        </>
      )}
    </Plot>
  );
}

/** A bar chart over time or other categories; several series are stacked. */
export function BarChart({ height = CHART_HEIGHT, ...chart }: BarChartProps) {
  const { series, before, xTitle, yTitle, categories, time, markers = [] } = chart;
  const shown = before ? [...series, before] : series;
  return (
    <ChartFrame
      yTitle={yTitle}
      xTitle={xTitle}
      legend={shown.length > 1 ? shown : []}
      height={height}
      controls={(width) =>
        time && <MarkerButtons {...{ markers, time, width }} categories={categories.length} />
      }
    >
      {(width) => (
        <>
          <Drawing {...chart} width={width} height={height} />
          <SeriesHover
            {...chart}
            total={series.length > 1 ? 'Total' : undefined}
            width={width}
            height={height}
          />
        </>
      )}
    </ChartFrame>
  );
}
