import { describe, expect, it } from 'vitest';

import {
  suitableTimeslice,
  parseView,
  previousPeriod,
  replaceView,
  resolveRange,
  timesliceOf,
  viewParams,
} from '@/api/statistics/view';

const NOW = new Date('2026-11-22T10:30:45Z');

const parse = (search: string) => parseView(new URLSearchParams(search));
const iso = (moment: Date | undefined) => moment?.toISOString();

describe('a view in the URL', () => {
  it('survives a round trip', () => {
    const search =
      'from=2026-01-01&to=2026-01-31&compare=true&timeslice=hour&endpoint=shop.index&ip=10.0.0.1';
    expect(viewParams(parse(search)).toString()).toBe(search);
  });

  it('replaces another view, and keeps the parameters of panels', () => {
    const before = new URLSearchParams('range=30d&endpoint=index&year=2025');
    expect(replaceView(before, viewParams(parse('compare=true'))).toString()).toBe(
      'compare=true&year=2025',
    );
  });

  it('omits defaults', () => expect(viewParams(parse('')).toString()).toBe(''));

  it.each(['range=eternity', 'from=2026-02-01&to=2026-01-01', 'from=2026-13-01&to=x'])(
    'ignores what is wrong: %s',
    (search) => expect(parse(search).range).toEqual({ preset: '7d' }),
  );

  it('keeps a filter for the empty string', () =>
    expect(parse('version=').filters).toEqual({ version: '' }));
});

describe('a range', () => {
  it.each([
    ['1h', '2026-11-22T09:31:00.000Z'],
    ['24h', '2026-11-21T11:00:00.000Z'],
    ['7d', '2026-11-16T00:00:00.000Z'],
    ['30d', '2026-10-24T00:00:00.000Z'],
    ['12mo', '2025-12-01T00:00:00.000Z'],
    ['all', undefined],
  ] as const)('of %s begins where a slice does', (preset, start) => {
    const interval = resolveRange({ preset }, NOW);
    expect([iso(interval.start), interval.end]).toEqual([start, NOW]);
  });

  it('of two days includes the last', () =>
    expect(iso(resolveRange({ from: '2026-01-01', to: '2026-01-31' }, NOW).end)).toBe(
      '2026-02-01T00:00:00.000Z',
    ));
});

describe('the previous period', () => {
  it('has the same length and the same time on its last day', () => {
    const before = previousPeriod({ preset: '7d' }, NOW);
    expect([iso(before?.start), iso(before?.end)]).toEqual([
      '2026-11-09T00:00:00.000Z',
      '2026-11-15T10:30:45.000Z',
    ]);
  });

  it('of two days is the two days before', () => {
    const before = previousPeriod({ from: '2026-01-03', to: '2026-01-04' }, NOW);
    expect([iso(before?.start), iso(before?.end)]).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
    ]);
  });

  it('of all time does not exist', () =>
    expect(previousPeriod({ preset: 'all' }, NOW)).toBeUndefined());
});

describe('the slice', () => {
  it.each([
    ['1h', 'minute'],
    ['24h', 'hour'],
    ['7d', 'day'],
    ['30d', 'day'],
    ['12mo', 'week'],
  ] as const)('that fits %s is a %s', (preset, slice) =>
    expect(suitableTimeslice(resolveRange({ preset }, NOW))).toBe(slice),
  );

  it('that fits all time depends on the first call', () => {
    const all = resolveRange({ preset: 'all' }, NOW);
    expect(suitableTimeslice(all, new Date('2026-11-20'))).toBe('hour');
    expect(suitableTimeslice(all, new Date('2020-01-01'))).toBe('month');
  });

  it.each([
    ['range=24h&timeslice=minute', 'minute'],
    ['range=12mo&timeslice=hour', 'hour'],
    ['range=12mo&timeslice=minute', 'week'],
    ['range=12mo', 'week'],
  ])('of %s is a %s: the one that was chosen, unless there are too many', (search, slice) => {
    const view = parse(search);
    expect(timesliceOf(view, resolveRange(view.range, NOW))).toBe(slice);
  });
});
