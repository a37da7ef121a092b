import { expect, it } from 'vitest';

import { unitOf } from '@/lib/durations';

it.each([
  [0, 60],
  [30, 1],
  [90, 1],
  [300, 60],
  [3_600, 3_600],
  [5_400, 60],
  [172_800, 86_400],
])('shows %s seconds in a unit that leaves no fraction', (seconds, unit) => {
  expect(unitOf(seconds)).toBe(unit);
});
