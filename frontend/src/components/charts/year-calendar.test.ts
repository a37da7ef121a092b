import { expect, it } from 'vitest';

import { daysOfYear } from '@/components/charts/year-calendar';

it.each([
  // 1 January 2026 is a Thursday, 1 January 2024 a Monday.
  [2026, 365, { date: '2026-01-01', week: 0, weekday: 3 }, { week: 52, weekday: 3 }],
  [2024, 366, { date: '2024-01-01', week: 0, weekday: 0 }, { week: 52, weekday: 1 }],
  [2000, 366, { date: '2000-01-01', week: 0, weekday: 5 }, { week: 52, weekday: 6 }],
  [2028, 366, { date: '2028-01-01', week: 0, weekday: 5 }, { week: 52, weekday: 6 }],
])('the weeks of %s begin on Monday', (year, count, first, last) => {
  const days = daysOfYear(year);
  expect(days).toHaveLength(count);
  expect(days[0]).toEqual(first);
  expect(days.at(-1)).toEqual({ date: `${year}-12-31`, ...last });
});
