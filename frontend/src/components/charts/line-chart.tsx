import ButtonBase from '@mui/material/ButtonBase';

import { ChartFrame } from '@/components/charts/chart-frame';
import { MarkerButtons, MarkerLines } from '@/components/charts/markers';
import { Plot, type Scales } from '@/components/charts/plot';
import { logValueTicks, maximum, minimum, niceTicks } from '@/components/charts/scale';
import { CHART_HEIGHT, type Series, type SeriesChartProps } from '@/components/charts/series';
import { SeriesHover, TimeSlider } from '@/components/charts/series-hover';
import { useChartChoices } from '@/components/charts/use-chart-choices';
import { useLegend } from '@/components/charts/use-legend';

interface LineChartProps extends SeriesChartProps {
  /** The ids of two series each; the area between them is filled. */
  bands?: readonly (readonly [low: string, high: string])[];
  /** Whether the axis shows whole numbers only. */
  whole?: boolean;
  /** Whether the axis can be made logarithmic: values may lie far apart, and none is negative. */
  canBeLog?: boolean;
}

interface Point {
  x: number;
  y: number;
}

/** Splits the values into runs of points without gaps. */
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

/** Points without neighbours, for which a line would draw nothing. */
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

/** The area between two series with values in the same categories. */
function Band({ series, scales, ids }: LayerProps & { ids: readonly [low: string, high: string] }) {
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

interface DrawingProps extends LineChartProps {
  width: number;
  height: number;
  isLog: boolean;
}

function Drawing({ width, height, isLog, ...chart }: DrawingProps) {
  const { categories, series, bands = [], formatTick, time, markers = [], whole = false } = chart;
  const all = series.flatMap(({ values }) => values);
  const ticks = isLog ? logValueTicks(all) : niceTicks(maximum(all), 4, whole, minimum(all));
  return (
    <Plot {...{ categories, formatTick, time, ticks, width, height, isLog }}>
      {(scales) => (
        <>
          {bands.map((ids) => (
            <Band key={ids.join(' ')} series={series} scales={scales} ids={ids} />
          ))}
          <Lines series={series} scales={scales} />
          <LonelyPoints series={series} scales={scales} />
          {time && <MarkerLines {...{ markers, time, scales }} categories={categories.length} />}
        </>
      )}
    </Plot>
  );
}

function LogToggle({ isLog, onToggle }: { isLog: boolean; onToggle: () => void }) {
  return (
    <ButtonBase
      data-not-pictured
      aria-pressed={isLog}
      title={isLog ? 'Use a linear scale' : 'Use a logarithmic scale'}
      onClick={onToggle}
      sx={{
        minHeight: 24,
        px: 0.75,
        font: 'inherit',
        border: 1,
        borderColor: 'divider',
        borderRadius: '4px',
        bgcolor: isLog ? 'action.selected' : undefined,
      }}
    >
      Log scale
    </ButtonBase>
  );
}

/** A line chart over time or other categories, with gaps for missing values. */
export function LineChart({
  height = CHART_HEIGHT,
  onZoom,
  canBeLog = false,
  ...all
}: LineChartProps) {
  const { categories, xTitle, yTitle, time, markers = [] } = all;
  const { isShown, legend } = useLegend(all.series);
  const { choices, choose } = useChartChoices();
  const isLog = canBeLog && choices.isLog;
  const chart = { ...all, series: all.series.filter(isShown) };
  return (
    <ChartFrame
      yTitle={isLog ? `${yTitle}, logarithmic` : yTitle}
      option={
        canBeLog && (
          <LogToggle
            isLog={isLog}
            onToggle={() => choose((before) => ({ isLog: !before.isLog }))}
          />
        )
      }
      xTitle={xTitle}
      legend={all.series.length > 1 ? all.series : []}
      choice={legend}
      height={height}
      controls={(width) =>
        time && (
          <>
            <TimeSlider {...chart} {...{ onZoom, width, height }} label={yTitle} />
            <MarkerButtons {...{ markers, time, width }} categories={categories.length} />
          </>
        )
      }
    >
      {(width) => (
        <>
          <Drawing {...chart} {...{ width, height, isLog }} />
          <SeriesHover {...chart} {...{ onZoom, width, height }} />
        </>
      )}
    </ChartFrame>
  );
}
