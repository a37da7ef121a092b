import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type PointerEvent,
  type ReactNode,
  type RefObject,
} from 'react';

import Box from '@mui/material/Box';

/**
 * What is under the pointer: the position of its tooltip in the area, in pixels, and its content.
 */
export interface Hit {
  x: number;
  y: number;
  content: ReactNode;
  /** Drawn below the tooltip, such as a guide line. */
  sign?: ReactNode;
}

interface HoverAreaProps {
  /** The data area of the chart, in pixels. */
  area: { left: number; top: number; width: number; height: number };
  locate: (x: number, y: number) => Hit | undefined;
}

const DISTANCE = 10;

interface CardPlaceProps {
  /** The position in the surrounding box, in pixels. */
  x: number;
  y: number;
  /** Whether there is more space to the left. */
  isRight: boolean;
  /** The width of that space. */
  room: number;
  children: ReactNode;
}

/** Places a card on the side with more space, and no wider than that. */
export const CardPlace = ({ x, y, isRight, room, children }: CardPlaceProps) => (
  <Box
    sx={{
      position: 'absolute',
      top: y,
      zIndex: 'tooltip',
      width: 'max-content',
      maxWidth: room,
      left: x,
      ...(isRight && { transform: 'translateX(-100%)' }),
    }}
  >
    {children}
  </Box>
);

const Tooltip = ({ hit: { x, y, content }, area }: { hit: Hit; area: HoverAreaProps['area'] }) => {
  const isRight = x > area.width / 2;
  return (
    <Box sx={{ pointerEvents: 'none' }}>
      <CardPlace
        x={isRight ? x - DISTANCE : x + DISTANCE}
        y={Math.max(0, y)}
        isRight={isRight}
        room={(isRight ? x + area.left : area.width - x) - DISTANCE}
      >
        {content}
      </CardPlace>
    </Box>
  );
};

/** Calls `end` when the user taps elsewhere, scrolls or presses Escape. */
function useDismiss(isOn: boolean, element: RefObject<HTMLElement | null>, end: () => void) {
  useEffect(() => {
    if (!isOn) return;
    const touched = ({ target }: Event) => {
      if (!(target instanceof Node && element.current?.contains(target))) end();
    };
    const pressed = ({ key }: KeyboardEvent) => key === 'Escape' && end();
    document.addEventListener('pointerdown', touched);
    document.addEventListener('scroll', end, { capture: true, passive: true });
    document.addEventListener('keydown', pressed);
    return () => {
      document.removeEventListener('pointerdown', touched);
      document.removeEventListener('scroll', end, { capture: true });
      document.removeEventListener('keydown', pressed);
    };
  }, [isOn, element, end]);
}

/**
 * An overlay that shows the tooltip of what is under the pointer.
 *
 * It is for pointer users only; the table has the same figures.
 */
export function HoverArea({ area, locate }: HoverAreaProps) {
  const element = useRef<HTMLElement>(null);
  const [pointer, setPointer] = useState<{ x: number; y: number } | null>(null);
  const hide = useCallback(() => setPointer(null), []);
  useDismiss(pointer !== null, element, hide);
  const hit = pointer ? locate(pointer.x, pointer.y) : undefined;
  const follow = (event: PointerEvent<HTMLElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    setPointer({ x: event.clientX - left, y: event.clientY - top });
  };
  // Lifting a finger is a leave event, but the tooltip should stay.
  const leave = ({ pointerType }: PointerEvent) => pointerType === 'mouse' && hide();
  return (
    <Box
      ref={element}
      aria-hidden
      onPointerMove={follow}
      onPointerDown={follow}
      onPointerLeave={leave}
      sx={{ position: 'absolute', ...area }}
    >
      {hit?.sign}
      {hit && <Tooltip hit={hit} area={area} />}
    </Box>
  );
}
