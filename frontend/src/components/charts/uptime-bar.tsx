import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';

import { ChartSvg } from '@/components/charts/chart-svg';
import { HoverArea, type Hit } from '@/components/charts/hover-area';
import { TooltipCard } from '@/components/charts/tooltip';
import { useWidth } from '@/components/charts/use-width';

export interface UptimeDay {
  title: string;
  /** The share of the day that the app was down, from 0 to 1; null if it was not monitored. */
  down: number | null;
  /** The text of the tooltip. */
  text: string;
}

const HEIGHT = 40;
/** The minimum height of an outage, in pixels. */
const MIN_DOWN = 10;

function Day({ down, x, width }: { down: number | null; x: number; width: number }) {
  const { scheme } = useTheme().palette;
  const height = down ? Math.max(down * HEIGHT, MIN_DOWN) : 0;
  return (
    <g transform={`translate(${x} 0)`}>
      <rect
        width={width}
        height={HEIGHT}
        rx={1.5}
        fill={down === null ? scheme.border : scheme.good}
      />
      {height > 0 && (
        <rect
          y={HEIGHT - height}
          width={width}
          height={height}
          fill={scheme.bad}
          stroke={scheme.surface}
        />
      )}
    </g>
  );
}

/** A bar per day, green with the downtime in red at the bottom. */
export function UptimeBar({ days }: { days: readonly UptimeDay[] }) {
  const [ref, width] = useWidth();
  const step = width / days.length;
  const gap = step > 6 ? 2 : 1;
  const locate = (x: number): Hit | undefined => {
    const day = days[Math.floor(x / step)];
    return (
      day && { x, y: HEIGHT + 6, content: <TooltipCard title={day.title}>{day.text}</TooltipCard> }
    );
  };
  return (
    <Box ref={ref} data-chart aria-hidden sx={{ position: 'relative', height: HEIGHT }}>
      {width > 0 && (
        <>
          <ChartSvg width={width} height={HEIGHT}>
            {days.map(({ title, down }, at) => (
              <Day key={title} down={down} x={at * step} width={step - gap} />
            ))}
          </ChartSvg>
          <HoverArea area={{ left: 0, top: 0, width, height: HEIGHT }} locate={locate} />
        </>
      )}
    </Box>
  );
}
