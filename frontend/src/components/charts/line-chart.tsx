import { ChartFrame } from '@/components/charts/chart-frame';
import { Marks } from '@/components/charts/marks';
import { Plot, type Scales } from '@/components/charts/plot';
import { maximum, niceTicks } from '@/components/charts/scale';
import { CHART_HEIGHT, type Series, type SeriesChartProps } from '@/components/charts/series';
import { SeriesHover } from '@/components/charts/series-hover';

interface LineChartProps extends SeriesChartProps {
  /** Ids of the two series between which the area is filled. */
  band?: readonly [low: string, high: string];
  /** Whether the axis counts things, of which there are no fractions. */
  whole?: boolean;
}

interface Point {
  x: number;
  y: number;
}

/** Stretches of neighbouring categories that have a value, as points. */
function stretches({ values }: Series, { x, y }: Scales): Point[][] {
  const found: Point[][] = [];
  values.forEach((value, at) => {
    if (value === null) return;
    const point = { x: x(at), y: y(value) };
    if (at > 0 && values[at - 1] !== null) found.at(-1)?.push(point);
    else found.push([point]);
  });
  return found;
}

const path = (points: readonly Point[]) => `M${points.map(({ x, y }) => `${x} ${y}`).join('L')}`;

interface LayerProps {
  series: readonly Series[];
  scales: Scales;
}

const Lines = ({ series, scales }: LayerProps) =>
  series.map((one) => (
    <path
      key={one.id}
      d={stretches(one, scales).map(path).join('')}
      fill="none"
      stroke={one.color}
      strokeWidth={1.75}
      strokeDasharray={one.dash}
      strokeLinejoin="round"
    />
  ));

/** Points without neighbours, of which a line shows nothing. */
const LonelyPoints = ({ series, scales }: LayerProps) =>
  series.flatMap((one) =>
    stretches(one, scales)
      .filter(({ length }) => length === 1)
      .map(([point]) => (
        <circle
          key={`${one.id} ${point?.x}`}
          cx={point?.x}
          cy={point?.y}
          r={2.5}
          fill={one.color}
        />
      )),
  );

/** The area between two series that are measured at the same places. */
function Band({ series, scales, ids }: LayerProps & { ids: readonly [string, string] }) {
  const [low, high] = ids.map((id) => series.find((one) => one.id === id));
  if (!low || !high) return null;
  const tops = stretches(high, scales);
  return stretches(low, scales).map((bottom, at) => (
    <path
      key={at}
      d={`${path([...(tops[at] ?? []), ...bottom.toReversed()])}Z`}
      fill={high.color}
      fillOpacity={0.12}
    />
  ));
}

function Drawing({ width, height, ...chart }: LineChartProps & { width: number; height: number }) {
  const { categories, series, band, formatTick, marks = [], whole = false } = chart;
  const ticks = niceTicks(maximum(series.flatMap(({ values }) => values)), 4, whole);
  return (
    <Plot {...{ categories, formatTick, ticks, width, height }}>
      {(scales) => (
        <>
          {band && <Band series={series} scales={scales} ids={band} />}
          <Lines series={series} scales={scales} />
          <LonelyPoints series={series} scales={scales} />
          <Marks marks={marks} scales={scales} />
        </>
      )}
    </Plot>
  );
}

/** Lines over time or other categories; a gap where nothing was measured. */
export function LineChart({ height = CHART_HEIGHT, ...chart }: LineChartProps) {
  return (
    <ChartFrame
      yTitle={chart.yTitle}
      xTitle={chart.xTitle}
      legend={chart.series.length > 1 ? chart.series : []}
      height={height}
    >
      {(width) => (
        <>
          <Drawing {...chart} width={width} height={height} />
          <SeriesHover {...chart} width={width} height={height} />
        </>
      )}
    </ChartFrame>
  );
}
