const NICE_STEPS = [1, 2, 2.5, 5, 10];

/** Returns the smallest of 1, 2, 2.5, 5 × 10ⁿ that is at least `step`. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * (NICE_STEPS.find((nice) => nice * power >= step * (1 - 1e-9)) ?? 10);
}

/**
 * Returns round values from 0, or from at most `min`, to at least `max`, in about `count` steps.
 *
 * Pass `whole` for counts: there is no half a request.
 */
export function niceTicks(max: number, count: number, whole = false, min = 0): number[] {
  const step = niceStep((max - min > 0 ? max - min : 1) / count);
  const used = whole ? Math.max(1, Math.ceil(step)) : step;
  const first = Math.floor(min / used + 1e-9);
  const last = Math.max(first + 1, Math.ceil(max / used - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * used);
}

/** Returns the evenly spaced indexes of the labels to draw so that each has `room` pixels. */
export function spacedIndexes(count: number, width: number, room: number): number[] {
  const every = Math.max(1, Math.ceil((count * room) / Math.max(width, 1)));
  return Array.from({ length: Math.ceil(count / every) }, (_, at) => at * every);
}

/**
 * Returns the indexes of the labels of time slices: the smallest step whose multiples have `room`
 * pixels each, so that the labels are round times, and midnight is among them. A single label would
 * not say how long a slice is, so then they are evenly spaced.
 */
export function steppedIndexes(
  ordinals: readonly number[],
  steps: readonly number[],
  width: number,
  room: number,
): number[] {
  for (const step of steps) {
    const found = ordinals.flatMap((ordinal, at) =>
      // Where clocks are turned back, an hour occurs twice: only single steps have room for both.
      ordinal % step === 0 && (step === 1 || ordinals[at - 1] !== ordinal) ? [at] : [],
    );
    if (found.length > 1 && found.length * room <= width) return found;
  }
  return spacedIndexes(ordinals.length, width, room);
}

export const maximum = (values: Iterable<number | null>): number => {
  let max = 0;
  for (const value of values) if (value !== null && value > max) max = value;
  return max;
};

/** Returns the smallest value below 0, or 0. */
export const minimum = (values: readonly (number | null)[]): number =>
  -maximum(values.map((value) => value && -value));

/** The share of values that must fit on a colour scale. */
const USUAL = 0.98;

/**
 * Returns the maximum of a colour scale, ignoring a few outliers that would make all other values
 * pale.
 */
export function robustMaximum(values: readonly (number | null)[]): number {
  const sorted = values.filter((value) => value !== null).sort((one, other) => one - other);
  const usual = sorted[Math.ceil(USUAL * (sorted.length - 1))] ?? 0;
  // Where almost nothing happened, the few values above zero are all there is to see.
  return usual > 0 ? usual : (sorted.at(-1) ?? 0);
}

/** Shorter times (in ms) are drawn as this value: the logarithm of 0 is undefined. */
const MIN_TIME = 0.01;

/** More of them would touch each other. */
const MAX_LOG_TICKS = 8;

/** Returns 1, 3, 10, 30, … from at most `min` to at least `max`, for a logarithmic axis. */
export function logTicks(min: number, max: number): number[] {
  const [low, high] = [Math.max(min, MIN_TIME), Math.max(max, MIN_TIME)];
  const first = Math.floor(Math.log10(low));
  const decades = Math.ceil(Math.log10(high)) - first + 1;
  const ticks = Array.from({ length: decades }, (_, at) => first + at).flatMap((exponent) => [
    10 ** exponent,
    3 * 10 ** exponent,
  ]);
  const from = ticks.findLastIndex((tick) => tick <= low);
  const to = ticks.findIndex((tick) => tick >= high);
  return ticks.slice(from, Math.max(to, from + 1) + 1);
}

/** Returns the ticks of a logarithmic axis of values: powers of ten if others have no room. */
export function logValueTicks(values: readonly (number | null)[]): number[] {
  const positive = values.filter((value): value is number => value !== null && value > 0);
  if (positive.length === 0) return [1, 10];
  const [min, max] = [Math.min(...positive), Math.max(...positive)];
  const ticks = logTicks(min, max);
  if (ticks.length <= MAX_LOG_TICKS) return ticks;
  const [first, last] = [Math.floor(Math.log10(ticks[0] ?? 1)), Math.ceil(Math.log10(max))];
  return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
}
