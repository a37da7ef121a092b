/* Shared types of charts with a category axis: time slices, bins or hours at the bottom, and series
   of values. */
import type { MarkerLook } from '@/lib/event-markers';

export interface Series {
  id: string;
  name: string;
  color: string;
  /** One per category; null for a missing value. */
  values: readonly (number | null)[];
  /** An SVG dash pattern, so that colour is not the only distinction. */
  dash?: string;
}

export interface Category {
  /** The short label on the axis. */
  tick: string;
  /** The full title in the tooltip. */
  title: string;
}

/** When the categories of a chart are, if they are time slices. */
export interface TimeScale {
  /** The start of each slice, and the end of the last one; in ms since 1970, ascending. */
  edges: readonly number[];
  /** The indexes of slices of which only a part is in the range. */
  partial?: readonly number[];
  /**
   * Positions of the slices in the calendar: the ticks are at multiples of one of the steps. Without
   * them, the ticks are evenly spaced.
   */
  ordinals?: readonly number[];
  steps?: readonly number[];
}

/** An event, or a span such as an outage, that a chart marks. */
export interface Marker extends MarkerLook {
  id: string;
  /** In ms since 1970. */
  start: number;
  /** The end of a span. */
  end?: number;
  /** A few letters next to the marker, where there is room. */
  label: string;
  /** What happened. */
  text: string;
  /** When, for readers. */
  time: string;
  /** The page that shows more about it. */
  to: string;
  /** What that page is, as the text of a link. */
  link: string;
}

/** Returns the position of a moment on the axis, in categories; the moment is within the scale. */
export function positionOf({ edges }: TimeScale, moment: number): number {
  const at = Math.min(
    edges.findLastIndex((edge) => edge <= moment),
    edges.length - 2,
  );
  const [start = 0, end = 1] = edges.slice(at, at + 2);
  return at + (moment - start) / (end - start);
}

export interface SeriesChartProps {
  categories: readonly Category[];
  series: readonly Series[];
  /** The title of the bottom axis, with its unit. */
  xTitle: string;
  /** The title of the left axis, with its unit. */
  yTitle: string;
  /** Formats a value on the axis. */
  formatTick: (value: number) => string;
  /** Formats a value in the tooltip. */
  format: (value: number | null) => string;
  /** For categories that are time slices. */
  time?: TimeScale;
  markers?: readonly Marker[];
  /** Zooms to a range of time slices. */
  onZoom?: (first: number, last: number) => void;
  /** Pixels. */
  height?: number;
}

export const CHART_HEIGHT = 256;
/** Above the plot area is a strip for markers. */
export const MARGIN = { top: 24, right: 8, bottom: 24, left: 48 } as const;
