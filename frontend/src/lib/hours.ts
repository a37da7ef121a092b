/* Arranges hours for heat maps. */

export interface HourValue {
  /** "2026-01-31" */
  date: string;
  /** 0 to 23 */
  hour: number;
  value: number;
}

const two = (number: number) => String(number).padStart(2, '0');

/** "14:00" */
export const hourName = (hour: number): string => `${two(hour)}:00`;

/** A day, or the mean of a weekday. */
export interface HourDay {
  id: string;
  tick: string;
  title: string;
  /** 24 values; null for an hour outside the range. */
  values: (number | null)[];
}

/** The maximum number of columns; more days are averaged per weekday. */
export const MAX_DAYS = 31;

const HOURS_A_DAY = 24;

const utc = (format: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(undefined, { ...format, timeZone: 'UTC' });
const shortDay = utc({ day: 'numeric', month: 'short' });
const fullDay = utc({ dateStyle: 'full' });
const shortWeekday = utc({ weekday: 'short' });
const weekday = utc({ weekday: 'long' });

const emptyDay = <T>(value: () => T): T[] => Array.from({ length: HOURS_A_DAY }, value);

function byDay(hours: readonly HourValue[]): HourDay[] {
  const days = new Map<string, HourDay>();
  for (const { date, hour, value } of hours) {
    const moment = new Date(date);
    const day = days.get(date) ?? {
      id: date,
      tick: shortDay.format(moment),
      title: fullDay.format(moment),
      values: emptyDay(() => null),
    };
    // When daylight saving time ends, one local hour contains the requests of two.
    day.values[hour] = (day.values[hour] ?? 0) + value;
    days.set(date, day);
  }
  return [...days.values()];
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** 5 January 1970 was a Monday. */
const someWeekday = (fromMonday: number) => new Date(Date.UTC(1970, 0, 5 + fromMonday));
const fromMonday = (date: string) => (new Date(date).getUTCDay() + 6) % 7;

/** Hours before the first request would lower every mean. */
const fromFirst = (hours: readonly HourValue[]) =>
  hours.slice(
    Math.max(
      0,
      hours.findIndex(({ value }) => value > 0),
    ),
  );

function byWeekday(hours: readonly HourValue[]): HourDay[] {
  const found = Array.from({ length: 7 }, () => emptyDay((): number[] => []));
  for (const { date, hour, value } of fromFirst(hours))
    found[fromMonday(date)]?.[hour]?.push(value);
  return found.map((day, at) => ({
    id: String(at),
    tick: shortWeekday.format(someWeekday(at)),
    title: weekday.format(someWeekday(at)),
    values: day.map(mean),
  }));
}

/** Returns the days with their hours, or the mean per weekday if there are too many days. */
export function arrangeHours(hours: readonly HourValue[]): { days: HourDay[]; areMeans: boolean } {
  const days = byDay(hours);
  if (days.length <= MAX_DAYS) return { days, areMeans: false };
  return { days: byWeekday(hours), areMeans: true };
}
