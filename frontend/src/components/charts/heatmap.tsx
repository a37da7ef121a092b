import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';

import { ChartFrame } from '@/components/charts/chart-frame';
import { ChartSvg } from '@/components/charts/chart-svg';
import { fitText, LETTER } from '@/components/charts/fit-text';
import { HoverArea, type Hit } from '@/components/charts/hover-area';
import { maximum, spacedIndexes, robustMaximum } from '@/components/charts/scale';
import type { Category } from '@/components/charts/series';
import { TooltipCard } from '@/components/charts/tooltip';
import { rampColor } from '@/theme/colors';

export interface HeatmapRow extends Category {
  id: string;
  /** One for each column. */
  values: readonly (number | null)[];
}

interface HeatmapProps {
  rows: readonly HeatmapRow[];
  /** The columns, which position both the cells and their labels. */
  columns: readonly Category[];
  xTitle: string;
  yTitle: string;
  /** Formats a value with its unit. */
  format: (value: number) => string;
  /** Formats the value inside a cell; omit it if cells are too small. */
  formatCell?: (value: number) => string;
  /** Pixels. */
  rowHeight?: number;
  labelWidth?: number;
  /** The width of a column label. */
  columnLabelWidth?: number;
  /** Called with the index of the column that is clicked. */
  onPick?: (column: number) => void;
}

const TOP = 20;
const GAP = 2;

type Painter = (value: number) => string;

/** The position of the cells, in pixels. */
interface Grid {
  left: number;
  columnWidth: number;
  rowHeight: number;
}

const RADIUS = 2;

/** Returns the path of a cell with rounded corners. */
function cell({ left, columnWidth, rowHeight }: Grid, row: number, column: number): string {
  const width = Math.max(columnWidth - GAP, 1);
  const height = rowHeight - GAP;
  const r = Math.min(RADIUS, width / 2);
  const [x, y] = [left + column * columnWidth + GAP / 2, TOP + row * rowHeight + GAP / 2];
  const turn = (dx: number, dy: number) => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
  return (
    `M${x + r} ${y}h${width - 2 * r}${turn(r, r)}v${height - 2 * r}${turn(-r, r)}` +
    `h${2 * r - width}${turn(-r, -r)}v${2 * r - height}${turn(r, -r)}Z`
  );
}

interface CellsProps {
  rows: readonly HeatmapRow[];
  grid: Grid;
  color: Painter;
}

/** One path per colour instead of one element per cell. */
function Cells({ rows, grid, color }: CellsProps) {
  const paths = new Map<string, string[]>();
  rows.forEach(({ values }, row) =>
    values.forEach((value, column) => {
      if (value === null) return;
      const found = paths.get(color(value)) ?? [];
      found.push(cell(grid, row, column));
      paths.set(color(value), found);
    }),
  );
  return [...paths].map(([fill, cells]) => <path key={fill} fill={fill} d={cells.join('')} />);
}

interface CellLabelsProps {
  rows: readonly HeatmapRow[];
  grid: Grid;
  format: (value: number) => string;
  max: number;
}

/** The numbers in the cells, dark on light cells and light on dark cells. */
function CellLabels({ rows, grid, format, max }: CellLabelsProps) {
  const { scheme } = useTheme().palette;
  return rows.map(({ id, values }, row) => (
    <g key={id} textAnchor="middle" dominantBaseline="central">
      {values.map((value, column) => (
        <text
          key={column}
          x={grid.left + (column + 0.5) * grid.columnWidth}
          y={TOP + (row + 0.5) * grid.rowHeight}
          fill={(value ?? 0) > max / 2 ? scheme.accentText : scheme.text}
        >
          {value !== null && format(value)}
        </text>
      ))}
    </g>
  ));
}

interface DrawingProps extends Pick<HeatmapProps, 'rows' | 'columns' | 'formatCell'> {
  width: number;
  height: number;
  grid: Grid;
  columnLabelWidth: number;
  max: number;
  color: Painter;
}

function Drawing({ rows, columns, width, height, grid, ...look }: DrawingProps) {
  const { columnLabelWidth, max, color, formatCell } = look;
  const { textSoft } = useTheme().palette.scheme;
  const everyRow = Math.ceil((14 * rows.length) / (height - TOP));
  const labelRoom = Math.max(grid.columnWidth, columnLabelWidth) - 4;
  return (
    <ChartSvg width={width} height={height}>
      <g fill={textSoft} textAnchor="middle">
        {spacedIndexes(columns.length, width - grid.left, columnLabelWidth).map((at) => {
          const label = fitText(columns[at]?.tick ?? '', labelRoom);
          // The last label ends with the chart at the latest.
          const last = width - (label.length * LETTER) / 2;
          return (
            <text
              key={at}
              x={Math.min(grid.left + (at + 0.5) * grid.columnWidth, last)}
              y={TOP - 6}
            >
              {label}
            </text>
          );
        })}
      </g>
      <g fill={textSoft} textAnchor="end" dominantBaseline="central">
        {rows.map(({ id, tick }, at) =>
          at % everyRow === 0 ? (
            <text key={id} x={grid.left - 8} y={TOP + (at + 0.5) * grid.rowHeight}>
              {fitText(tick, grid.left - 8)}
            </text>
          ) : null,
        )}
      </g>
      <Cells {...{ rows, grid, color }} />
      {formatCell && <CellLabels {...{ rows, grid, max }} format={formatCell} />}
    </ChartSvg>
  );
}

interface ScaleLegendProps {
  values: readonly (number | null)[];
  format: (value: number) => string;
}

/** The colour scale from 0 to the usual maximum. */
export function ScaleLegend({ values, format }: ScaleLegendProps) {
  const { ramp } = useTheme().palette.scheme;
  const top = robustMaximum(values);
  const isExceeded = maximum(values) > top;
  return (
    <Box
      sx={{
        ...{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 0.75 },
        ...{ fontSize: '0.6875rem', mt: 1 },
      }}
      color="text.secondary"
    >
      <Box component="span" sx={{ whiteSpace: 'nowrap' }}>
        {format(0)}
      </Box>
      <Box sx={{ display: 'flex', gap: '2px' }} aria-hidden>
        {ramp.map((color) => (
          <Box key={color} sx={{ width: 14, height: 10, borderRadius: '2px', bgcolor: color }} />
        ))}
      </Box>
      <Box component="span" sx={{ whiteSpace: 'nowrap' }}>
        {format(top)}
        {isExceeded && ' and more'}
      </Box>
    </Box>
  );
}

/** A heat map: larger values are darker (in the dark theme, lighter). */
export function Heatmap({
  rowHeight = 20,
  labelWidth = 64,
  columnLabelWidth = 22,
  ...chart
}: HeatmapProps) {
  const { rows, columns, xTitle, yTitle, format, onPick } = chart;
  const { scheme } = useTheme().palette;
  const values = rows.flatMap((row) => row.values);
  const max = robustMaximum(values);
  const height = TOP + rows.length * rowHeight;
  const color: Painter = (value) => rampColor(scheme, max === 0 ? 0 : value / max);

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
          const grid = {
            left: labelWidth,
            columnWidth: inner.width / columns.length,
            rowHeight,
          };
          return (
            <>
              <Drawing
                {...{ rows, columns, width, height, grid, columnLabelWidth, max, color }}
                formatCell={chart.formatCell}
              />
              <HoverArea
                area={inner}
                locate={locate(inner.width)}
                onClick={onPick && ((x) => onPick(Math.floor((x / inner.width) * columns.length)))}
              />
            </>
          );
        }}
      </ChartFrame>
      <ScaleLegend values={values} format={format} />
    </>
  );
}
