/**
 * Formats the labels of time slices in the API.
 *
 * Days, weeks, months and years are in UTC and are shown as such; hours and minutes are shown in
 * the browser's time zone.
 */
import type { TimeUnit } from '@/api/types';

const HOUR_LENGTH = '2018-05-29T15'.length;
const DAY_MS = 86_400_000;

/** Returns Monday, 0:00 UTC, of an ISO week; 4 January is always in the first week. */
function weekStart(year: number, week: number): Date {
  const fourth = Date.UTC(year, 0, 4);
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7;
  return new Date(fourth + ((week - 1) * 7 - weekday) * DAY_MS);
}

/** Returns the start of a slice by its label: "2018", "2018-05", "2018-W17", "2018-05-29T15", … */
export function sliceStart(label: string): Date {
  const week = /^(\d{4})-W(\d{2})$/.exec(label);
  if (week) return weekStart(Number(week[1]), Number(week[2]));
  if (label.length === HOUR_LENGTH) return new Date(`${label}:00Z`);
  return new Date(label.includes('T') ? `${label}Z` : label);
}

type Format = Intl.DateTimeFormatOptions;

const UTC: Format = { timeZone: 'UTC' };
const CLOCK: Format = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DAY: Format = { day: 'numeric', month: 'short' };
const WEEKDAY: Format = { weekday: 'short', ...DAY };

const SHORT: Readonly<Record<TimeUnit, Format>> = {
  minute: CLOCK,
  hour: CLOCK,
  day: { ...DAY, ...UTC },
  week: { ...DAY, ...UTC },
  month: { month: 'short', year: '2-digit', ...UTC },
  year: { year: 'numeric', ...UTC },
};

const LONG: Readonly<Record<TimeUnit, Format>> = {
  minute: { ...WEEKDAY, ...CLOCK },
  hour: { ...WEEKDAY, ...CLOCK },
  day: { ...WEEKDAY, year: 'numeric', ...UTC },
  week: { ...DAY, year: 'numeric', ...UTC },
  month: { month: 'long', year: 'numeric', ...UTC },
  year: { year: 'numeric', ...UTC },
};

type Formats = Readonly<Record<TimeUnit, Intl.DateTimeFormat>>;

/** Creating a formatter is a hundred times as expensive as using it. */
const formatters = (formats: Readonly<Record<TimeUnit, Format>>) =>
  Object.fromEntries(
    Object.entries(formats).map(([timeslice, format]) => [
      timeslice,
      new Intl.DateTimeFormat(undefined, format),
    ]),
  ) as Formats;

const shortFormats = formatters(SHORT);
const longFormats = formatters(LONG);

/** For an axis: "15:00", "29 May", "May 18". */
export const shortSlice = (label: string, timeslice: TimeUnit): string =>
  shortFormats[timeslice].format(sliceStart(label));

/** For a tooltip or a table: "Tue, 29 May, 15:00", "Week of 23 Apr 2018". */
export function longSlice(label: string, timeslice: TimeUnit): string {
  const text = longFormats[timeslice].format(sliceStart(label));
  return timeslice === 'week' ? `Week of ${text}` : text;
}

/** The browser's time zone in short: "GMT+5:30". */
export const zoneName = () =>
  new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' })
    .formatToParts(new Date())
    .find(({ type }) => type === 'timeZoneName')?.value ?? 'local';

/** The title of a time axis: "Day (UTC)". */
export function sliceAxis(timeslice: TimeUnit): string {
  const zone = timeslice === 'hour' || timeslice === 'minute' ? zoneName() : 'UTC';
  return `${timeslice.charAt(0).toUpperCase()}${timeslice.slice(1)} (${zone})`;
}

/** Returns the index of the slice that contains a time, or -1 if it is before the first. */
export const sliceOf = (labels: readonly string[], moment: Date): number =>
  labels.findLastIndex((label) => sliceStart(label) <= moment);
