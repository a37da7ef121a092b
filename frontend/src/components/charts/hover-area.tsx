import { useState, type PointerEvent, type ReactNode } from 'react';

import Box from '@mui/material/Box';

/** What is under the pointer: where its tooltip hangs, in pixels of the area, and what it says. */
export interface Hit {
  x: number;
  y: number;
  content: ReactNode;
  /** Drawn in the area below the tooltip, such as a guide line. */
  sign?: ReactNode;
}

interface HoverAreaProps {
  /** The part of the chart where the data is, in pixels. */
  area: { left: number; top: number; width: number; height: number };
  locate: (x: number, y: number) => Hit | undefined;
}

const Hanging = ({ hit, width }: { hit: Hit; width: number }) => (
  <Box
    sx={{
      position: 'absolute',
      top: Math.max(0, hit.y),
      zIndex: 'tooltip',
      pointerEvents: 'none',
      ...(hit.x > width / 2 ? { right: width - hit.x + 10 } : { left: hit.x + 10 }),
    }}
  >
    {hit.content}
  </Box>
);

/**
 * Lies over a chart and shows the tooltip of what is under the pointer.
 *
 * It is for those who see and point; everyone has the same figures in the table beside the chart.
 */
export function HoverArea({ area, locate }: HoverAreaProps) {
  const [pointer, setPointer] = useState<{ x: number; y: number } | null>(null);
  const hit = pointer ? locate(pointer.x, pointer.y) : undefined;
  const follow = (event: PointerEvent<HTMLElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    setPointer({ x: event.clientX - left, y: event.clientY - top });
  };
  // A finger leaves when it is lifted; what it touched should stay to be read.
  const leave = ({ pointerType }: PointerEvent) => pointerType === 'mouse' && setPointer(null);
  return (
    <Box
      aria-hidden
      onPointerMove={follow}
      onPointerDown={follow}
      onPointerLeave={leave}
      sx={{ position: 'absolute', ...area }}
    >
      {hit?.sign}
      {hit && <Hanging hit={hit} width={area.width} />}
    </Box>
  );
}
