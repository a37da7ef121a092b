const NICE_STEPS = [1, 2, 2.5, 5, 10];

/** The smallest of 1, 2, 2.5, 5 × 10ⁿ that is at least `step`. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * (NICE_STEPS.find((nice) => nice * power >= step * (1 - 1e-9)) ?? 10);
}

/**
 * Round values from 0 to at least `max`, in about `count` steps.
 *
 * Counts pass `whole`, since there is no half a visit.
 */
export function niceTicks(max: number, count: number, whole = false): number[] {
  const step = niceStep((max > 0 ? max : 1) / count);
  const used = whole ? Math.max(1, Math.ceil(step)) : step;
  const steps = Math.max(1, Math.ceil(max / used - 1e-9));
  return Array.from({ length: steps + 1 }, (_, at) => at * used);
}

/** Which of `count` labels to write so that each has `room` of the `width`; evenly spaced. */
export function spacedIndexes(count: number, width: number, room: number): number[] {
  const every = Math.max(1, Math.ceil((count * room) / Math.max(width, 1)));
  return Array.from({ length: Math.ceil(count / every) }, (_, at) => at * every);
}

export const maximum = (values: Iterable<number | null>): number => {
  let max = 0;
  for (const value of values) if (value !== null && value > max) max = value;
  return max;
};

/** Shorter times than this (ms) are drawn as if they took so long: a logarithm knows no zero. */
const LEAST = 0.01;

/** 1, 3, 10, 30, … from at most `min` to at least `max`, for a logarithmic axis. */
export function logTicks(min: number, max: number): number[] {
  const place = (value: number, round: (exponent: number) => number) =>
    round(Math.log10(Math.max(value, LEAST)) * 2);
  const [first, last] = [place(min, Math.floor), place(max, Math.ceil)];
  const tick = (at: number) => 10 ** Math.floor(at / 2) * (at % 2 === 0 ? 1 : 3);
  // √10 is a little more than 3, so a tick may have to be moved by one to embrace the values.
  const from = tick(first) > min && min >= LEAST ? first - 1 : first;
  const to = tick(last) < max ? last + 1 : last;
  return Array.from({ length: Math.max(to - from, 1) + 1 }, (_, at) => tick(from + at));
}
