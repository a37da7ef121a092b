import { useTheme } from '@mui/material/styles';

import { ChartFrame } from '@/components/charts/chart-frame';
import { ChartSvg } from '@/components/charts/chart-svg';
import { fitText } from '@/components/charts/fit-text';
import { HoverArea, type Hit } from '@/components/charts/hover-area';
import { maximum, spacedIndexes } from '@/components/charts/scale';
import { TooltipCard } from '@/components/charts/tooltip';

interface BubblesProps {
  rows: readonly { name: string; values: readonly number[] }[];
  columns: readonly { name: string; color: string }[];
  xTitle: string;
  yTitle: string;
  /** Formats a value with its unit. */
  format: (value: number) => string;
  /** Called with the index of the column that is clicked. */
  onPick?: (column: number) => void;
}

const TOP = 4;
const BOTTOM = 22;
const ROW = 30;
const LEFT = 112;
const COLUMN_ROOM = 52;

function Drawing({ rows, columns, width }: BubblesProps & { width: number }) {
  const { scheme } = useTheme().palette;
  const most = maximum(rows.flatMap(({ values }) => values));
  const step = (width - LEFT) / columns.length;
  const middle = (at: number) => LEFT + (at + 0.5) * step;
  const columnRoom = Math.max(step, COLUMN_ROOM) - 4;
  const line = (at: number) => TOP + (at + 0.5) * ROW;
  const bottom = TOP + rows.length * ROW;
  // The area of a bubble is proportional to the value, so the radius is to its square root.
  const radius = (value: number) => Math.sqrt(value / most) * (Math.min(ROW, step) / 2 - 1);
  return (
    <ChartSvg width={width} height={bottom + BOTTOM} fill={scheme.textSoft}>
      {rows.map(({ name, values }, row) => (
        <g key={name}>
          <line x1={LEFT} x2={width} y1={line(row)} y2={line(row)} stroke={scheme.border} />
          <text x={LEFT - 8} y={line(row)} textAnchor="end" dominantBaseline="central">
            {fitText(name, LEFT - 8)}
          </text>
          {columns.map(({ name: column, color }, at) => {
            const value = values[at] ?? 0;
            if (value === 0) return null;
            const r = Math.max(radius(value), 2);
            return <circle key={column} cx={middle(at)} cy={line(row)} r={r} fill={color} />;
          })}
        </g>
      ))}
      {spacedIndexes(columns.length, width - LEFT, COLUMN_ROOM).map((at) => (
        <text key={at} x={middle(at)} y={bottom + 16} textAnchor="middle">
          {fitText(columns[at]?.name ?? '', columnRoom)}
        </text>
      ))}
    </ChartSvg>
  );
}

/** A matrix of bubbles whose areas are proportional to the values. */
export function Bubbles(chart: BubblesProps) {
  const { rows, columns, xTitle, yTitle, format, onPick } = chart;
  const locate =
    (width: number) =>
    (x: number, y: number): Hit | undefined => {
      const row = rows[Math.floor(y / ROW)];
      const at = Math.floor((x / width) * columns.length);
      const column = columns[at];
      if (!row || !column) return undefined;
      return {
        x,
        y: y - 56,
        content: (
          <TooltipCard title={`${row.name}, ${column.name}`}>
            {format(row.values[at] ?? 0)}
          </TooltipCard>
        ),
      };
    };
  const height = TOP + rows.length * ROW + BOTTOM;
  return (
    <ChartFrame xTitle={xTitle} yTitle={yTitle} height={height}>
      {(width) => {
        const area = { left: LEFT, top: TOP, width: width - LEFT, height: rows.length * ROW };
        return (
          <>
            <Drawing {...chart} width={width} />
            <HoverArea
              area={area}
              locate={locate(area.width)}
              onClick={onPick && ((x) => onPick(Math.floor((x / area.width) * columns.length)))}
            />
          </>
        );
      }}
    </ChartFrame>
  );
}
