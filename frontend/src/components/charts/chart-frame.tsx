import type { ReactNode } from 'react';

import Box from '@mui/material/Box';

import { Legend, type LegendEntry, type LegendProps } from '@/components/charts/legend';
import { useWidth } from '@/components/charts/use-width';

interface ChartFrameProps {
  yTitle?: string;
  xTitle?: string;
  /** A choice about the axis of values, next to its title. */
  option?: ReactNode;
  legend?: readonly LegendEntry[];
  /** Which series the legend hides, and how to change that. */
  choice?: Omit<LegendProps, 'entries'>;
  /** In pixels; may depend on the width. */
  height: number | ((width: number) => number);
  /** What is above the drawing, such as buttons. */
  controls?: (width: number) => ReactNode;
  /** Draws the chart in the available width. */
  children: (width: number) => ReactNode;
}

const caption = { fontSize: '0.6875rem', lineHeight: 1.6, color: 'text.secondary' } as const;

/**
 * The frame of a chart: axis titles and legend. The drawing is hidden from screen readers, which
 * read the summary and the table.
 */
export function ChartFrame({
  yTitle,
  xTitle,
  option,
  legend = [],
  choice,
  height,
  controls,
  children,
}: ChartFrameProps) {
  const [ref, width] = useWidth();
  return (
    <Box>
      {(yTitle !== undefined || legend.length > 0) && (
        <Box
          sx={{
            ...caption,
            display: 'flex',
            flexWrap: 'wrap',
            alignItems: 'center',
            columnGap: 2,
            mb: 0.5,
            minHeight: 18,
          }}
        >
          <Box
            sx={{ flex: 1, display: 'flex', alignItems: 'center', gap: 1, whiteSpace: 'nowrap' }}
          >
            {yTitle}
            {option}
          </Box>
          <Legend entries={legend} {...choice} />
        </Box>
      )}
      <Box
        ref={ref}
        data-chart
        sx={{ position: 'relative', height: typeof height === 'number' ? height : height(width) }}
      >
        {width > 0 && (
          <>
            <div aria-hidden>{children(width)}</div>
            {controls?.(width)}
          </>
        )}
      </Box>
      {xTitle !== undefined && <Box sx={{ ...caption, textAlign: 'right' }}>{xTitle}</Box>}
    </Box>
  );
}
