import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import { HeatMap, type CustomLayerProps } from '@nivo/heatmap';

import { ChartFrame } from '@/components/charts/chart-frame';
import { rampColor } from '@/components/charts/colors';
import { HoverArea, type Hit } from '@/components/charts/hover-area';
import type { Category } from '@/components/charts/series';
import { maximum, spacedIndexes, usualTop } from '@/components/charts/scale';
import { TooltipCard } from '@/components/charts/tooltip';
import { useChartTheme } from '@/components/charts/use-chart-theme';

export interface HeatmapRow extends Category {
  id: string;
  /** One for each column. */
  values: readonly (number | null)[];
}

interface HeatmapProps {
  rows: readonly HeatmapRow[];
  /** The columns; a cell's place and the label over it come from this one list. */
  columns: readonly Category[];
  xTitle: string;
  yTitle: string;
  /** Writes a value with its unit. */
  format: (value: number) => string;
  /** Writes a value into its cell, if cells are large enough for that. */
  formatCell?: (value: number) => string;
  /** Pixels. */
  rowHeight?: number;
  labelWidth?: number;
  /** Room that a column's label needs. */
  columnRoom?: number;
}

const TOP = 20;
const GAP = 2;

interface Datum {
  x: string;
  y: number | null;
}

type Painter = (value: number | null) => string;

const Cells = ({ cells, color }: CustomLayerProps<Datum> & { color: Painter }) =>
  cells.map(({ id, x, y, width, height, value }) => (
    <rect
      key={id}
      x={x - width / 2 + GAP / 2}
      y={y - height / 2 + GAP / 2}
      width={Math.max(width - GAP, 1)}
      height={Math.max(height - GAP, 1)}
      rx={2}
      fill={color(value)}
    />
  ));

/** The numbers in the cells, dark on light ones and the other way round. */
function CellLabels({ cells, format, max }: CustomLayerProps<Datum> & LabelProps) {
  const { scheme } = useTheme().palette;
  return cells.map(({ id, x, y, value }) => (
    <text
      key={id}
      x={x}
      y={y}
      textAnchor="middle"
      dominantBaseline="central"
      fontSize={11}
      fill={(value ?? 0) > max / 2 ? scheme.accentText : scheme.text}
    >
      {value !== null && format(value)}
    </text>
  ));
}

interface LabelProps {
  format: (value: number) => string;
  max: number;
}

interface DrawingProps extends HeatmapProps {
  width: number;
  height: number;
  labelWidth: number;
  columnRoom: number;
  max: number;
  color: Painter;
}

function Drawing({ rows, columns, width, height, labelWidth, ...look }: DrawingProps) {
  const { columnRoom, max, color, formatCell } = look;
  const theme = useChartTheme();
  const innerWidth = width - labelWidth;
  const everyRow = Math.ceil((14 * rows.length) / (height - TOP));
  return (
    <HeatMap
      width={width}
      height={height}
      margin={{ top: TOP, left: labelWidth, right: 0, bottom: 0 }}
      theme={theme}
      animate={false}
      isInteractive={false}
      data={rows.map(({ id, values }) => ({
        id,
        data: columns.map((_, at) => ({ x: String(at), y: values[at] ?? null })),
      }))}
      axisTop={{
        tickSize: 0,
        tickPadding: 6,
        tickValues: spacedIndexes(columns.length, innerWidth, columnRoom).map(String),
        format: (at: string) => columns[Number(at)]?.tick ?? '',
      }}
      axisLeft={{
        tickSize: 0,
        tickPadding: 8,
        tickValues: rows.filter((_, at) => at % everyRow === 0).map(({ id }) => id),
        format: (id: string) => rows.find((row) => row.id === id)?.tick ?? '',
      }}
      layers={[
        'axes',
        (layer) => <Cells {...layer} color={color} />,
        (layer) => formatCell && <CellLabels {...layer} format={formatCell} max={max} />,
      ]}
    />
  );
}

interface ScaleLegendProps {
  values: readonly (number | null)[];
  format: (value: number) => string;
}

/** From nothing to the most there usually is. */
export function ScaleLegend({ values, format }: ScaleLegendProps) {
  const { ramp } = useTheme().palette.scheme;
  const top = usualTop(values);
  const isExceeded = maximum(values) > top;
  return (
    <Box
      sx={{ display: 'flex', alignItems: 'center', gap: 0.75, fontSize: '0.6875rem', mt: 1 }}
      color="text.secondary"
    >
      {format(0)}
      <Box sx={{ display: 'flex', gap: '2px' }} aria-hidden>
        {ramp.map((color) => (
          <Box key={color} sx={{ width: 14, height: 10, borderRadius: '2px', bgcolor: color }} />
        ))}
      </Box>
      {format(top)}
      {isExceeded && ' and more'}
    </Box>
  );
}

/** Rows and columns whose cells are the darker (in the dark theme the lighter) the more they hold. */
export function Heatmap({
  rowHeight = 20,
  labelWidth = 64,
  columnRoom = 22,
  ...chart
}: HeatmapProps) {
  const { rows, columns, xTitle, yTitle, format } = chart;
  const { scheme } = useTheme().palette;
  const values = rows.flatMap((row) => row.values);
  const max = usualTop(values);
  const height = TOP + rows.length * rowHeight;
  const color: Painter = (value) =>
    value === null ? 'transparent' : rampColor(scheme, max === 0 ? 0 : value / max);

  const locate =
    (width: number) =>
    (x: number, y: number): Hit | undefined => {
      const row = rows[Math.floor(y / rowHeight)];
      const at = Math.floor((x / width) * columns.length);
      const value = row?.values[at];
      if (row === undefined || value == null) return undefined;
      const title = [columns[at]?.title, row.title].join(', ');
      return { x, y: y - 56, content: <TooltipCard title={title}>{format(value)}</TooltipCard> };
    };

  return (
    <>
      <ChartFrame yTitle={yTitle} xTitle={xTitle} height={height}>
        {(width) => {
          const inner = {
            left: labelWidth,
            top: TOP,
            width: width - labelWidth,
            height: height - TOP,
          };
          return (
            <>
              <Drawing
                {...chart}
                {...{ rowHeight, labelWidth, columnRoom, width, height, max, color }}
              />
              <HoverArea area={inner} locate={locate(inner.width)} />
            </>
          );
        }}
      </ChartFrame>
      <ScaleLegend values={values} format={format} />
    </>
  );
}
