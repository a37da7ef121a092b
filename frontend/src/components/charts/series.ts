/* Shared types of charts with a category axis: time slices, bins or hours at the bottom, and series
   of values. */

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

/** A vertical line that marks an event. */
export interface Mark {
  /** The index of the category. */
  at: number;
  label: string;
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
  marks?: readonly Mark[];
  /** Pixels. */
  height?: number;
}

export const CHART_HEIGHT = 240;
export const MARGIN = { top: 8, right: 8, bottom: 24, left: 48 } as const;
