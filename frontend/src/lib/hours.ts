/* Hours of days arranged for heat maps. */

export interface HourValue {
  /** "2026-01-31" (UTC). */
  date: string;
  /** 0 to 23 (UTC). */
  hour: number;
  value: number;
}

export interface HourRow {
  id: string;
  tick: string;
  title: string;
  /** 24 values; null for an hour outside the range. */
  values: (number | null)[];
}

/** More days than this are too many rows; they are folded into the days of the week. */
export const MOST_DAYS = 31;

export const HOURS: readonly string[] = Array.from({ length: 24 }, (_, hour) => String(hour));

const short = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  timeZone: 'UTC',
});
const long = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeZone: 'UTC' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long', timeZone: 'UTC' });
const shortWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' });

const emptyDay = (): (number | null)[] => HOURS.map(() => null);

function byDay(hours: readonly HourValue[]): HourRow[] {
  const days = new Map<string, HourRow>();
  for (const { date, hour, value } of hours) {
    const moment = new Date(date);
    const row = days.get(date) ?? {
      id: date,
      tick: short.format(moment),
      title: long.format(moment),
      values: emptyDay(),
    };
    row.values[hour] = value;
    days.set(date, row);
  }
  return [...days.values()];
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** 5 January 1970 was a Monday. */
const someWeekday = (fromMonday: number) => new Date(Date.UTC(1970, 0, 5 + fromMonday));
const fromMonday = (date: string) => (new Date(date).getUTCDay() + 6) % 7;

function byWeekday(hours: readonly HourValue[]): HourRow[] {
  const found = Array.from({ length: 7 }, () => HOURS.map((): number[] => []));
  for (const { date, hour, value } of hours) found[fromMonday(date)]?.[hour]?.push(value);
  return found.map((day, at) => ({
    id: String(at),
    tick: shortWeekday.format(someWeekday(at)),
    title: weekday.format(someWeekday(at)),
    values: day.map(mean),
  }));
}

/** One row per day, or, where these are too many, the mean of each day of the week. */
export function hourRows(hours: readonly HourValue[]): { rows: HourRow[]; areMeans: boolean } {
  const rows = byDay(hours);
  if (rows.length <= MOST_DAYS) return { rows, areMeans: false };
  return { rows: byWeekday(hours), areMeans: true };
}
