import { describe, expect, it } from 'vitest';

import {
  fixedParams,
  suitableTimeslice,
  parseView,
  previousPeriod,
  rangeBetween,
  replaceView,
  resolveRange,
  timesliceOf,
  viewParams,
} from '@/api/statistics/view';

const NOW = new Date('2026-11-22T10:30:45Z');

const parse = (search: string) => parseView(new URLSearchParams(search), 'UTC');
const iso = (moment: Date | undefined) => moment?.toISOString();

describe('zooming', () => {
  it.each([
    ['2026-11-01T00:00:00Z', '2026-11-03T00:00:00Z', { from: '2026-11-01', to: '2026-11-02' }],
    [
      '2026-11-01T00:00:00Z',
      '2026-11-01T05:00:00Z',
      { from: '2026-11-01T00:00', to: '2026-11-01T05:00' },
    ],
  ])('writes the range from %s to %s', (start, end, range) =>
    expect(rangeBetween(new Date(start), new Date(end), 'UTC')).toEqual(range),
  );

  it.each(['zoom=30d', 'from=2026-11-02&to=2026-11-02&zoom=2026-11-01..2026-11-30'])(
    'keeps the range before in the URL: %s',
    (search) =>
      expect(viewParams(parseView(new URLSearchParams(search), 'UTC')).toString()).toBe(search),
  );
});

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

  it.each([
    'range=eternity',
    'from=2026-02-01&to=2026-01-01',
    'from=2026-13-01&to=x',
    'from=2026-01-01T25:00&to=2026-01-03',
  ])('ignores what is wrong: %s', (search) =>
    expect(parse(search).range).toEqual({ preset: '7d' }),
  );

  it.each([
    'from=2026-01-01T08%3A30&to=2026-01-01T17%3A15',
    'from=2026-01-01T08%3A30&to=2026-01-01',
    'from=2026-01-01&to=2026-01-01T00%3A01',
  ])('keeps the time of day: %s', (search) =>
    expect(viewParams(parse(search)).toString()).toBe(search),
  );

  it.each(['from=2026-01-01T08:30&to=2026-01-01T08:30', 'from=2026-01-02&to=2026-01-01T23:59'])(
    'ignores an empty range: %s',
    (search) => expect(parse(search).range).toEqual({ preset: '7d' }),
  );

  it('keeps a filter for the empty string', () =>
    expect(parse('version=').filters).toEqual({ version: '' }));
});

describe('a link with fixed times', () => {
  const fixed = (search: string, zone = 'UTC') =>
    fixedParams(parseView(new URLSearchParams(search), zone), NOW);

  it.each([
    ['range=24h&compare=true', 'compare=true&from=2026-11-21T11:00Z&to=2026-11-22T10:31Z'],
    ['from=2026-11-01&to=2026-11-02&zoom=30d', 'from=2026-11-01T00:00Z&to=2026-11-03T00:00Z'],
    ['range=all&version=1', 'range=all&version=1'],
  ])('writes %s as moments', (search, params) =>
    expect(decodeURIComponent(fixed(search).toString())).toBe(params),
  );

  it('is the same moments in every time zone', () => {
    const params = fixed('from=2026-11-01T08:00&to=2026-11-01T17:00', 'Europe/Berlin');
    const read = (zone: string) => parseView(params, zone);
    expect(read('Europe/Berlin').range).toEqual({
      from: '2026-11-01T08:00',
      to: '2026-11-01T17:00',
    });
    const { start, end } = resolveRange(read('America/New_York'), NOW);
    expect([iso(start), iso(end)]).toEqual([
      '2026-11-01T07:00:00.000Z',
      '2026-11-01T16:00:00.000Z',
    ]);
  });

  it('reads whole days as such', () =>
    expect(parse(fixed('from=2026-11-01&to=2026-11-02').toString()).range).toEqual({
      from: '2026-11-01',
      to: '2026-11-02',
    }));

  it.each([
    'from=2026-11-02T00:00Z&to=2026-11-01T00:00Z',
    'from=2026-11-31T25:00Z&to=2027-01-01T00:00Z',
  ])('ignores what is wrong: %s', (search) =>
    expect(parse(search).range).toEqual({ preset: '7d' }),
  );
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
    const interval = resolveRange({ range: { preset }, zone: 'UTC' }, NOW);
    expect([iso(interval.start), interval.end]).toEqual([start, NOW]);
  });

  it('of two days includes the last', () =>
    expect(
      iso(resolveRange({ range: { from: '2026-01-01', to: '2026-01-31' }, zone: 'UTC' }, NOW).end),
    ).toBe('2026-02-01T00:00:00.000Z'));
});

describe('the previous period', () => {
  it('has the same length and the same time on its last day', () => {
    const before = previousPeriod({ range: { preset: '7d' }, zone: 'UTC' }, NOW);
    expect([iso(before?.start), iso(before?.end)]).toEqual([
      '2026-11-09T00:00:00.000Z',
      '2026-11-15T10:30:45.000Z',
    ]);
  });

  it('of two days is the two days before', () => {
    const before = previousPeriod(
      { range: { from: '2026-01-03', to: '2026-01-04' }, zone: 'UTC' },
      NOW,
    );
    expect([iso(before?.start), iso(before?.end)]).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
    ]);
  });

  it('of all time does not exist', () =>
    expect(previousPeriod({ range: { preset: 'all' }, zone: 'UTC' }, NOW)).toBeUndefined());
});

describe('the slice', () => {
  it.each([
    ['1h', 'minute'],
    ['24h', 'hour'],
    ['7d', 'day'],
    ['30d', 'day'],
    ['12mo', 'week'],
  ] as const)('that fits %s is a %s', (preset, slice) =>
    expect(suitableTimeslice(resolveRange({ range: { preset }, zone: 'UTC' }, NOW))).toBe(slice),
  );

  it('that fits all time depends on the first call', () => {
    const all = resolveRange({ range: { preset: 'all' }, zone: 'UTC' }, NOW);
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
    expect(timesliceOf(view, resolveRange(view, NOW))).toBe(slice);
  });
});

describe('in a time zone', () => {
  const zone = 'Europe/Berlin';
  // Sunday, 10:30; it is a day of 25 hours.
  const sunday = new Date('2026-10-25T09:30:00Z');

  it.each([
    ['range=today', '2026-10-24T22:00', '2026-10-25T09:30'],
    ['range=yesterday', '2026-10-23T22:00', '2026-10-24T22:00'],
    ['range=week', '2026-10-18T22:00', '2026-10-25T09:30'],
    ['range=last-week', '2026-10-11T22:00', '2026-10-18T22:00'],
    ['range=month', '2026-09-30T22:00', '2026-10-25T09:30'],
    ['range=last-month', '2026-08-31T22:00', '2026-09-30T22:00'],
    ['range=12mo', '2025-10-31T23:00', '2026-10-25T09:30'],
    ['from=2026-10-25&to=2026-10-25', '2026-10-24T22:00', '2026-10-25T23:00'],
    ['from=2026-10-25T01:30&to=2026-10-25T03:15', '2026-10-24T23:30', '2026-10-25T02:15'],
  ])('%s is from %s to %s in UTC', (search, start, end) => {
    const interval = resolveRange(parseView(new URLSearchParams(search), zone), sunday);
    expect([iso(interval.start), iso(interval.end)]).toEqual([
      `${start}:00.000Z`,
      `${end}:00.000Z`,
    ]);
  });

  it.each([
    // The same time of day, an hour later in UTC.
    ['range=today', '2026-10-23T22:00', '2026-10-24T08:30'],
    ['range=yesterday', '2026-10-22T22:00', '2026-10-23T22:00'],
    ['range=week', '2026-10-11T22:00', '2026-10-18T08:30'],
    ['range=last-week', '2026-10-04T22:00', '2026-10-11T22:00'],
    ['range=month', '2026-08-31T22:00', '2026-09-25T08:30'],
    ['range=last-month', '2026-07-31T22:00', '2026-08-31T22:00'],
    ['from=2026-10-25&to=2026-10-25', '2026-10-23T22:00', '2026-10-24T22:00'],
    ['from=2026-10-25T01:30&to=2026-10-25T03:15', '2026-10-24T20:45', '2026-10-24T23:30'],
  ])('%s is preceded by the period from %s to %s in UTC', (search, start, end) => {
    const before = previousPeriod(parseView(new URLSearchParams(search), zone), sunday);
    expect([iso(before?.start), iso(before?.end)]).toEqual([`${start}:00.000Z`, `${end}:00.000Z`]);
  });

  it('four days are shown by hour, whether or not one of them has 25', () => {
    const view = parseView(new URLSearchParams('from=2026-10-23&to=2026-10-26'), zone);
    expect(suitableTimeslice(resolveRange(view, sunday))).toBe('hour');
  });
});
