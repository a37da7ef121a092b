import type { ReactNode } from 'react';

import { useTheme } from '@mui/material/styles';

import { spacedIndexes } from '@/components/charts/scale';
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

interface PlotProps extends Pick<SeriesChartProps, 'categories' | 'formatTick'> {
  /** The ticks of the left axis, ascending from 0. */
  ticks: readonly number[];
  /** In pixels, including the axes. */
  width: number;
  height: number;
  /** Draws the content between the axes. */
  children: (scales: Scales) => ReactNode;
}

function scalesOf({ categories, ticks, width, height }: Omit<PlotProps, 'children'>): Scales {
  const inner = {
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom,
  };
  const step = inner.width / categories.length;
  const top = ticks.at(-1) ?? 1;
  return {
    ...inner,
    step,
    x: (category) => (category + 0.5) * step,
    y: (value) => inner.height * (1 - value / top),
  };
}

/** The axes and horizontal grid lines of a series chart. */
export function Plot({ children, ...props }: PlotProps) {
  const { categories, formatTick, ticks, width, height } = props;
  const { border, textSoft } = useTheme().palette.scheme;
  const scales = scalesOf(props);
  return (
    <svg width={width} height={height} fontSize={11} style={{ display: 'block' }}>
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
          {spacedIndexes(categories.length, width, TICK_ROOM).map((at) => (
            <text key={at} x={scales.x(at)} y={scales.height + 17}>
              {categories[at]?.tick}
            </text>
          ))}
        </g>
        {children(scales)}
      </g>
    </svg>
  );
}
