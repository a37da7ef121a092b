/* Durations as people enter them: a number and a unit. */

/** Units by their length in seconds, the longest first. */
export const DURATION_UNITS = [
  { seconds: 86_400, name: 'days' },
  { seconds: 3_600, name: 'hours' },
  { seconds: 60, name: 'minutes' },
  { seconds: 1, name: 'seconds' },
] as const;

/** Returns the length of the longest unit in which a duration is a whole number; minutes for none. */
export const unitOf = (seconds: number): number =>
  DURATION_UNITS.find((unit) => seconds > 0 && seconds % unit.seconds === 0)?.seconds ?? 60;
