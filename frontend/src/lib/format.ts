/* Formats numbers and times in the browser's language. */

const LOCALE = navigator.language;

export const MISSING = '–';

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
/** By the number of decimals. */
const finePercents = [0, 1, 2, 3].map(
  (maximumFractionDigits) =>
    new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits }),
);
const significant = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });

const change0 = new Intl.NumberFormat(LOCALE, {
  style: 'percent',
  maximumFractionDigits: 0,
  signDisplay: 'exceptZero',
});
const decimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const change1 = new Intl.NumberFormat(LOCALE, {
  style: 'percent',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});

type Maybe<T> = T | null | undefined;

/** 1234567 → "1,234,567". */
export const formatNumber = (value: Maybe<number>): string =>
  value == null ? MISSING : whole.format(value);

/** With at most one decimal: 2.718 → "2.7". */
export const formatDecimal = (value: number): string => decimal.format(value);

/** 1234567 → "1.2M", for axes. */
export const formatCompact = (value: Maybe<number>): string =>
  value == null ? MISSING : compact.format(value);

/** A fraction of one: 0.1234 → "12.3%". */
export const formatPercent = (fraction: Maybe<number>): string =>
  fraction == null ? MISSING : percent.format(fraction);

/** With two digits of what is left to 0% or 100%: 0.68084 → "68.1%", 0.99987 → "99.987%". */
export function formatFinePercent(fraction: Maybe<number>): string {
  if (fraction == null) return MISSING;
  const rest = 100 * Math.min(fraction, 1 - fraction);
  const decimals = rest > 0 ? Math.min(Math.max(1 - Math.floor(Math.log10(rest)), 1), 3) : 0;
  return finePercents[decimals]?.format(fraction) ?? MISSING;
}

/** 1, "item" → "1 item"; 1234, "item" → "1,234 items". */
export const countOf = (count: Maybe<number>, noun: string): string =>
  `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;

/** 1 → "1 request", 1234 → "1,234 requests". */
export const countRequests = (count: Maybe<number>): string => countOf(count, 'request');

/** Milliseconds with the unit that fits: 0.42 → "0.42 ms", 1234 → "1.23 s", 125000 → "2 min 5 s". */
export function formatDuration(ms: Maybe<number>): string {
  if (ms == null) return MISSING;
  // 999.6 ms is shown as 1 s, and not as 1,000 ms.
  const rounded = Number(ms.toPrecision(3));
  if (rounded < 1_000) return `${significant.format(rounded)} ms`;
  if (rounded < 60_000) return `${significant.format(rounded / 1_000)} s`;
  return formatSpan(Math.max(ms, 60_000) / 1_000);
}

const UNITS: readonly [string, number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** Seconds in the two largest units: 93784 → "1 d 2 h". */
export function formatSpan(seconds: number): string {
  const at = UNITS.findIndex(([, size]) => seconds >= size);
  const [unit, size] = UNITS[at === -1 ? UNITS.length - 1 : at] ?? ['s', 1];
  const next = UNITS[at + 1];
  const head = `${whole.format(Math.floor(seconds / size))} ${unit}`;
  const rest = next ? Math.floor((seconds % size) / next[1]) : 0;
  return at === -1 || !next || rest === 0 ? head : `${head} ${rest} ${next[0]}`;
}

/** A relative time in one unit: "just now", "2 min ago", "3 h ago", "5 d ago". */
export function formatAgo(then: Date, now: Date): string {
  const seconds = (now.getTime() - then.getTime()) / 1_000;
  if (seconds < 10) return 'just now';
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${whole.format(Math.floor(seconds / size))} ${unit} ago`;
}

/** The exact time with its time zone. */
export const formatDateTime = (moment: Date, timeZone: string): string =>
  new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'long', timeZone }).format(
    moment,
  );

/** The change from `before` to `now`: "+12%"; undefined if they cannot be compared. */
export function formatChange(now: Maybe<number>, before: Maybe<number>): string | undefined {
  if (now == null || before == null || before === 0) return undefined;
  const change = now / before - 1;
  return (Math.abs(change) >= 0.1 ? change0 : change1).format(change);
}
