import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';

import { HoverArea, type Hit } from '@/components/charts/hover-area';
import { TooltipCard } from '@/components/charts/tooltip';
import { useWidth } from '@/components/charts/use-width';

export interface UptimeDay {
  title: string;
  /** Share of the day that the app was down, from 0 to 1; null if nobody watched. */
  down: number | null;
  /** In words, for the tooltip. */
  text: string;
}

const HEIGHT = 40;
/** However short an outage was, this much of its day is coloured (pixels). */
const LEAST_DOWN = 10;

function Day({ down, x, width }: { down: number | null; x: number; width: number }) {
  const { scheme } = useTheme().palette;
  const height = down ? Math.max(down * HEIGHT, LEAST_DOWN) : 0;
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

/** A bar per day: green while the app answered, red from below as far as it did not. */
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
    <Box ref={ref} aria-hidden sx={{ position: 'relative', height: HEIGHT }}>
      {width > 0 && (
        <>
          <svg width={width} height={HEIGHT} style={{ display: 'block' }}>
            {days.map(({ title, down }, at) => (
              <Day key={title} down={down} x={at * step} width={step - gap} />
            ))}
          </svg>
          <HoverArea area={{ left: 0, top: 0, width, height: HEIGHT }} locate={locate} />
        </>
      )}
    </Box>
  );
}
