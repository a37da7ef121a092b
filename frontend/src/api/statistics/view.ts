/* The view of a statistics page: time range and filters, kept in the URL. */
import type { CallField, TimeUnit } from '@/api/types';

export const PRESETS = ['1h', '24h', '7d', '30d', '12mo', 'all'] as const;
export type Preset = (typeof PRESETS)[number];

export const PRESET_NAMES: Readonly<Record<Preset, string>> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '12mo': 'Last 12 months',
  all: 'All time',
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At least. */
const LENGTHS: Readonly<Record<TimeUnit, number>> = {
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 28 * DAY,
  year: 365 * DAY,
};

export const FILTER_LABELS: Readonly<Record<CallField, string>> = {
  endpoint: 'Endpoint',
  version: 'Version',
  group_by: 'User',
  ip: 'IP address',
  status_class: 'Status',
};

/* Records with every unit and field of the API, which the compiler checks. */
export const TIMESLICES = Object.keys(LENGTHS) as TimeUnit[];
export const FILTER_NAMES = Object.keys(FILTER_LABELS) as CallField[];

export type Filters = Partial<Record<CallField, string>>;

/** A preset, or two ISO dates (UTC, both inclusive). */
export type Range = { preset: Preset } | { from: string; to: string };

export interface View {
  range: Range;
  /** Whether to show the previous period too. */
  compare: boolean;
  timeslice: TimeUnit | 'auto';
  filters: Filters;
}

/** An interval from `start` (inclusive; undefined: the first request) to `end` (exclusive). */
export interface Interval {
  start: Date | undefined;
  end: Date;
}

const DEFAULT_PRESET: Preset = '7d';
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

const oneOf = <T extends string>(allowed: readonly T[], value: string | null): T | undefined =>
  allowed.find((candidate) => candidate === value);

const isDate = (text: string | null): text is string =>
  text !== null && ISO_DATE.test(text) && !Number.isNaN(Date.parse(text));

function parseRange(params: URLSearchParams): Range {
  const [from, to] = [params.get('from'), params.get('to')];
  if (isDate(from) && isDate(to) && from <= to) return { from, to };
  return { preset: oneOf(PRESETS, params.get('range')) ?? DEFAULT_PRESET };
}

/** Parses a view from a URL; missing and invalid parameters get their defaults. */
export function parseView(params: URLSearchParams): View {
  const filters: Filters = {};
  for (const name of FILTER_NAMES) {
    const value = params.get(name);
    if (value !== null) filters[name] = value;
  }
  return {
    range: parseRange(params),
    compare: params.get('compare') === 'true',
    timeslice: oneOf(TIMESLICES, params.get('timeslice')) ?? 'auto',
    filters,
  };
}

/** Returns the search parameters of a view; defaults are omitted to keep links short. */
export function viewParams({ range, compare, timeslice, filters }: View): URLSearchParams {
  const params = new URLSearchParams();
  if ('from' in range) {
    params.set('from', range.from);
    params.set('to', range.to);
  } else if (range.preset !== DEFAULT_PRESET) params.set('range', range.preset);
  if (compare) params.set('compare', 'true');
  if (timeslice !== 'auto') params.set('timeslice', timeslice);
  for (const name of FILTER_NAMES) {
    if (filters[name] !== undefined) params.set(name, filters[name]);
  }
  return params;
}

const PARAMS: readonly string[] = ['range', 'from', 'to', 'compare', 'timeslice', ...FILTER_NAMES];

/** Replaces the view in a URL and keeps the parameters of panels. */
export function replaceView(before: URLSearchParams, view: URLSearchParams): URLSearchParams {
  const others = [...before].filter(([name]) => !PARAMS.includes(name));
  return new URLSearchParams([...view, ...others]);
}

const floor = (moment: Date, unit: number) => new Date(Math.floor(moment.getTime() / unit) * unit);
const plus = (moment: Date, ms: number) => new Date(moment.getTime() + ms);
const plusMonths = (moment: Date, months: number) => {
  const moved = new Date(moment);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  return moved;
};
const monthOf = (moment: Date) => new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth()));

/* Presets start at a slice boundary: "last 7 days" is today and the six days before. */
const PRESET_STARTS: Readonly<Record<Preset, (now: Date) => Date | undefined>> = {
  '1h': (now) => plus(floor(now, MINUTE), -59 * MINUTE),
  '24h': (now) => plus(floor(now, HOUR), -23 * HOUR),
  '7d': (now) => plus(floor(now, DAY), -6 * DAY),
  '30d': (now) => plus(floor(now, DAY), -29 * DAY),
  '12mo': (now) => plusMonths(monthOf(now), -11),
  all: () => undefined,
};

/** Resolves a range at the time `now`. */
export function resolveRange(range: Range, now: Date): Interval {
  if ('preset' in range) return { start: PRESET_STARTS[range.preset](now), end: now };
  return { start: new Date(range.from), end: plus(new Date(range.to), DAY) };
}

const PRESET_LENGTHS = { '1h': HOUR, '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY } as const;

/**
 * Returns the previous period, shifted by the full length of the range, so that a day that has just
 * begun is compared with the same part of an earlier day. Undefined for all time.
 */
export function previousPeriod(range: Range, now: Date): Interval | undefined {
  const { start, end } = resolveRange(range, now);
  if (start === undefined) return undefined;
  if ('preset' in range && range.preset === '12mo') {
    return { start: plusMonths(start, -12), end: plusMonths(end, -12) };
  }
  const length =
    'preset' in range
      ? PRESET_LENGTHS[range.preset as keyof typeof PRESET_LENGTHS]
      : end.getTime() - start.getTime();
  return { start: plus(start, -length), end: plus(end, -length) };
}

/* The longest interval for each slice, for about 20 to 120 points on an axis. */
const MAX_INTERVALS: readonly [TimeUnit, number][] = [
  ['minute', 2 * HOUR],
  ['hour', 4 * DAY],
  ['day', 92 * DAY],
  ['week', 2 * 366 * DAY],
];

/**
 * Returns the slice that suits an interval; `first` is the first request, for an interval without a
 * start.
 */
export function suitableTimeslice({ start, end }: Interval, first?: Date): TimeUnit {
  const begin = start ?? first;
  if (begin === undefined) return 'month';
  const length = end.getTime() - begin.getTime();
  return MAX_INTERVALS.find(([, longest]) => length <= longest)?.[0] ?? 'month';
}

/** The API returns at most 10,000 slices; the first and the last may extend beyond the interval. */
const MAX_SLICES = 10_000 - 2;

/** Whether an interval has few enough slices; true while its start is unknown. */
export const hasFewEnoughSlices = ({ start, end }: Interval, timeslice: TimeUnit): boolean =>
  start === undefined || (end.getTime() - start.getTime()) / LENGTHS[timeslice] <= MAX_SLICES;

/** Returns the slice for an interval in a view: the selected one, if it is possible. */
export const timesliceOf = ({ timeslice }: View, interval: Interval): TimeUnit =>
  timeslice === 'auto' || !hasFewEnoughSlices(interval, timeslice)
    ? suitableTimeslice(interval)
    : timeslice;

/** Returns the title of a range: "Last 7 days" or "2026-01-01 to 2026-01-31". */
export const rangeName = (range: Range): string =>
  'preset' in range
    ? PRESET_NAMES[range.preset]
    : range.from === range.to
      ? range.from
      : `${range.from} to ${range.to}`;
