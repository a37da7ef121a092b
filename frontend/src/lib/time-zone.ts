/* The clocks of time zones. A wall time is what they show: "2026-10-25T02:30", or a date. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DATE_LENGTH = '2026-10-25'.length;

/** Creating a formatter is a hundred times as expensive as using it; null for an unknown zone. */
const clocks = new Map<string, Intl.DateTimeFormat | null>();

function clockOf(zone: string): Intl.DateTimeFormat | null {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    try {
      clock = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
      });
    } catch {
      clock = null;
    }
    clocks.set(zone, clock);
  }
  return clock;
}

/** Whether this browser knows a time zone. */
export const isKnownZone = (zone: string): boolean => clockOf(zone) !== null;

export const browserZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Returns the wall time of a moment, to the minute: "2026-10-25T02:30". */
export function wallTime(moment: Date, zone: string): string {
  const parts = clockOf(zone)?.formatToParts(moment) ?? [];
  const { year, month, day, hour, minute } = Object.fromEntries(
    parts.map(({ type, value }) => [type, value]),
  );
  return `${year?.padStart(4, '0')}-${month}-${day}T${hour}:${minute}`;
}

export const dateIn = (zone: string, moment: Date): string =>
  wallTime(moment, zone).slice(0, DATE_LENGTH);

const utc = (wall: string) => Date.parse(wall.length === DATE_LENGTH ? wall : `${wall}Z`);

/** Returns the offset from UTC at a moment, in ms. */
export const offsetAt = (zone: string, moment: Date): number =>
  utc(wallTime(moment, zone)) - Math.floor(moment.getTime() / MINUTE_MS) * MINUTE_MS;

/**
 * Returns the moment of a wall time; of a date, its first moment.
 *
 * Of a time that the clocks show twice, it is the first; of one that they skip, the moment as long
 * after the change.
 */
export function momentOf(wall: string, zone: string): Date {
  const time = utc(wall);
  const candidates = [-DAY_MS, DAY_MS].map(
    (distance) => new Date(time - offsetAt(zone, new Date(time + distance))),
  );
  const text = wall.length === DATE_LENGTH ? `${wall}T00:00` : wall;
  const shown = candidates.find((moment) => wallTime(moment, zone) === text);
  return shown ?? candidates[0] ?? new Date(time);
}

const isoDate = (time: number) => new Date(time).toISOString().slice(0, DATE_LENGTH);

export const plusDays = (date: string, days: number): string =>
  isoDate(Date.parse(date) + days * DAY_MS);

/** Returns the same day of another month, or its last day. */
export function plusMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return isoDate(Date.UTC(year, month - 1 + months, Math.min(day, last)));
}

/** Returns the Monday of a date's week. */
export const mondayOf = (date: string): string =>
  plusDays(date, -((new Date(date).getUTCDay() + 6) % 7));

export const firstOfMonth = (date: string): string => `${date.slice(0, 7)}-01`;

/** Changes the date of a moment, and keeps the time of day. */
export function moveDate(moment: Date, zone: string, move: (date: string) => string): Date {
  const wall = wallTime(moment, zone);
  const moved = momentOf(move(wall.slice(0, DATE_LENGTH)) + wall.slice(DATE_LENGTH), zone);
  return new Date(moved.getTime() + (moment.getTime() % MINUTE_MS));
}

/** Returns the start of the clock's hour. */
export function hourStart(moment: Date, zone: string): Date {
  const offset = offsetAt(zone, moment);
  const hour = 60 * MINUTE_MS;
  return new Date(Math.floor((moment.getTime() + offset) / hour) * hour - offset);
}

/** The short name of a zone at a moment: "GMT+5:30". */
export const zoneName = (zone: string, moment: Date): string =>
  new Intl.DateTimeFormat(undefined, { timeZone: zone, timeZoneName: 'short' })
    .formatToParts(moment)
    .find(({ type }) => type === 'timeZoneName')?.value ?? zone;
