import { describe, expect, it } from 'vitest';

import { arrangeHours, MAX_DAYS, type HourValue } from '@/lib/hours';

const DAY_MS = 86_400_000;
const MONDAY = Date.UTC(2026, 10, 16);

const dateOf = (day: number) => new Date(MONDAY + day * DAY_MS).toISOString().slice(0, 10);

/** Every hour of a number of days; the value is the number of the day, from 1. */
const hoursOf = (days: number): HourValue[] =>
  Array.from({ length: days * 24 }, (_, at) => {
    const day = Math.floor(at / 24);
    return { date: dateOf(day), hour: at % 24, value: day + 1 };
  });

describe('the hours of days', () => {
  it('are grouped by day', () => {
    const { days } = arrangeHours([
      { date: '2026-11-16', hour: 23, value: 5 },
      { date: '2026-11-17', hour: 0, value: 7 },
    ]);
    expect(days.map(({ id, tick }) => [id, tick])).toEqual([
      ['2026-11-16', 'Nov 16'],
      ['2026-11-17', 'Nov 17'],
    ]);
    expect(days[0]?.values[23]).toBe(5);
    expect(days[1]?.values[0]).toBe(7);
  });

  it('are unknown, not zero, outside the range', () => {
    const { days } = arrangeHours([{ date: '2026-11-16', hour: 3, value: 0 }]);
    expect(days[0]?.values.slice(2, 5)).toEqual([null, 0, null]);
  });

  it('are averaged by day of the week if there are too many', () => {
    const { days, areMeans } = arrangeHours(hoursOf(MAX_DAYS + 4));
    expect(areMeans).toBe(true);
    expect(days).toHaveLength(7);
    // Mondays are the days 1, 8, 15, 22 and 29.
    expect(days[0]?.title).toBe('Monday');
    expect(days[0]?.values[12]).toBe(15);
  });

  it('start with the first non-empty one', () => {
    const quiet = hoursOf(60).map((hour) => ({ ...hour, value: hour.date < dateOf(56) ? 0 : 8 }));
    expect(arrangeHours(quiet).days[0]?.values[12]).toBe(8);
  });

  it('remain unchanged for a month', () =>
    expect(arrangeHours(hoursOf(MAX_DAYS)).areMeans).toBe(false));
});

it('adds the requests of an hour that occurs twice', () => {
  const { days } = arrangeHours([
    { date: '2026-10-25', hour: 2, value: 5 },
    { date: '2026-10-25', hour: 2, value: 7 },
  ]);
  expect(days[0]?.values[2]).toBe(12);
});
