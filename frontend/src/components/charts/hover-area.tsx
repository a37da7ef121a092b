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
  /** The width of what is selected at least, in pixels. */
  step?: number;
  /** Called with the position of the pointer, and with null when its tooltip goes. */
  onHover?: (x: number | null) => void;
  /** Called after dragging, with both ends. A finger that moves up or down scrolls the page. */
  onDrag?: (left: number, right: number) => void;
  /** Called for a click; on a touch screen, for a second tap: the first one shows the tooltip. */
  onClick?: (x: number, y: number) => void;
}

/** The selected part of an area. */
export const Selection = ({ left, right }: { left: number; right: number }) => (
  <Box
    sx={({ palette }) => ({
      position: 'absolute',
      top: 0,
      bottom: 0,
      left,
      width: right - left,
      bgcolor: palette.primary.main,
      opacity: 0.2,
      pointerEvents: 'none',
    })}
  />
);

const DISTANCE = 10;
/** A shorter movement is a click; fingers are less steady. */
const MIN_DRAG = 5;
const MIN_TOUCH_DRAG = 12;
/** Taps that are closer are on the same thing. */
const SAME_TAP = 24;

/** Where a pointer was pressed, how far it moves at least to drag, and whether it clicks else. */
interface Press {
  x: number;
  minDrag: number;
  isClick: boolean;
}

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
    // Before another chart gets the event, whose crosshair is to stay.
    document.addEventListener('pointerdown', touched, { capture: true });
    document.addEventListener('scroll', end, { capture: true, passive: true });
    document.addEventListener('keydown', pressed);
    return () => {
      document.removeEventListener('pointerdown', touched, { capture: true });
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
export function HoverArea(props: HoverAreaProps) {
  const { area, locate, step = 1, onHover, onDrag, onClick } = props;
  const element = useRef<HTMLElement>(null);
  const [pressed, setPressed] = useState<Press | null>(null);
  const [pointer, setPointer] = useState<{ x: number; y: number } | null>(null);
  const hide = useCallback(() => {
    setPointer(null);
    setPressed(null);
    onHover?.(null);
  }, [onHover]);
  useDismiss(pointer !== null, element, hide);
  const hit = pointer ? locate(pointer.x, pointer.y) : undefined;
  const positionOf = ({ currentTarget, clientX, clientY }: PointerEvent<HTMLElement>) => {
    const { left, top } = currentTarget.getBoundingClientRect();
    return { x: Math.min(Math.max(clientX - left, 0), area.width - 0.5), y: clientY - top };
  };
  const follow = (event: PointerEvent<HTMLElement>) => {
    const position = positionOf(event);
    setPointer(position);
    onHover?.(position.x);
  };
  const press = (event: PointerEvent<HTMLElement>) => {
    const { x, y } = positionOf(event);
    const isTouch = event.pointerType === 'touch';
    const isAgain = pointer !== null && Math.hypot(x - pointer.x, y - pointer.y) < SAME_TAP;
    follow(event);
    if (event.button !== 0 || !event.isPrimary || !(onDrag ?? onClick)) return;
    setPressed({ x, minDrag: isTouch ? MIN_TOUCH_DRAG : MIN_DRAG, isClick: !isTouch || isAgain });
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault(); // no text is selected
  };
  const release = (event: PointerEvent<HTMLElement>) => {
    if (pressed === null) return;
    const { x, y } = positionOf(event);
    setPressed(null);
    if (Math.abs(x - pressed.x) >= pressed.minDrag) {
      if (event.pointerType === 'touch') hide();
      onDrag?.(Math.min(x, pressed.x), Math.max(x, pressed.x));
    } else if (pressed.isClick) onClick?.(x, y);
  };
  // Lifting a finger is a leave event, but the tooltip should stay.
  const leave = ({ pointerType }: PointerEvent) => pointerType === 'mouse' && hide();
  const isDragging =
    onDrag && pressed !== null && pointer && Math.abs(pointer.x - pressed.x) >= pressed.minDrag;
  return (
    <Box
      ref={element}
      aria-hidden
      onPointerMove={follow}
      onPointerDown={press}
      onPointerUp={release}
      onPointerLeave={leave}
      // The browser scrolls instead.
      onPointerCancel={hide}
      sx={{
        position: 'absolute',
        ...area,
        touchAction: onDrag && 'pan-y',
        userSelect: 'none',
        cursor: onDrag ? 'crosshair' : onClick ? 'pointer' : undefined,
      }}
    >
      {hit?.sign}
      {isDragging && (
        <Selection
          left={Math.floor(Math.min(pressed.x, pointer.x) / step) * step}
          right={Math.ceil(Math.max(pressed.x, pointer.x) / step) * step}
        />
      )}
      {hit && <Tooltip hit={hit} area={area} />}
    </Box>
  );
}
