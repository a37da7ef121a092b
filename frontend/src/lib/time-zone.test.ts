import { describe, expect, it } from 'vitest';

import {
  dateIn,
  hourStart,
  isKnownZone,
  momentOf,
  mondayOf,
  moveDate,
  plusMonths,
  wallTime,
} from '@/lib/time-zone';

const HOUR_MS = 3_600_000;

describe('a wall time', () => {
  it.each([
    ['Europe/Berlin', '2026-10-25T00:30Z', '2026-10-25T02:30'],
    ['Europe/Berlin', '2026-10-25T01:30Z', '2026-10-25T02:30'],
    ['Asia/Kathmandu', '2026-10-25T18:20Z', '2026-10-26T00:05'],
    ['America/St_Johns', '2026-01-01T03:00Z', '2025-12-31T23:30'],
    ['Australia/Lord_Howe', '2026-04-04T15:10Z', '2026-04-05T01:40'],
    ['UTC', '2026-10-25T00:30Z', '2026-10-25T00:30'],
  ])('in %s of %s is %s', (zone, moment, wall) =>
    expect(wallTime(new Date(moment), zone)).toBe(wall),
  );

  it.each([
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00'],
    ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00'],
    // The first of two.
    ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30'],
    // Skipped: as long after the change.
    ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30'],
    ['Asia/Kathmandu', '2026-10-26', '2026-10-25T18:15'],
    ['Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45'],
    // Midnight is skipped: the day begins at one o'clock.
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00'],
    // Midnight occurs twice.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00'],
  ])('in %s, %s is %s in UTC', (zone, wall, moment) =>
    expect(momentOf(wall, zone)).toEqual(new Date(`${moment}Z`)),
  );

  it.each([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['Asia/Kathmandu', '2026-10-25', 24],
  ])('spans a day of %s, %s, of %d hours', (zone, date, hours) => {
    const [start, end] = [momentOf(date, zone), momentOf(nextDay(date), zone)];
    expect((end.getTime() - start.getTime()) / HOUR_MS).toBe(hours);
    expect(dateIn(zone, new Date(end.getTime() - 1))).toBe(date);
  });

  it('keeps its time of day on another date', () => {
    const moment = new Date('2026-10-26T09:15:30.250Z'); // 10:15:30 in winter
    const before = moveDate(moment, 'Europe/Berlin', () => '2026-10-24');
    expect(before).toEqual(new Date('2026-10-24T08:15:30.250Z')); // in summer
  });
});

const nextDay = (date: string) =>
  new Date(Date.parse(date) + 24 * HOUR_MS).toISOString().slice(0, 10);

it.each([
  ['2026-10-25', '2026-10-19'],
  ['2026-10-26', '2026-10-26'],
  ['2027-01-01', '2026-12-28'],
])('the week of %s begins on Monday, %s', (date, monday) => expect(mondayOf(date)).toBe(monday));

it.each([
  ['2026-03-31', -1, '2026-02-28'],
  ['2026-01-15', -1, '2025-12-15'],
  ['2026-12-31', 2, '2027-02-28'],
])('%s moved by %d months is %s', (date, months, moved) =>
  expect(plusMonths(date, months)).toBe(moved),
);

it.each([
  ['Asia/Kathmandu', '2026-10-25T18:20Z', '2026-10-25T18:15Z'],
  ['Europe/Berlin', '2026-10-25T01:59Z', '2026-10-25T01:00Z'],
])('the hour of the clocks in %s at %s begins at %s', (zone, moment, start) =>
  expect(hourStart(new Date(moment), zone)).toEqual(new Date(start)),
);

it('knows which zones there are', () =>
  expect(['Europe/Berlin', 'UTC', 'Europe/Atlantis'].map(isKnownZone)).toEqual([
    true,
    true,
    false,
  ]));
