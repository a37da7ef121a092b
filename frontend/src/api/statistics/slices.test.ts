import { describe, expect, it } from 'vitest';

import { longSlice, shortSlice, sliceAxis, sliceOf, sliceStart } from '@/api/statistics/slices';

describe('a slice', () => {
  it.each([
    ['2018', '2018-01-01T00:00:00.000Z'],
    ['2018-05', '2018-05-01T00:00:00.000Z'],
    ['2018-W17', '2018-04-23T00:00:00.000Z'],
    ['2026-W01', '2025-12-29T00:00:00.000Z'],
    ['2020-W53', '2020-12-28T00:00:00.000Z'],
    ['2018-05-29', '2018-05-29T00:00:00.000Z'],
    ['2018-05-29T15', '2018-05-29T15:00:00.000Z'],
    ['2018-05-29T15:45', '2018-05-29T15:45:00.000Z'],
  ])('%s begins at %s', (label, start) => expect(sliceStart(label).toISOString()).toBe(start));

  it.each([
    ['2018', 'year', '2018', '2018'],
    ['2018-05', 'month', 'May 18', 'May 2018'],
    ['2018-W17', 'week', 'Apr 23', 'Week of Apr 23, 2018'],
    ['2018-05-29', 'day', 'May 29', 'Tue, May 29, 2018'],
    ['2018-05-29T15', 'hour', '15:00', 'Tue, May 29, 15:00'],
  ] as const)('%s is read as a person says it', (label, timeslice, short, long) => {
    expect(shortSlice(label, timeslice)).toBe(short);
    expect(longSlice(label, timeslice)).toBe(long);
  });

  it('is found by any moment within it', () => {
    const labels = ['2018-05-28', '2018-05-29', '2018-05-30'];
    expect(sliceOf(labels, new Date('2018-05-29T23:59:59Z'))).toBe(1);
    expect(sliceOf(labels, new Date('2018-05-27T23:59:59Z'))).toBe(-1);
  });
});

it('names the axis with its time zone', () => expect(sliceAxis('day')).toBe('Day (UTC)'));
