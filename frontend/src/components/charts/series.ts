/* What the charts with a category axis share: time slices, bins or hours along the bottom, and
   series of values over them. */

export interface Series {
  id: string;
  name: string;
  color: string;
  /** One per category; null where there is nothing to measure. */
  values: readonly (number | null)[];
  /** SVG dash pattern, so that colour is not the only sign. */
  dash?: string;
}

export interface Category {
  /** On the axis, short. */
  tick: string;
  /** In the tooltip, in full. */
  title: string;
}

/** A line across the chart where something began. */
export interface Mark {
  /** Index of the category. */
  at: number;
  label: string;
}

export interface SeriesChartProps {
  categories: readonly Category[];
  series: readonly Series[];
  /** What the bottom axis is, with its unit. */
  xTitle: string;
  /** What the left axis is, with its unit. */
  yTitle: string;
  /** Writes a value on the axis. */
  formatTick: (value: number) => string;
  /** Writes a value in the tooltip. */
  format: (value: number | null) => string;
  marks?: readonly Mark[];
  /** Pixels. */
  height?: number;
}

export const CHART_HEIGHT = 240;
export const MARGIN = { top: 8, right: 8, bottom: 24, left: 48 } as const;
