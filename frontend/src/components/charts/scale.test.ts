import { describe, expect, it } from 'vitest';

import {
  logTicks,
  logValueTicks,
  niceTicks,
  robustMaximum,
  spacedIndexes,
  steppedIndexes,
} from '@/components/charts/scale';

describe('the ticks of an axis', () => {
  it.each([
    [97, [0, 25, 50, 75, 100]],
    [100, [0, 25, 50, 75, 100]],
    [101, [0, 50, 100, 150]],
    [0.9, [0, 0.25, 0.5, 0.75, 1]],
  ])('are round and include %s', (max, ticks) => expect(niceTicks(max, 4)).toEqual(ticks));

  it('begin below 0 if a value does', () => {
    expect(niceTicks(20, 4, false, -15)).toEqual([-20, -10, 0, 10, 20]);
    expect(niceTicks(0, 4, false, -3)).toEqual([-3, -2, -1, 0]);
  });

  it('are whole numbers for counts', () => {
    expect(niceTicks(0, 4, true)).toEqual([0, 1]);
    expect(niceTicks(3, 4, true)).toEqual([0, 1, 2, 3]);
  });

  it.each([
    [3.9, 930, [3, 10, 30, 100, 300, 1000]],
    [3.1, 9.5, [3, 10]],
    [0, 5, [0.01, 0.03, 0.1, 0.3, 1, 3, 10]],
    [1, 1, [1, 3]],
  ])('of a logarithmic axis include %s to %s', (min, max, ticks) => {
    const found = logTicks(min, max);
    expect(found).toHaveLength(ticks.length);
    found.forEach((tick, at) => expect(tick).toBeCloseTo(ticks[at] ?? 0));
  });
});

it('skips overlapping labels evenly', () =>
  expect(spacedIndexes(10, 200, 50)).toEqual([0, 3, 6, 9]));

describe('the labels of time slices', () => {
  const hours = Array.from({ length: 48 }, (_, hour) => hour + 22);

  it('are at round times, midnight among them', () =>
    expect(steppedIndexes(hours, [1, 2, 3, 6, 12, 24], 600, 64)).toEqual([
      2, 8, 14, 20, 26, 32, 38, 44,
    ]));

  it('are evenly spaced if only one would be at a round time', () => {
    const week = [20782, 20783, 20784, 20785, 20786, 20787, 20788];
    expect(steppedIndexes(week, [1, 2, 7], 240, 64)).toEqual([0, 2, 4, 6]);
  });

  it('show an hour that the clocks show twice if there is room for every hour', () => {
    const twice = [0, 1, 2, 2, 3];
    expect(steppedIndexes(twice, [1, 2], 600, 64)).toEqual([0, 1, 2, 3, 4]);
    expect(steppedIndexes(twice, [1, 2], 200, 64)).toEqual([0, 2]);
  });
});

describe('the maximum of a colour scale', () => {
  it('is the largest value', () => expect(robustMaximum([3, null, 7, 5])).toBe(7));

  it('ignores an outlier', () =>
    expect(robustMaximum([...Array.from({ length: 100 }, (_, at) => at), 9_999])).toBe(98));

  it('is 0 without values', () => expect(robustMaximum([null])).toBe(0));
});

it('a colour scale shows a single request among many empty hours', () => {
  const hours = Array.from({ length: 24 * 31 }, (_, hour) => (hour === 500 ? 1 : 0));
  expect(robustMaximum(hours)).toBe(1);
});

describe('the ticks of a logarithmic axis of values', () => {
  it('are 1, 3, 10, … from below the smallest to above the largest', () =>
    expect(logValueTicks([0, null, 2, 40])).toEqual([1, 3, 10, 30, 100]));

  it('are powers of ten if others have no room', () =>
    expect(logValueTicks([0.5, 40_000])).toEqual([0.1, 1, 10, 100, 1000, 10_000, 100_000]));

  it('exist without a value above 0', () => expect(logValueTicks([0, null])).toEqual([1, 10]));
});
