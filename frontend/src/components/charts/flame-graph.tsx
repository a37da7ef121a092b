import { useState, type KeyboardEvent } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useTheme, type Theme } from '@mui/material/styles';

import { ChartSvg } from '@/components/charts/chart-svg';
import { fitText } from '@/components/charts/fit-text';
import { Legend } from '@/components/charts/legend';
import { useWidth } from '@/components/charts/use-width';
import { mix } from '@/theme/colors';

/** A function or line, as wide as it took time. */
export interface FlameNode {
  /** Unique in the graph. */
  id: string;
  name: string;
  /** What else to know about it, in words. */
  detail: string;
  value: number;
  /** Paler than the others. */
  isOther: boolean;
  /** From -1, much faster than before, to 1, much slower; undefined without a comparison. */
  change?: number;
  children: readonly FlameNode[];
}

interface FlameGraphProps {
  label: string;
  root: FlameNode;
  /** Whether the colours show changes. */
  compares: boolean;
}

const ROW = 24;
/** Narrower boxes are not drawn, in pixels. */
const MIN_WIDTH = 2;
/** Narrower boxes have no text. */
const MIN_TEXT = 24;
const MIN_CHANGE = 0.02;

interface Cell {
  node: FlameNode;
  row: number;
  x: number;
  width: number;
  parent: Cell | undefined;
}

/** Returns the nodes from the root to the one with an ID; undefined if there is none. */
function pathTo(node: FlameNode, id: string): FlameNode[] | undefined {
  if (node.id === id) return [node];
  for (const child of node.children) {
    const path = pathTo(child, id);
    if (path) return [node, ...path];
  }
  return undefined;
}

/** Returns the boxes of a graph that is zoomed to the last node of a path, each after its parent. */
export function layOut(path: readonly FlameNode[], width: number): Cell[] {
  const cells: Cell[] = [];
  const place = (node: FlameNode, x: number, room: number, parent: Cell | undefined) => {
    const cell = { node, row: parent ? parent.row + 1 : 0, x, width: room, parent };
    cells.push(cell);
    return cell;
  };
  const placeBelow = (parent: Cell) => {
    const { node, width: room } = parent;
    const all = node.children.reduce((sum, { value }) => sum + value, 0);
    // What is below a line may take longer than the line, as both are estimates.
    const most = Math.max(node.value, all);
    let x = parent.x;
    for (const child of node.children) {
      const part = most > 0 ? (child.value / most) * room : 0;
      if (part >= MIN_WIDTH) placeBelow(place(child, x, part, parent));
      x += part;
    }
  };
  let last: Cell | undefined;
  for (const node of path) last = place(node, 0, width, last);
  if (last) placeBelow(last);
  return cells;
}

/** How opaque boxes are: those of the app, and others. */
const [OWN, SOFT] = [0.3, 0.14];

/** Returns the colour of a box and how opaque it is; text on it is always readable. */
function fillOf(
  { isOther, change }: FlameNode,
  { palette: { scheme } }: Theme,
): [color: string | undefined, opacity: number] {
  if (change === undefined) {
    return isOther ? [scheme.textSoft, SOFT] : [scheme.accent, OWN];
  }
  if (Math.abs(change) < MIN_CHANGE) return [scheme.textSoft, SOFT];
  return [change > 0 ? scheme.series[1] : scheme.series[0], 0.16 + 0.4 * Math.abs(change)];
}

const DIRECTIONS: Readonly<Record<string, (cells: readonly Cell[], at: Cell) => Cell | undefined>> =
  {
    ArrowUp: (_, { parent }) => parent,
    ArrowDown: (cells, at) => cells.find(({ parent }) => parent === at),
    ArrowLeft: (cells, at) => beside(cells, at, -1),
    ArrowRight: (cells, at) => beside(cells, at, 1),
    Home: (cells) => cells[0],
  };

/** Returns the box before or after another one in its row. */
function beside(cells: readonly Cell[], at: Cell, step: number): Cell | undefined {
  const row = cells.filter((cell) => cell.row === at.row);
  return row[row.indexOf(at) + step];
}

/**
 * Where the time of requests goes: each box is as wide as the time that it took, and below it is
 * what it called. A click zooms to a box, and the arrow keys go from box to box.
 */
export function FlameGraph({ label, root, compares }: FlameGraphProps) {
  const theme = useTheme();
  const { scheme } = theme.palette;
  const [ref, width] = useWidth();
  const [zoomed, setZoomed] = useState(root.id);
  const [shown, setShown] = useState<string>();
  const path = pathTo(root, zoomed) ?? [root];
  const cells = layOut(path, width);
  const height = ROW * (1 + Math.max(0, ...cells.map(({ row }) => row)));
  const active = cells.find(({ node }) => node.id === shown) ?? cells[path.length - 1];
  const move = (event: KeyboardEvent<SVGSVGElement>) => {
    if (!active) return;
    if (event.key === 'Enter' || event.key === ' ') setZoomed(active.node.id);
    else if (event.key === 'Escape') setZoomed(root.id);
    else {
      const next = DIRECTIONS[event.key]?.(cells, active);
      if (!next) return;
      setShown(next.node.id);
      document.getElementById(next.node.id)?.focus();
    }
    event.preventDefault();
  };
  return (
    <Box>
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          gap: 1,
          minHeight: 32,
          mb: 1,
        }}
      >
        <Box sx={{ flex: 1, fontSize: '0.6875rem', color: 'text.secondary' }}>
          <Legend
            entries={
              compares
                ? [
                    { id: 'slower', name: 'Slower than before', color: scheme.series[1] ?? '' },
                    { id: 'faster', name: 'Faster than before', color: scheme.series[0] ?? '' },
                    { id: 'same', name: 'Same', color: mix(scheme.surface, scheme.textSoft, SOFT) },
                  ]
                : [
                    { id: 'own', name: 'The app', color: mix(scheme.surface, scheme.accent, OWN) },
                    {
                      id: 'other',
                      name: 'Packages',
                      color: mix(scheme.surface, scheme.textSoft, SOFT),
                    },
                  ]
            }
          />
        </Box>
        {zoomed !== root.id && path.length > 1 && (
          <Button variant="outlined" onClick={() => setZoomed(root.id)}>
            Reset zoom
          </Button>
        )}
      </Box>
      <Box
        ref={ref}
        sx={{
          maxHeight: 20 * ROW,
          overflowY: 'auto',
          overflowX: 'hidden',
          '@media print': { maxHeight: 'none' },
        }}
      >
        {width > 0 && (
          <ChartSvg
            role="tree"
            tabIndex={-1}
            aria-label={label}
            width={width}
            height={height}
            onKeyDown={move}
          >
            {cells.map(({ node, row, x, width: room }) => {
              const [fill, opacity] = fillOf(node, theme);
              return (
                <Box
                  component="g"
                  key={node.id}
                  id={node.id}
                  role="treeitem"
                  aria-level={row + 1}
                  aria-selected={node.id === zoomed}
                  aria-label={`${node.name}: ${node.detail}`}
                  tabIndex={node.id === active?.node.id ? 0 : -1}
                  transform={`translate(${x} ${row * ROW})`}
                  onClick={() => {
                    setZoomed(node.id);
                    setShown(node.id);
                  }}
                  onFocus={() => setShown(node.id)}
                  onMouseEnter={() => setShown(node.id)}
                  sx={{
                    cursor: 'pointer',
                    outline: 'none',
                    '&:hover rect, &:focus-visible rect': { stroke: scheme.text, strokeWidth: 1.5 },
                  }}
                >
                  <rect
                    x={0.5}
                    y={0.5}
                    width={Math.max(room - 1, 1)}
                    height={ROW - 2}
                    rx={2}
                    fill={fill}
                    fillOpacity={opacity}
                  />
                </Box>
              );
            })}
            {/* Beside the boxes, as a cut text is not their name. */}
            <g aria-hidden pointerEvents="none" fill={scheme.text}>
              {cells.map(
                ({ node, row, x, width: room }) =>
                  room > MIN_TEXT && (
                    <text key={node.id} x={x + 5} y={(row + 0.5) * ROW} dominantBaseline="central">
                      {fitText(node.name, room - 8)}
                    </text>
                  ),
              )}
            </g>
          </ChartSvg>
        )}
      </Box>
      <Box aria-hidden sx={{ mt: 1, minHeight: 38, fontSize: '0.75rem', overflowWrap: 'anywhere' }}>
        {active && (
          <>
            <b>{active.node.name}</b> {active.node.detail}
          </>
        )}
      </Box>
    </Box>
  );
}
