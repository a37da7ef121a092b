/* Periods of the calendar, by the names that the API gives them: "2026-11-30", "2026-W49",
   "2026-11", "2026-Q4", "2026". */
import { longSlice, shortSlice, sliceStart } from '@/api/statistics/slices';
import type { Aggregate, TimeUnit } from '@/api/types';
import { firstOfMonth, mondayOf, momentOf, plusDays, plusMonths } from '@/lib/time-zone';

interface Length {
  name: string;
  /** How many periods a report shows. */
  count: number;
  first: (date: string) => string;
  plus: (date: string, periods: number) => string;
  /** The time unit in whose formats a period is written. */
  unit: TimeUnit;
}

const firstOfQuarter = (date: string) =>
  plusMonths(firstOfMonth(date), -((Number(date.slice(5, 7)) - 1) % 3));

export const LENGTHS: Readonly<Record<Aggregate, Length>> = {
  day: { name: 'Day', count: 30, first: (date) => date, plus: plusDays, unit: 'day' },
  week: {
    name: 'Week',
    count: 26,
    first: mondayOf,
    plus: (date, weeks) => plusDays(date, 7 * weeks),
    unit: 'week',
  },
  month: { name: 'Month', count: 12, first: firstOfMonth, plus: plusMonths, unit: 'month' },
  quarter: {
    name: 'Quarter',
    count: 8,
    first: firstOfQuarter,
    plus: (date, quarters) => plusMonths(date, 3 * quarters),
    unit: 'month',
  },
  year: {
    name: 'Year',
    count: 5,
    first: (date) => `${date.slice(0, 4)}-01-01`,
    plus: (date, years) => plusMonths(date, 12 * years),
    unit: 'year',
  },
};

export const isAggregate = (text: string): text is Aggregate => text in LENGTHS;

/** Returns a quarter as its first month; other periods as they are. */
const asSlice = (period: string) =>
  period.replace(/-Q(\d)$/, (_, quarter) => `-${String(3 * Number(quarter) - 2).padStart(2, '0')}`);

/** Returns the first date of a period. */
export const firstDateOf = (period: string): string =>
  sliceStart(asSlice(period), 'UTC').toISOString().slice(0, 10);

const quarterText = (period: string) => period.split('-').toReversed().join(' ');

/** For an axis: "30 Nov", "Nov 26", "Q4 2026". */
export const shortPeriod = (period: string, aggregate: Aggregate): string =>
  aggregate === 'quarter'
    ? quarterText(period)
    : shortSlice(period, LENGTHS[aggregate].unit, 'UTC');

/** For a tooltip or a table: "Mon, 30 Nov 2026", "Week of 30 Nov 2026", "Q4 2026". */
export const longPeriod = (period: string, aggregate: Aggregate): string =>
  aggregate === 'quarter' ? quarterText(period) : longSlice(period, LENGTHS[aggregate].unit, 'UTC');

/** Returns the moments at which periods in a row begin, and the end of the last one, in ms. */
export function periodEdges(
  periods: readonly string[],
  aggregate: Aggregate,
  zone: string,
): number[] {
  const dates = periods.map(firstDateOf);
  const ends = dates.slice(-1).map((date) => LENGTHS[aggregate].plus(date, 1));
  return [...dates, ...ends].map((date) => momentOf(date, zone).getTime());
}
