import { expect, it } from 'vitest';

import { firstDateOf, LENGTHS, longPeriod, periodEdges, shortPeriod } from '@/api/usage/periods';

it.each([
  ['2026-11-30', '2026-11-30'],
  ['2026-W53', '2026-12-28'],
  ['2026-11', '2026-11-01'],
  ['2026-Q1', '2026-01-01'],
  ['2026-Q4', '2026-10-01'],
  ['2026', '2026-01-01'],
])('%s begins on %s', (period, date) => {
  expect(firstDateOf(period)).toBe(date);
});

it.each([
  ['day', '2026-11-30', '2026-12-01'],
  ['week', '2026-11-30', '2026-12-07'],
  ['month', '2026-11-01', '2026-12-01'],
  ['quarter', '2026-10-01', '2027-01-01'],
  ['year', '2026-01-01', '2027-01-01'],
] as const)('the %s of 30 November 2026 begins on %s, the next one on %s', (name, first, next) => {
  expect(LENGTHS[name].first('2026-11-30')).toBe(first);
  expect(LENGTHS[name].plus(first, 1)).toBe(next);
});

it('writes quarters as people do', () => {
  expect(shortPeriod('2026-Q4', 'quarter')).toBe('Q4 2026');
  expect(longPeriod('2026-Q4', 'quarter')).toBe('Q4 2026');
});

it('ends days at midnight of the time zone, also when the clocks change', () => {
  const hours = (edges: number[]) => edges.slice(1).map((edge, at) => edge - (edges[at] ?? 0));
  const edges = periodEdges(['2026-10-24', '2026-10-25'], 'day', 'Europe/Berlin');
  expect(hours(edges).map((length) => length / 3_600_000)).toEqual([24, 25]);
});
