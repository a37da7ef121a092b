import { styled, useTheme } from '@mui/material/styles';
import { BoxPlot, type BoxPlotCustomLayerProps } from '@nivo/boxplot';

import { ChartFrame } from '@/components/charts/chart-frame';
import { CHART_SVG, viewBoxOf } from '@/components/charts/chart-svg';
import { mix } from '@/theme/colors';
import { fitText, LETTER } from '@/components/charts/fit-text';
import { HoverArea, type Hit } from '@/components/charts/hover-area';
import { logTicks } from '@/components/charts/scale';
import { TooltipCard, TooltipRows } from '@/components/charts/tooltip';
import { useChartTheme } from '@/components/charts/use-chart-theme';
import { BOX_LABELS, type Box } from '@/lib/box';

export interface BoxRow {
  name: string;
  box: Box;
  color: string;
}

interface BoxPlotsProps {
  rows: readonly BoxRow[];
  /** The title of the bottom axis, with its unit. */
  xTitle: string;
  format: (value: number) => string;
  /** Pixels. */
  rowHeight?: number;
  /** Called with the index of the row that is clicked, or chosen with the keyboard. */
  onPick?: (row: number) => void;
}

interface Datum {
  group: string;
  value: number;
  [key: string]: string | number;
}

const TOP = 4;
const BOTTOM = 24;
/** Space for half of the last axis label. */
const RIGHT = 24;
const MAX_LABEL = 150;
/** Between labels and plot. */
const GAP = 16;

/** Nivo computes the quartiles itself; for these five values, they are the values themselves. */
const QUANTILES = [0, 0.25, 0.5, 0.75, 1];

const nivoData = (rows: readonly BoxRow[], least: number): Datum[] =>
  rows.flatMap(({ name, box: { fastest, firstQuartile, median, thirdQuartile, p90 } }) =>
    [fastest, firstQuartile, median, thirdQuartile, p90].map((value) => ({
      group: name,
      value: Math.max(value, least),
    })),
  );

type Scale = (value: number) => number;

interface TailsProps {
  layer: BoxPlotCustomLayerProps<Datum>;
  rows: readonly BoxRow[];
}

/** The tail beyond the 90th percentile: a tick at the 99th, a ring at the maximum. */
function Tails({ layer, rows }: TailsProps) {
  const { scheme } = useTheme().palette;
  const x = layer.xScale as Scale;
  return layer.boxPlots.map(({ group, y, height }) => {
    const row = rows.find(({ name }) => name === group);
    if (!row) return null;
    const { p90, p99, slowest } = row.box;
    const middle = y + height / 2;
    return (
      <g key={group} stroke={mix(row.color, scheme.text, 0.2)} fill="none" strokeWidth={1.5}>
        <line x1={x(p90)} x2={x(slowest) - 3} y1={middle} y2={middle} strokeDasharray="1 3" />
        <line x1={x(p99)} x2={x(p99)} y1={middle - 5} y2={middle + 5} />
        <circle cx={x(slowest)} cy={middle} r={3} fill={scheme.surface} />
      </g>
    );
  });
}

const labelWidth = (rows: readonly BoxRow[], width: number) => {
  const longest = Math.max(...rows.map(({ name }) => name.length)) * LETTER + GAP;
  return Math.ceil(Math.min(longest, MAX_LABEL, width * 0.35));
};

/** Over the label of a row. */
const RowButton = styled('button')({
  position: 'absolute',
  left: 0,
  padding: 0,
  border: 0,
  borderRadius: 4,
  background: 'none',
  cursor: 'pointer',
});

interface DrawingProps extends BoxPlotsProps {
  width: number;
  height: number;
  left: number;
}

function Drawing({ rows, format, width, height, left }: DrawingProps) {
  const theme = useChartTheme();
  const { scheme } = useTheme().palette;
  const ticks = logTicks(
    Math.min(...rows.map(({ box }) => box.fastest)),
    Math.max(...rows.map(({ box }) => box.slowest)),
  );
  const [least = 1, most = 10] = [ticks[0], ticks.at(-1)];
  const colors = new Map(rows.map(({ name, color }) => [name, color]));
  const shown = ticks.filter((_, at) => at % Math.ceil((ticks.length * 56) / (width - left)) === 0);
  return (
    <BoxPlot<Datum>
      ref={(svg: SVGSVGElement | null) => {
        svg?.classList.add(CHART_SVG);
        svg?.setAttribute('viewBox', viewBoxOf(width, height));
      }}
      width={width}
      height={height}
      margin={{ top: TOP, bottom: BOTTOM, left, right: RIGHT }}
      theme={{ ...theme, translation: {} }}
      animate={false}
      isInteractive={false}
      data={nivoData(rows, least)}
      groups={rows.map(({ name }) => name).toReversed()}
      quantiles={QUANTILES}
      layout="horizontal"
      padding={0.45}
      valueScale={{ type: 'log', base: 10, min: least, max: most, nice: false }}
      minValue={least}
      maxValue={most}
      colors={({ group }: { group: string }) =>
        mix(colors.get(group) ?? scheme.accent, scheme.surface, 0.55)
      }
      colorBy="group"
      borderRadius={2}
      medianWidth={2}
      medianColor={scheme.text}
      whiskerWidth={1.5}
      whiskerColor={scheme.textSoft}
      whiskerEndSize={0.4}
      enableGridX
      enableGridY={false}
      gridXValues={shown}
      axisTop={null}
      axisRight={null}
      axisBottom={{ tickSize: 0, tickPadding: 8, tickValues: shown, format }}
      axisLeft={{
        tickSize: 0,
        tickPadding: 8,
        format: (name: string) => fitText(name, left - GAP),
      }}
      layers={['grid', 'axes', 'boxPlots', (layer) => <Tails layer={layer} rows={rows} />]}
    />
  );
}

/**
 * Box plots of the execution times of several groups on a logarithmic axis: the box from the first
 * to the third quartile with the median, whiskers from the minimum to the 90th percentile, and the
 * tail.
 */
export function BoxPlots({ rowHeight = 36, onPick, ...chart }: BoxPlotsProps) {
  const { rows, xTitle, format } = chart;
  const height = TOP + BOTTOM + rows.length * rowHeight;
  const rowAt = (y: number) => Math.floor(y / rowHeight);
  const locate = (x: number, y: number): Hit | undefined => {
    const row = rows[rowAt(y)];
    if (!row) return undefined;
    const lines = BOX_LABELS.map(([key, name]) => ({ name, value: format(row.box[key]) }));
    return {
      x,
      y: y - 60,
      content: (
        <TooltipCard title={row.name}>
          <TooltipRows rows={lines} />
        </TooltipCard>
      ),
    };
  };
  return (
    <ChartFrame
      xTitle={`${xTitle}, logarithmic`}
      height={height}
      controls={(width) =>
        onPick &&
        rows.map(({ name }, row) => (
          <RowButton
            key={name}
            aria-label={`Filter by ${name}`}
            title={`Filter by ${name}`}
            onClick={() => onPick(row)}
            style={{
              top: TOP + row * rowHeight,
              width: labelWidth(rows, width),
              height: rowHeight,
            }}
          />
        ))
      }
    >
      {(width) => {
        const left = labelWidth(rows, width);
        const area = { left: 0, top: TOP, width, height: rows.length * rowHeight };
        return (
          <>
            <Drawing {...chart} width={width} height={height} left={left} />
            <HoverArea
              area={area}
              locate={locate}
              onClick={onPick && ((_, y) => rows[rowAt(y)] && onPick(rowAt(y)))}
            />
          </>
        );
      }}
    </ChartFrame>
  );
}
