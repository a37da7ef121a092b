import { ChartFrame } from '@/components/charts/chart-frame';
import { MarkerButtons, MarkerLines } from '@/components/charts/markers';
import { Plot, type Scales } from '@/components/charts/plot';
import { maximum, niceTicks } from '@/components/charts/scale';
import { CHART_HEIGHT, type Series, type SeriesChartProps } from '@/components/charts/series';
import { SeriesHover, TimeSlider } from '@/components/charts/series-hover';
import { useLegend } from '@/components/charts/use-legend';

interface BarChartProps extends SeriesChartProps {
  /** The series to compare with, drawn as a dashed line. */
  before?: Series;
  /** The gap between bars as a share of the category width. */
  gap?: number;
  /** Called with the id of the series whose bar is clicked. */
  onPick?: (id: string) => void;
}

/** Returns the base of each series in the stack by category, followed by the totals. */
function stack({ categories, series }: SeriesChartProps): number[][] {
  const floors = [categories.map(() => 0)];
  for (const { values } of series) {
    floors.push((floors.at(-1) ?? []).map((floor, at) => floor + (values[at] ?? 0)));
  }
  return floors;
}

/** Returns the ticks of the axis of values. */
const ticksOf = (chart: SeriesChartProps & { before?: Series }) =>
  niceTicks(
    Math.max(maximum(stack(chart).at(-1) ?? []), maximum(chart.before?.values ?? [])),
    4,
    true,
  );

/** Returns the series whose bar has a value in a category. */
function barAt(chart: SeriesChartProps, category: number, value: number): string | undefined {
  const place = stack(chart).findIndex((floors) => (floors[category] ?? 0) > value) - 1;
  return chart.series[place]?.id;
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
  return (
    <Plot {...{ categories, formatTick, time, width, height }} ticks={ticksOf(chart)}>
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
export function BarChart({ height = CHART_HEIGHT, onPick, onZoom, ...all }: BarChartProps) {
  const { xTitle, yTitle, categories, time, markers = [] } = all;
  const entries = all.before ? [...all.series, all.before] : all.series;
  const { isShown, legend } = useLegend(entries);
  const chart = {
    ...all,
    series: all.series.filter(isShown),
    before: all.before && isShown(all.before) ? all.before : undefined,
  };
  const total = chart.series.length > 1 ? 'Total' : undefined;
  const pick = (category: number, share: number) => {
    const id = barAt(chart, category, share * (ticksOf(chart).at(-1) ?? 0));
    if (id !== undefined) onPick?.(id);
  };
  return (
    <ChartFrame
      yTitle={yTitle}
      xTitle={xTitle}
      legend={entries.length > 1 ? entries : []}
      choice={legend}
      height={height}
      controls={(width) =>
        time && (
          <>
            <TimeSlider {...chart} {...{ total, onZoom, width, height }} label={yTitle} />
            <MarkerButtons {...{ markers, time, width }} categories={categories.length} />
          </>
        )
      }
    >
      {(width) => (
        <>
          <Drawing {...chart} width={width} height={height} />
          <SeriesHover {...chart} {...{ total, onZoom, width, height }} onClick={onPick && pick} />
        </>
      )}
    </ChartFrame>
  );
}
