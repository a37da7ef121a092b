/* The labels of time slices, as the API gives them, in a form that a person reads.

   Days, weeks, months and years are those of UTC and are written so; hours and minutes are moments
   and are written in the browser's own time zone. */
import type { TimeUnit } from '@/api/types';

const HOUR_LENGTH = '2018-05-29T15'.length;
const DAY_MS = 86_400_000;

/** Monday, 0:00 UTC, of an ISO week: the week with 4 January in it is the first of a year. */
function weekStart(year: number, week: number): Date {
  const fourth = Date.UTC(year, 0, 4);
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7;
  return new Date(fourth + ((week - 1) * 7 - weekday) * DAY_MS);
}

/** When the slice with this label begins: "2018", "2018-05", "2018-W17", "2018-05-29T15", … */
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

/** Making a formatter costs a hundred times as much as using it. */
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

/** In which of these slices, in order of time, a moment lies; -1 if before the first. */
export const sliceOf = (labels: readonly string[], moment: Date): number =>
  labels.findLastIndex((label) => sliceStart(label) <= moment);
