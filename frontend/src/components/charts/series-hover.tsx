import { useEffect, useState, type KeyboardEvent } from 'react';

import Box from '@mui/material/Box';

import { setCrosshair, useCrosshair } from '@/components/charts/crosshair';
import { CardPlace, HoverArea, Selection, type Hit } from '@/components/charts/hover-area';
import {
  MARGIN,
  positionOf,
  type Category,
  type Series,
  type SeriesChartProps,
} from '@/components/charts/series';
import { TooltipCard, TooltipRows, type TooltipRow } from '@/components/charts/tooltip';

interface SeriesHoverProps extends Pick<
  SeriesChartProps,
  'categories' | 'series' | 'format' | 'time' | 'onZoom'
> {
  width: number;
  height: number;
  /** The label of a row with the sum of all series. */
  total?: string;
  /** The comparison series, shown in the last row. */
  before?: Series;
  /** Called with the place of a click: the category, and the share of the height from the bottom. */
  onClick?: (category: number, height: number) => void;
}

function rowsAt(
  { series, format, total, before }: Omit<SeriesHoverProps, 'width' | 'height'>,
  at: number,
): TooltipRow[] {
  const rowOf = ({ values, ...one }: Series) => ({ ...one, value: format(values[at] ?? null) });
  const sum = () => series.reduce((added, { values }) => added + (values[at] ?? 0), 0);
  return [
    ...series.map(rowOf),
    ...(total === undefined ? [] : [{ name: total, value: format(sum()) }]),
    ...(before === undefined ? [] : [rowOf(before)]),
  ];
}

const GuideLine = ({ x }: { x: number }) => (
  <Box
    sx={{
      position: 'absolute',
      top: 0,
      bottom: 0,
      left: Math.round(x),
      borderLeft: 1,
      borderColor: 'text.secondary',
      opacity: 0.5,
      pointerEvents: 'none',
    }}
  />
);

const titleOf = ({ title }: Category, isPartial = false) =>
  isPartial ? `${title} (in part)` : title;

const areaOf = ({ width, height }: { width: number; height: number }) => ({
  left: MARGIN.left,
  top: MARGIN.top,
  width: width - MARGIN.left - MARGIN.right,
  height: height - MARGIN.top - MARGIN.bottom,
});

/** Returns the moment in the middle of a slice, in ms since 1970. */
function middleOf(time: SeriesHoverProps['time'], at: number): number | null {
  const [start, end] = time?.edges.slice(at, at + 2) ?? [];
  return start === undefined || end === undefined ? null : (start + end) / 2;
}

/** The line at the moment under the pointer, which may be over another chart. */
function Crosshair({ time, step }: { time: SeriesHoverProps['time']; step: number }) {
  const moment = useCrosshair();
  const [first = 0, last = 0] = [time?.edges[0], time?.edges.at(-1)];
  if (!time || moment === null || moment < first || moment >= last) return null;
  return <GuideLine x={(Math.floor(positionOf(time, moment)) + 0.5) * step} />;
}

/**
 * The tooltip of a series chart: all values in the category under the pointer.
 *
 * Dragging over time slices zooms to them.
 */
export function SeriesHover({ onClick, onZoom, ...chart }: SeriesHoverProps) {
  const { categories, time } = chart;
  const area = areaOf(chart);
  const step = area.width / categories.length;
  const place = (x: number) => Math.floor(x / step);
  const locate = (x: number, y: number): Hit | undefined => {
    const at = place(x);
    const category = categories[at];
    if (!category) return undefined;
    const middle = (at + 0.5) * step;
    return {
      x: middle,
      y: y - 40,
      sign: time ? undefined : <GuideLine x={middle} />,
      content: (
        <TooltipCard title={titleOf(category, time?.partial?.includes(at))}>
          <TooltipRows rows={rowsAt(chart, at)} />
        </TooltipCard>
      ),
    };
  };
  // What a finger has left goes with its chart.
  useEffect(() => () => setCrosshair(null), []);
  const follow = (x: number | null) => setCrosshair(x === null ? null : middleOf(time, place(x)));
  return (
    <>
      <Box sx={{ position: 'absolute', pointerEvents: 'none', ...area }}>
        <Crosshair time={time} step={step} />
      </Box>
      <HoverArea
        area={area}
        locate={locate}
        step={step}
        onHover={time && follow}
        onDrag={
          onZoom && ((left, right) => onZoom(place(left), place(Math.max(left, right - 0.5))))
        }
        onClick={onClick && ((x, y) => onClick(place(x), 1 - y / area.height))}
      />
    </>
  );
}

type KeyMove = (at: number, count: number) => number;

const MOVES: Readonly<Record<string, KeyMove>> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowDown: (at) => at - 1,
  ArrowUp: (at) => at + 1,
  PageDown: (at) => at - 10,
  PageUp: (at) => at + 10,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * The chart as a slider over its time slices, for the keyboard and for screen readers.
 *
 * The arrow keys read the values; with Shift they select slices, and Enter zooms to them.
 */
export function TimeSlider({ onZoom, ...chart }: SeriesHoverProps & { label: string }) {
  const { categories, time, label } = chart;
  const [isOn, setOn] = useState(false);
  const [chosen, setAt] = useState(Infinity);
  const [anchor, setAnchor] = useState<number | null>(null);
  const area = areaOf(chart);
  const step = area.width / categories.length;
  const at = Math.min(chosen, categories.length - 1);
  const category = categories[at];
  const moment = middleOf(time, at);
  useEffect(() => {
    if (!isOn) return;
    setCrosshair(moment);
    return () => setCrosshair(null);
  }, [isOn, moment]);
  if (!category || !time) return null;
  const [first, last] = [Math.min(at, anchor ?? at), Math.max(at, anchor ?? at)];
  const rows = rowsAt(chart, at);
  const press = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (event.key === 'Enter') {
      setAnchor(null);
      onZoom?.(first, last);
    } else if (event.key === 'Escape') {
      setAnchor(null);
    } else if (move) {
      setAnchor(event.shiftKey ? (anchor ?? at) : null);
      setAt(Math.min(Math.max(move(at, categories.length), 0), categories.length - 1));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const title = titleOf(category, time.partial?.includes(at));
  const isRight = at >= categories.length / 2;
  const x = (at + 0.5) * step + (isRight ? -10 : 10);
  return (
    <Box
      role="slider"
      tabIndex={0}
      aria-label={`${label}: point in time`}
      title="Arrow keys read the values; with Shift they select, and Enter zooms"
      aria-valuemin={0}
      aria-valuemax={categories.length - 1}
      aria-valuenow={at}
      aria-valuetext={`${title}: ${rows.map(({ name, value }) => `${name} ${value}`).join(', ')}`}
      onKeyDown={press}
      onFocus={() => setOn(true)}
      onBlur={() => {
        setOn(false);
        setAnchor(null);
      }}
      sx={{ position: 'absolute', pointerEvents: 'none', borderRadius: '4px', ...area }}
    >
      {isOn && (
        <>
          <GuideLine x={(at + 0.5) * step} />
          {anchor !== null && <Selection left={first * step} right={(last + 1) * step} />}
          <CardPlace {...{ x, isRight }} y={0} room={isRight ? x + area.left : area.width - x}>
            <TooltipCard title={title}>
              <TooltipRows rows={rows} />
            </TooltipCard>
          </CardPlace>
        </>
      )}
    </Box>
  );
}
