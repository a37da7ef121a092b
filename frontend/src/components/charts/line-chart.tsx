import { useTheme } from '@mui/material/styles';
import { Line, type LineCustomSvgLayerProps } from '@nivo/line';

import { seriesAxes } from '@/components/charts/axes';
import { ChartFrame } from '@/components/charts/chart-frame';
import { Marks } from '@/components/charts/marks';
import { maximum, niceTicks } from '@/components/charts/scale';
import { CHART_HEIGHT, MARGIN, type SeriesChartProps } from '@/components/charts/series';
import { SeriesHover } from '@/components/charts/series-hover';
import { useChartTheme } from '@/components/charts/use-chart-theme';

interface LineSeries {
  id: string;
  dash: string | undefined;
  data: { x: number; y: number | null }[];
}

type LayerProps = LineCustomSvgLayerProps<LineSeries>;
type Position = LayerProps['series'][number]['data'][number];

interface LineChartProps extends SeriesChartProps {
  /** Ids of the two series between which the area is filled. */
  band?: readonly [low: string, high: string];
  /** Whether the axis counts things, of which there are no fractions. */
  whole?: boolean;
}

const isMeasured = ({ data }: Position) => data.y !== null;

/** Stretches of neighbouring points that have a value. */
function stretches(points: readonly Position[]): Position[][] {
  const found: Position[][] = [];
  points.forEach((point, at) => {
    if (!isMeasured(point)) return;
    const before = points[at - 1];
    if (before && isMeasured(before)) found.at(-1)?.push(point);
    else found.push([point]);
  });
  return found;
}

const corner = ({ position }: Position) => `${position.x} ${position.y}`;
const path = (points: readonly Position[]) => `M${points.map(corner).join('L')}`;

const Lines = ({ series }: LayerProps) =>
  series.map(({ id, color, data, dash }) => (
    <path
      key={id}
      d={stretches(data).map(path).join('')}
      fill="none"
      stroke={color}
      strokeWidth={1.75}
      strokeDasharray={dash}
      strokeLinejoin="round"
    />
  ));

/** Points without neighbours, of which a line shows nothing. */
const LonelyPoints = ({ series }: LayerProps) =>
  series.flatMap(({ id, color, data }) =>
    stretches(data)
      .filter(({ length }) => length === 1)
      .flat()
      .map(({ position: { x, y } }) => (
        <circle key={`${id}${x}`} cx={x} cy={y} r={2.5} fill={color} />
      )),
  );

const Band = ({ series, ids }: Pick<LayerProps, 'series'> & { ids: readonly [string, string] }) => {
  const [low, high] = ids.map((id) => series.find((one) => one.id === id));
  if (!low || !high) return null;
  const tops = stretches(high.data);
  return stretches(low.data).map((bottom, at) => (
    <path
      key={at}
      d={`${path([...(tops[at] ?? []), ...bottom.toReversed()])}Z`}
      fill={high.color}
      fillOpacity={0.12}
    />
  ));
};

function Drawing({ width, height, ...chart }: LineChartProps & { width: number; height: number }) {
  const { categories, series, band, marks = [], whole = false } = chart;
  const theme = useChartTheme();
  const ticks = niceTicks(maximum(series.flatMap(({ values }) => values)), 4, whole);
  const count = categories.length;
  const colors = new Map(series.map(({ id, color }) => [id, color]));
  const fallback = useTheme().palette.scheme.accent;
  return (
    <Line<LineSeries>
      width={width}
      height={height}
      margin={MARGIN}
      theme={theme}
      animate={false}
      isInteractive={false}
      data={series.map(({ id, dash, values }) => ({
        id,
        dash,
        data: values.map((y, x) => ({ x, y })),
      }))}
      colors={({ id }: { id: string }) => colors.get(id) ?? fallback}
      xScale={{ type: 'linear', min: -0.5, max: count - 0.5, nice: false }}
      yScale={{ type: 'linear', min: 0, max: ticks.at(-1) ?? 1, nice: false }}
      {...seriesAxes(chart, ticks, width, (at) => at)}
      layers={[
        'grid',
        'axes',
        (props) => band && <Band series={props.series} ids={band} />,
        Lines,
        LonelyPoints,
        ({ innerWidth, innerHeight }) => (
          <Marks marks={marks} count={count} width={innerWidth} height={innerHeight} />
        ),
      ]}
    />
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
