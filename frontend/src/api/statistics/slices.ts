/**
 * Formats the labels of time slices in the API.
 *
 * Days, weeks, months and years are dates of the calendar. Hours and minutes are moments: they have
 * an offset from UTC, because clocks can show an hour twice; without one they are in UTC.
 */
import type { TimeUnit } from '@/api/types';
import { momentOf, plusDays, plusMonths } from '@/lib/time-zone';

const DAY_MS = 86_400_000;

/** Returns Monday of an ISO week; 4 January is always in the first week. */
function weekStart(year: number, week: number): Date {
  const fourth = Date.UTC(year, 0, 4);
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7;
  return new Date(fourth + ((week - 1) * 7 - weekday) * DAY_MS);
}

/** Returns the moment of "2018-05-29T15", "2018-05-29T15:45", "2026-10-25T02+02:00", …. */
function clockMoment(label: string): Date {
  const [, hour = '', minute = ':00', offset = 'Z'] =
    /^(.{13})(:\d\d)?([+-].*)?$/.exec(label) ?? [];
  return new Date(hour + minute + offset);
}

/** Returns the first date of a slice, as midnight UTC, or the moment at which it starts. */
function labelDate(label: string): Date {
  const week = /^(\d{4})-W(\d{2})$/.exec(label);
  if (week) return weekStart(Number(week[1]), Number(week[2]));
  return label.includes('T') ? clockMoment(label) : new Date(label);
}

/** Returns the start of a slice by its label: "2018", "2018-05", "2018-W17", "2018-05-29T15", … */
export const sliceStart = (label: string, zone: string): Date =>
  label.includes('T')
    ? clockMoment(label)
    : momentOf(labelDate(label).toISOString().slice(0, 10), zone);

const HOUR_MS = 3_600_000;

/** Returns the end of a slice, at which the next one starts. */
export function sliceEnd(label: string, timeslice: TimeUnit, zone: string): Date {
  const start = sliceStart(label, zone);
  if (timeslice === 'hour' || timeslice === 'minute')
    return new Date(start.getTime() + (timeslice === 'hour' ? HOUR_MS : HOUR_MS / 60));
  const date = labelDate(label).toISOString().slice(0, 10);
  const months = { month: 1, year: 12 };
  const next =
    timeslice === 'day' || timeslice === 'week'
      ? plusDays(date, timeslice === 'day' ? 1 : 7)
      : plusMonths(date, months[timeslice]);
  return momentOf(next, zone);
}

/** The distances of labels on an axis, such that they are at round times. */
export const TICK_STEPS: Readonly<Record<TimeUnit, readonly number[]>> = {
  minute: [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440],
  hour: [1, 2, 3, 6, 12, 24, 48, 168],
  day: [1, 2, 7, 14, 28],
  week: [1, 2, 4, 13, 26],
  month: [1, 2, 3, 6, 12, 24, 60],
  year: [1, 2, 5, 10],
};

/** Monday, 5 January 1970. */
const FIRST_MONDAY = 4;

/** Numbers the slices of a unit, such that multiples of a step are round: midnight, Mondays, …. */
export function sliceOrdinal(label: string, timeslice: TimeUnit): number {
  // What the clocks show, whatever the offset.
  const date = label.includes('T')
    ? label.slice(0, 10)
    : labelDate(label).toISOString().slice(0, 10);
  const [, hour = 0, minute = 0] = (/T(\d\d):?(\d\d)?/.exec(label) ?? []).map(Number);
  const days = Date.parse(date) / DAY_MS;
  const [year = 0, month = 1] = date.split('-').map(Number);
  const ordinals: Readonly<Record<TimeUnit, number>> = {
    minute: (days * 24 + hour) * 60 + (minute || 0),
    hour: days * 24 + hour,
    day: days - FIRST_MONDAY,
    week: (days - FIRST_MONDAY) / 7,
    month: year * 12 + month - 1,
    year,
  };
  return ordinals[timeslice];
}

type Format = Intl.DateTimeFormatOptions;

const CLOCK: Format = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DAY: Format = { day: 'numeric', month: 'short' };
const WEEKDAY: Format = { weekday: 'short', ...DAY };

const SHORT: Readonly<Record<TimeUnit, Format>> = {
  minute: CLOCK,
  hour: CLOCK,
  day: DAY,
  week: DAY,
  month: { month: 'short', year: '2-digit' },
  year: { year: 'numeric' },
};

const LONG: Readonly<Record<TimeUnit, Format>> = {
  minute: { ...WEEKDAY, ...CLOCK, timeZoneName: 'short' },
  hour: { ...WEEKDAY, ...CLOCK, timeZoneName: 'short' },
  day: { ...WEEKDAY, year: 'numeric' },
  week: { ...DAY, year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
  year: { year: 'numeric' },
};

/** Creating a formatter is a hundred times as expensive as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(label: string, options: Format, zone: string): string {
  // A date is the same in every zone.
  const timeZone = label.includes('T') ? zone : 'UTC';
  const key = JSON.stringify([options, timeZone]);
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(undefined, { ...options, timeZone });
    formatters.set(key, formatter);
  }
  return formatter.format(labelDate(label));
}

const isMidnight = (label: string) => /T00(:00)?([+-].*)?$/.test(label);

/** For an axis: "15:00", "29 May", "May 18"; the date at midnight. */
export const shortSlice = (label: string, timeslice: TimeUnit, zone: string): string =>
  format(label, isMidnight(label) ? DAY : SHORT[timeslice], zone);

/** For a tooltip or a table: "Tue, 29 May, 15:00 GMT+2", "Week of 23 Apr 2018". */
export function longSlice(label: string, timeslice: TimeUnit, zone: string): string {
  const text = format(label, LONG[timeslice], zone);
  return timeslice === 'week' ? `Week of ${text}` : text;
}

/** The title of a time axis: "Day". */
export const sliceAxis = (timeslice: TimeUnit): string =>
  `${timeslice.charAt(0).toUpperCase()}${timeslice.slice(1)}`;
