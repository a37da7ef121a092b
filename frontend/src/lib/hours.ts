/* Hours of days arranged for heat maps, by the clock of the browser's time zone. */

export interface HourValue {
  /** "2026-01-31" */
  date: string;
  /** 0 to 23 */
  hour: number;
  value: number;
}

const two = (number: number) => String(number).padStart(2, '0');

/**
 * Hours of UTC under the date and hour that the clock here showed when they began.
 *
 * Where the clock is half an hour off, they began at the half: see `hourName`.
 */
export const byLocalClock = <Hour extends Omit<HourValue, 'value'>>(hours: readonly Hour[]) =>
  hours.map((hour): Hour => {
    const moment = new Date(`${hour.date}T${two(hour.hour)}:00Z`);
    const date = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
    return { ...hour, date, hour: moment.getHours() };
  });

/** When an hour of UTC begins by the clock here: "14:00", or "14:30" in India. */
export function hourName(hour: number): string {
  const minutes = (60 - (new Date().getTimezoneOffset() % 60)) % 60;
  return `${two(hour)}:${two(minutes)}`;
}

/** A day, or the mean of a day of the week. */
export interface HourDay {
  id: string;
  tick: string;
  title: string;
  /** 24 values; null for an hour outside the range. */
  values: (number | null)[];
}

/** More days than this do not fit beside each other; they are folded into the days of the week. */
export const MOST_DAYS = 31;

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
    // An hour that the clock shows twice, when summer time ends, has the calls of both.
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

/** What came before anybody did would make every mean smaller. */
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

/** The days with their hours, or, where these are too many, the mean of each day of the week. */
export function arrangeHours(hours: readonly HourValue[]): { days: HourDay[]; areMeans: boolean } {
  const days = byDay(hours);
  if (days.length <= MOST_DAYS) return { days, areMeans: false };
  return { days: byWeekday(hours), areMeans: true };
}
