import { useEffect, useState } from 'react';

import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Link from '@mui/material/Link';
import { useTheme } from '@mui/material/styles';
import { Link as RouterLink } from 'react-router';

import { fitText } from '@/components/charts/fit-text';
import type { Scales } from '@/components/charts/plot';
import { CardPlace } from '@/components/charts/hover-area';
import { MARGIN, positionOf, type Marker, type TimeScale } from '@/components/charts/series';
import { TooltipCard } from '@/components/charts/tooltip';
import type { MarkerLook } from '@/lib/event-markers';

/** The size of a button, in pixels: markers that are closer share one. */
const SIZE = 24;
const LABEL_ROOM = 60;
/** Cards list no more; Activity has the others. */
const MAX_LISTED = 5;

interface Placed {
  /** Pixels from the left of the plot area. */
  x: number;
  /** The width of a band. */
  width?: number;
  marker: Marker;
}

/** Returns the markers within the chart, from left to right. */
export function placeMarkers(
  markers: readonly Marker[],
  time: TimeScale,
  categories: number,
  width: number,
): Placed[] {
  const [first = 0, last = 0] = [time.edges[0], time.edges.at(-1)];
  const x = (moment: number) => (positionOf(time, moment) * width) / categories;
  return markers
    .filter(({ start, end = start }) => start <= last && end >= first)
    .map((marker) => {
      const left = x(Math.max(marker.start, first));
      return marker.end === undefined
        ? { x: left, marker }
        : { x: left, width: Math.max(x(Math.min(marker.end, last)) - left, 2), marker };
    })
    .sort((one, other) => one.x - other.x);
}

/** Joins markers into groups with room for a button each. */
export function groupMarkers(placed: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = [];
  for (const one of placed) {
    const group = groups.at(-1);
    if (group?.[0] && one.x < group[0].x + SIZE) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

interface MarkersProps {
  markers: readonly Marker[];
  time: TimeScale;
  categories: number;
}

/** Lines at moments and bands over spans, such as outages; drawn below the series. */
export function MarkerLines({
  markers,
  time,
  categories,
  scales,
}: MarkersProps & { scales: Scales }) {
  const { scheme } = useTheme().palette;
  return placeMarkers(markers, time, categories, scales.width).map(({ x, width, marker }) =>
    width === undefined ? (
      <line
        key={marker.id}
        x1={x}
        x2={x}
        y2={scales.height}
        stroke={scheme[marker.tone]}
        strokeDasharray="2 3"
      />
    ) : (
      <rect
        key={marker.id}
        x={x}
        width={width}
        height={scales.height}
        fill={scheme[marker.tone]}
        fillOpacity={0.16}
      />
    ),
  );
}

const SHAPES: Readonly<Record<MarkerLook['shape'], string>> = {
  triangle: 'M12 18 6.5 8h11Z',
  diamond: 'M12 18 7 12.5 12 7l5 5.5Z',
  square: 'M7.5 8h9v9h-9Z',
  better: 'M12 5.5 17.5 12 12 18.5 6.5 12ZM9.5 13.5h5L12 9.5Z',
  worse: 'M12 5.5 17.5 12 12 18.5 6.5 12ZM9.5 10.5h5L12 14.5Z',
};

/** A group looks like the one in it that needs somebody first. */
const TONES: readonly MarkerLook['tone'][] = ['bad', 'accent', 'good', 'textSoft'];

const Glyph = ({ group }: { group: readonly Placed[] }) => {
  const { scheme } = useTheme().palette;
  const tones = group.map(({ marker: { tone } }) => tone);
  const worst = TONES.find((tone) => tones.includes(tone)) ?? 'textSoft';
  const [first] = group;
  if (first === undefined) return null;
  const { shape, tone } = first.marker;
  return (
    <svg width={SIZE} height={SIZE} aria-hidden>
      {group.length === 1 ? (
        <path d={SHAPES[shape]} fill={scheme[tone]} fillRule="evenodd" />
      ) : (
        <>
          <circle cx={12} cy={12} r={8} fill={scheme[worst]} />
          <text
            x={12}
            y={12}
            textAnchor="middle"
            dominantBaseline="central"
            fontSize={group.length > 9 ? 9 : 10}
            fontWeight={600}
            fill={scheme.surface}
          >
            {group.length > 99 ? '99' : group.length}
          </text>
        </>
      )}
    </svg>
  );
};

const Card = ({ group }: { group: readonly Placed[] }) => {
  const listed = group.slice(-MAX_LISTED).map(({ marker }) => marker);
  const rest = group.length - listed.length;
  return (
    <TooltipCard title={group.length > 1 ? `${group.length} events` : ''}>
      {listed.map(({ id, text, time, to, link }) => (
        <Box key={id} sx={{ '& + &': { mt: 0.75 } }}>
          <Box sx={{ fontWeight: 600 }}>{text}</Box>
          <Box sx={{ color: 'text.secondary' }}>{time}</Box>
          <Link component={RouterLink} to={to} aria-label={`${text}: ${link}`}>
            {link}
          </Link>
        </Box>
      ))}
      {rest > 0 && (
        <Box sx={{ mt: 0.75, color: 'text.secondary' }}>{rest} earlier ones are in Activity</Box>
      )}
    </TooltipCard>
  );
};

const nameOf = (group: readonly Placed[]) =>
  group.length === 1
    ? group.map(({ marker: { text, time } }) => `${text}, ${time}`).join()
    : `${group.length} events`;

interface GroupProps {
  group: readonly Placed[];
  x: number;
  width: number;
}

/** A button above the chart; its card shows on hover, and stays open after a click. */
function GroupButton({ group, x, width }: GroupProps) {
  const [opened, setOpened] = useState<'hover' | 'click'>();
  useEffect(() => {
    if (opened === undefined) return;
    const close = ({ key }: KeyboardEvent) => key === 'Escape' && setOpened(undefined);
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [opened]);
  return (
    <Box
      sx={{ position: 'absolute', left: MARGIN.left + x - SIZE / 2, top: 0 }}
      onPointerEnter={({ pointerType }) =>
        pointerType === 'mouse' && setOpened((by) => by ?? 'hover')
      }
      onPointerLeave={() => setOpened((by) => (by === 'hover' ? undefined : by))}
      onBlur={({ currentTarget, relatedTarget }) =>
        currentTarget.contains(relatedTarget) || setOpened(undefined)
      }
    >
      <ButtonBase
        aria-label={nameOf(group)}
        aria-expanded={opened !== undefined}
        onClick={() => setOpened((by) => (by === 'click' ? undefined : 'click'))}
        sx={{ width: SIZE, height: SIZE, borderRadius: '4px' }}
      >
        <Glyph group={group} />
      </ButtonBase>
      {opened && (
        <CardPlace x={SIZE / 2} y={SIZE} isRight={x > width / 2} room={Math.max(x, width - x)}>
          <Card group={group} />
        </CardPlace>
      )}
    </Box>
  );
}

/** The buttons of the markers, in the strip above the plot area. */
export function MarkerButtons({
  markers,
  time,
  categories,
  width,
}: MarkersProps & { width: number }) {
  const { textSoft } = useTheme().palette.scheme;
  const inner = width - MARGIN.left - MARGIN.right;
  const groups = groupMarkers(placeMarkers(markers, time, categories, inner));
  return groups.map((group, place) => {
    const [first] = group;
    if (first === undefined) return null;
    const next = groups[place + 1]?.[0]?.x ?? inner + SIZE / 2;
    const hasRoom = group.length === 1 && next - first.x >= SIZE + LABEL_ROOM;
    return (
      <Box key={first.marker.id}>
        {hasRoom && (
          <Box
            component="span"
            aria-hidden
            sx={{
              position: 'absolute',
              left: MARGIN.left + first.x + SIZE / 2 - 2,
              top: 0,
              lineHeight: `${SIZE}px`,
              fontSize: '0.625rem',
              color: textSoft,
              pointerEvents: 'none',
              whiteSpace: 'nowrap',
            }}
          >
            {fitText(first.marker.label, LABEL_ROOM)}
          </Box>
        )}
        <GroupButton group={group} x={first.x} width={inner} />
      </Box>
    );
  });
}
