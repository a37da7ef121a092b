import { describe, expect, it } from 'vitest';

import {
  longSlice,
  shortSlice,
  sliceAxis,
  sliceEnd,
  sliceOrdinal,
  sliceStart,
} from '@/api/statistics/slices';

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
  ])('%s begins at %s', (label, start) =>
    expect(sliceStart(label, 'UTC').toISOString()).toBe(start),
  );

  it.each([
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z'],
    ['Europe/Berlin', '2026-W44', '2026-10-25T23:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T02+02:00', '2026-10-25T00:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T02+01:00', '2026-10-25T01:00:00.000Z'],
    ['Asia/Kathmandu', '2026-10-25T02:45+05:45', '2026-10-24T21:00:00.000Z'],
    ['America/St_Johns', '2026-01', '2026-01-01T03:30:00.000Z'],
  ])('of %s, %s begins at %s', (zone, label, start) =>
    expect(sliceStart(label, zone).toISOString()).toBe(start),
  );

  it.each([
    ['2018', 'year', '2018', '2018'],
    ['2018-05', 'month', 'May 18', 'May 2018'],
    ['2018-W17', 'week', 'Apr 23', 'Week of Apr 23, 2018'],
    ['2018-05-29', 'day', 'May 29', 'Tue, May 29, 2018'],
    ['2018-05-29T15', 'hour', '15:00', 'Tue, May 29, 15:00 UTC'],
    ['2018-05-29T00', 'hour', 'May 29', 'Tue, May 29, 00:00 UTC'],
  ] as const)('%s is read as a person says it', (label, timeslice, short, long) => {
    expect(shortSlice(label, timeslice, 'UTC')).toBe(short);
    expect(longSlice(label, timeslice, 'UTC')).toBe(long);
  });

  it.each([
    ['2018', 'year', '2018-12-31T23:00:00Z'],
    ['2018-05', 'month', '2018-05-31T22:00:00Z'],
    ['2018-W17', 'week', '2018-04-29T22:00:00Z'],
    ['2018-10-28', 'day', '2018-10-28T23:00:00Z'],
    ['2018-10-28T02+01:00', 'hour', '2018-10-28T02:00:00Z'],
    ['2018-05-29T15:45+02:00', 'minute', '2018-05-29T13:46:00Z'],
  ] as const)('%s ends when the next %s starts', (label, timeslice, end) =>
    expect(sliceEnd(label, timeslice, 'Europe/Berlin')).toEqual(new Date(end)),
  );
});

it('of an hour that the clocks show twice is told apart by its offset', () => {
  const texts = ['2026-10-25T02+02:00', '2026-10-25T02+01:00'].map((label) =>
    longSlice(label, 'hour', 'Europe/Berlin'),
  );
  expect(texts).toEqual(['Sun, Oct 25, 02:00 GMT+2', 'Sun, Oct 25, 02:00 GMT+1']);
});

it.each([
  ['1970-01-05', 'day', 0],
  ['2026-11-30', 'day', 20787 - 4 + 0],
  ['1970-W02', 'week', 0],
  ['2026-11', 'month', 2026 * 12 + 10],
  ['1970-01-02T03+02:00', 'hour', 27],
  ['1970-01-01T03:15-05:00', 'minute', 195],
] as const)('numbers %s among the %ss', (label, timeslice, ordinal) =>
  expect(sliceOrdinal(label, timeslice)).toBe(ordinal),
);

it('names the axis', () => expect(sliceAxis('day')).toBe('Day'));
