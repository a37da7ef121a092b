import { useId, type ReactNode } from 'react';

import { useTheme } from '@mui/material/styles';

import { ChartSvg } from '@/components/charts/chart-svg';
import { LETTER } from '@/components/charts/fit-text';
import { spacedIndexes, steppedIndexes } from '@/components/charts/scale';
import { MARGIN, type SeriesChartProps } from '@/components/charts/series';

/* Plain SVG: Nivo, which draws the box plots, animates every bar and label even if
   nothing moves, which doubles the drawing time of a page of charts. */

const TICK_ROOM = 64;

/** Positions in the plot area, in pixels from its top left corner. */
export interface Scales {
  width: number;
  height: number;
  /** The width of a category. */
  step: number;
  /** The centre of a category. */
  x: (category: number) => number;
  y: (value: number) => number;
}

interface PlotProps extends Pick<SeriesChartProps, 'categories' | 'formatTick' | 'time'> {
  /** The ticks of the left axis, ascending. */
  ticks: readonly number[];
  /** In pixels, including the axes. */
  width: number;
  height: number;
  /** Whether the left axis is logarithmic. */
  isLog?: boolean;
  /** Draws the content between the axes. */
  children: (scales: Scales) => ReactNode;
}

function scalesOf({
  categories,
  ticks,
  width,
  height,
  isLog,
}: Omit<PlotProps, 'children'>): Scales {
  const inner = {
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom,
  };
  const step = inner.width / categories.length;
  const [bottom, top] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  // The logarithm of 0 is undefined.
  const along = (value: number) => (isLog ? Math.log(Math.max(value, bottom)) : value);
  const length = along(top) - along(bottom);
  return {
    ...inner,
    step,
    x: (category) => (category + 0.5) * step,
    y: (value) => inner.height * (1 - (along(value) - along(bottom)) / length),
  };
}

/** The axes and horizontal grid lines of a series chart. */
export function Plot({ children, ...props }: PlotProps) {
  const { categories, formatTick, time, ticks, width, height } = props;
  const hatching = useId();
  const { border, surface, textSoft } = useTheme().palette.scheme;
  const scales = scalesOf(props);
  const labelled = time?.ordinals
    ? steppedIndexes(time.ordinals, time.steps ?? [], scales.width, TICK_ROOM)
    : spacedIndexes(categories.length, width, TICK_ROOM);
  // The last label ends with the chart at the latest.
  const labelX = (at: number) => {
    const half = ((categories[at]?.tick.length ?? 0) * LETTER) / 2;
    return Math.min(scales.x(at), scales.width + MARGIN.right - half);
  };
  return (
    <ChartSvg width={width} height={height}>
      {time?.partial && (
        <pattern
          id={hatching}
          width={6}
          height={6}
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width={2.5} height={6} fill={surface} fillOpacity={0.75} />
          <rect x={2.5} width={0.75} height={6} fill={border} />
        </pattern>
      )}
      <g transform={`translate(${MARGIN.left} ${MARGIN.top})`}>
        {ticks.map((tick) => (
          <line
            key={tick}
            x2={scales.width}
            y1={scales.y(tick)}
            y2={scales.y(tick)}
            stroke={border}
          />
        ))}
        <g fill={textSoft} textAnchor="end" dominantBaseline="central">
          {ticks.map((tick) => (
            <text key={tick} x={-8} y={scales.y(tick)}>
              {formatTick(tick)}
            </text>
          ))}
        </g>
        <g fill={textSoft} textAnchor="middle">
          {labelled.map((at) => (
            <text key={at} x={labelX(at)} y={scales.height + 17}>
              {categories[at]?.tick}
            </text>
          ))}
        </g>
        {children(scales)}
        {time?.partial?.map((at) => (
          <rect
            key={at}
            x={at * scales.step}
            width={scales.step}
            height={scales.height}
            fill={`url(#${hatching})`}
          />
        ))}
      </g>
    </ChartSvg>
  );
}
