/* The view of a statistics page: time range and filters, kept in the URL. */
import type { CallField, TimeUnit } from '@/api/types';
import {
  dateIn,
  firstOfMonth,
  hourStart,
  momentOf,
  mondayOf,
  moveDate,
  plusDays,
  plusMonths,
  wallTime,
} from '@/lib/time-zone';

export const PRESET_NAMES = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  today: 'Today',
  yesterday: 'Yesterday',
  week: 'This week',
  'last-week': 'Last week',
  '7d': 'Last 7 days',
  month: 'This month',
  'last-month': 'Last month',
  '30d': 'Last 30 days',
  '12mo': 'Last 12 months',
  all: 'All time',
} as const;

export type Preset = keyof typeof PRESET_NAMES;

export const PRESETS = Object.keys(PRESET_NAMES) as Preset[];

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

/**
 * A preset, or two wall times: dates ("2026-01-31", the last one included) or times to the minute
 * ("2026-01-31T17:15").
 */
export type Range = { preset: Preset } | { from: string; to: string };

export interface View {
  range: Range;
  /** The range before zooming in. */
  zoomedFrom?: Range;
  /** The time zone of the clocks and the calendar. */
  zone: string;
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
/** Of the years that the API knows. */
const WALL_TIME = /^(19[7-9]\d|2\d{3})-\d{2}-\d{2}(T\d{2}:\d{2})?$/;

const oneOf = <T extends string>(allowed: readonly T[], value: string | null): T | undefined =>
  allowed.find((candidate) => candidate === value);

const isWallTime = (text: string | null): text is string =>
  text !== null && WALL_TIME.test(text) && !Number.isNaN(Date.parse(text));

const isDate = (wall: string) => !wall.includes('T');

/** Returns the wall time at which a range ends, exclusive. */
const endOf = (to: string) => (isDate(to) ? plusDays(to, 1) : to);

/** Whether a range of two wall times is not empty. */
export const isInOrder = (from: string, to: string): boolean =>
  // A date sorts before the times of its day.
  from < endOf(to);

const between = (from: string | null, to: string | null): Range | undefined =>
  isWallTime(from) && isWallTime(to) && isInOrder(from, to) ? { from, to } : undefined;

/** Of a range that is the same in every time zone: "2026-01-31T17:15Z". */
const MOMENT = /^(19[7-9]\d|2\d{3})-\d{2}-\d{2}T\d{2}:\d{2}Z$/;

const parseMoment = (text: string | null): Date | undefined =>
  text !== null && MOMENT.test(text) && !Number.isNaN(Date.parse(text))
    ? new Date(text)
    : undefined;

function parseRange(params: URLSearchParams, zone: string): Range {
  const [from, to] = [params.get('from'), params.get('to')];
  const [start, end] = [parseMoment(from), parseMoment(to)];
  return (
    (start && end ? rangeBetween(start, end, zone) : between(from, to)) ?? {
      preset: oneOf(PRESETS, params.get('range')) ?? DEFAULT_PRESET,
    }
  );
}

/** Parses "7d" or "2026-01-01..2026-01-31". */
function parseZoom(text: string | null): Range | undefined {
  const preset = oneOf(PRESETS, text);
  const [from = null, to = null] = text?.split('..') ?? [];
  return preset ? { preset } : between(from, to);
}

/** Returns the range between two moments, to the minute; whole days if they are midnights. */
export function rangeBetween(start: Date, end: Date, zone: string): Range | undefined {
  const [from, to] = [wallTime(start, zone), wallTime(end, zone)];
  return [from, to].every((wall) => wall.endsWith('T00:00'))
    ? between(from.slice(0, 10), plusDays(to.slice(0, 10), -1))
    : between(from, to);
}

/** Parses a view from a URL; missing and invalid parameters get their defaults. */
export function parseView(params: URLSearchParams, zone: string): View {
  const filters: Filters = {};
  for (const name of FILTER_NAMES) {
    const value = params.get(name);
    if (value !== null) filters[name] = value;
  }
  return {
    range: parseRange(params, zone),
    zoomedFrom: parseZoom(params.get('zoom')),
    zone,
    compare: params.get('compare') === 'true',
    timeslice: oneOf(TIMESLICES, params.get('timeslice')) ?? 'auto',
    filters,
  };
}

/** Returns the search parameters of a view; defaults are omitted to keep links short. */
export function viewParams({
  range,
  zoomedFrom,
  compare,
  timeslice,
  filters,
}: Omit<View, 'zone'>): URLSearchParams {
  const params = new URLSearchParams();
  if ('from' in range) {
    params.set('from', range.from);
    params.set('to', range.to);
  } else if (range.preset !== DEFAULT_PRESET) params.set('range', range.preset);
  if (zoomedFrom) {
    const { preset, from, to } = { preset: undefined, from: '', to: '', ...zoomedFrom };
    params.set('zoom', preset ?? `${from}..${to}`);
  }
  if (compare) params.set('compare', 'true');
  if (timeslice !== 'auto') params.set('timeslice', timeslice);
  for (const name of FILTER_NAMES) {
    if (filters[name] !== undefined) params.set(name, filters[name]);
  }
  return params;
}

const PARAMS: readonly string[] = [
  'range',
  'from',
  'to',
  'zoom',
  'compare',
  'timeslice',
  ...FILTER_NAMES,
];

/** Replaces the view in a URL and keeps the parameters of panels. */
export function replaceView(before: URLSearchParams, view: URLSearchParams): URLSearchParams {
  const others = [...before].filter(([name]) => !PARAMS.includes(name));
  return new URLSearchParams([...view, ...others]);
}

const plus = (moment: Date, ms: number) => new Date(moment.getTime() + ms);

type Move = (date: string) => string;

const days =
  (count: number): Move =>
  (date) =>
    plusDays(date, count);
const months =
  (count: number): Move =>
  (date) =>
    plusMonths(date, count);

interface PresetRange {
  /** The first moment; `today` is the date of `now`. Undefined: the first request. */
  start: (now: Date, today: string, zone: string) => Date | undefined;
  /** The date at whose start it ends, if that is not now. */
  end?: Move;
  /** The distance of the previous period: a length in ms, or a change of the date. */
  back?: number | Move;
}

const from =
  (move: Move): PresetRange['start'] =>
  (_, today, zone) =>
    momentOf(move(today), zone);

/* Presets start at a slice boundary: "last 7 days" is today and the six days before. */
const PRESET_RANGES: Readonly<Record<Preset, PresetRange>> = {
  '1h': {
    start: (now) => plus(now, -59 * MINUTE - (now.getTime() % MINUTE)),
    back: HOUR,
  },
  '24h': { start: (now, _, zone) => plus(hourStart(now, zone), -23 * HOUR), back: DAY },
  today: { start: from(days(0)), back: days(-1) },
  yesterday: { start: from(days(-1)), end: days(0), back: days(-1) },
  week: { start: from(mondayOf), back: days(-7) },
  'last-week': {
    start: from((today) => plusDays(mondayOf(today), -7)),
    end: mondayOf,
    back: days(-7),
  },
  '7d': { start: from(days(-6)), back: days(-7) },
  month: { start: from(firstOfMonth), back: months(-1) },
  'last-month': {
    start: from((today) => plusMonths(firstOfMonth(today), -1)),
    end: firstOfMonth,
    back: months(-1),
  },
  '30d': { start: from(days(-29)), back: days(-30) },
  '12mo': { start: from((today) => plusMonths(firstOfMonth(today), -11)), back: months(-12) },
  all: { start: () => undefined },
};

type Ranged = Pick<View, 'range' | 'zone'>;

/** Resolves the range of a view at the time `now`. */
export function resolveRange({ range, zone }: Ranged, now: Date): Interval {
  if ('from' in range) {
    return { start: momentOf(range.from, zone), end: momentOf(endOf(range.to), zone) };
  }
  const { start, end } = PRESET_RANGES[range.preset];
  const today = dateIn(zone, now);
  return { start: start(now, today, zone), end: end ? momentOf(end(today), zone) : now };
}

/** Returns the parameters of the API for a range; one that ends now includes what has just happened. */
export function rangeParams(view: Ranged, now: Date) {
  const { start, end } = resolveRange(view, now);
  return {
    timezone: view.zone,
    start_date: start?.toISOString(),
    end_date: end < now ? end.toISOString() : undefined,
  };
}

const momentText = (moment: Date) => `${moment.toISOString().slice(0, 16)}Z`;

/**
 * Returns the search parameters of a view whose range is the same moments whenever and wherever they
 * are read; all time stays open.
 */
export function fixedParams(view: View, now: Date): URLSearchParams {
  const { start, end } = resolveRange(view, now);
  const params = viewParams({ ...view, zoomedFrom: undefined });
  if (start === undefined) return params;
  params.delete('range');
  params.set('from', momentText(start));
  // The minute that has begun is included.
  params.set('to', momentText(new Date(Math.ceil(end.getTime() / MINUTE) * MINUTE)));
  return params;
}

const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / DAY;

/**
 * Returns the previous period, shifted by the full length of the range, so that a day that has just
 * begun is compared with the same part of an earlier day. Undefined for all time.
 */
export function previousPeriod(view: Ranged, now: Date): Interval | undefined {
  const { range, zone } = view;
  const { start, end } = resolveRange(view, now);
  if (start === undefined) return undefined;
  let back: PresetRange['back'] = end.getTime() - start.getTime();
  if ('preset' in range) back = PRESET_RANGES[range.preset].back;
  else if (isDate(range.from) && isDate(range.to)) {
    back = days(-daysBetween(range.from, endOf(range.to)));
  }
  const shift = (moment: Date) =>
    typeof back === 'function' ? moveDate(moment, zone, back) : plus(moment, -(back ?? 0));
  return { start: shift(start), end: shift(end) };
}

/* The longest interval for each slice, for about 20 to 120 points on an axis. */
const MAX_INTERVALS: readonly [TimeUnit, number][] = [
  ['minute', 2 * HOUR],
  ['hour', 4 * DAY + HOUR], // a day may have 25 hours
  ['day', 92 * DAY + HOUR],
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

const shownTime = (wall: string) => wall.replace('T', ' ');

/** Returns the title of a range: "Last 7 days" or "2026-01-01 to 2026-01-31 17:15". */
export const rangeName = (range: Range): string =>
  'preset' in range
    ? PRESET_NAMES[range.preset]
    : range.from === range.to
      ? range.from
      : `${shownTime(range.from)} to ${shownTime(range.to)}`;
