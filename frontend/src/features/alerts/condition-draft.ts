/* A condition while it is edited: the fields of all kinds, numbers as they are typed. */
import type { Condition } from '@/api/types';
import {
  type AlertStatistic,
  type ConditionKind,
  isNumeric,
  type Numeric,
} from '@/lib/condition-text';

export const FILTERS = ['endpoint', 'version', 'ip', 'group_by'] as const;

export interface Draft {
  kind: ConditionKind;
  statistic: AlertStatistic;
  /** Seconds. */
  window: string;
  filters: Record<(typeof FILTERS)[number], string>;
  threshold: string;
  low: string;
  high: string;
  /** Whether a change is an amount or a factor. */
  measure: 'by' | 'factor';
  by: string;
  factor: string;
  direction: 'up' | 'down' | 'both';
  against: 'previous' | 'last_week';
  last: string;
  share: string;
  days: string;
  /** How long there are no requests, in seconds. */
  silence: number | null;
  conditions: Draft[];
}

/** The names of the kinds, in the order in which they are offered. */
export const CONDITION_NAMES: Readonly<Record<ConditionKind, string>> = {
  down: 'The app is down',
  above: 'A value is above a threshold',
  below: 'A value is below a threshold',
  outside: 'A value is outside a range',
  changed: 'A value changes',
  mean_inside: 'The mean of the last values leaves a range',
  share_inside: 'Too many of the last values leave a range',
  no_data: 'There are no requests',
  fetch_failing: 'Fetching fails',
  certificate: 'The certificate expires soon',
  version_worse: 'A new version is worse',
  exception_new: 'An exception is new',
  exception_regressed: 'A resolved exception is raised again',
  and: 'Several conditions are met',
  or: 'One of several conditions is met',
};

export const NUMERIC_KINDS: ReadonlySet<ConditionKind> = new Set<Numeric['kind']>([
  'above',
  'below',
  'outside',
  'changed',
  'mean_inside',
  'share_inside',
]);

export const EXCEPTION_KINDS: ReadonlySet<ConditionKind> = new Set<ConditionKind>([
  'exception_new',
  'exception_regressed',
]);

export const newDraft = (kind: ConditionKind): Draft => ({
  kind,
  statistic: 'error_rate',
  window: '300',
  filters: { endpoint: '', version: '', ip: '', group_by: '' },
  threshold: '5',
  low: '0',
  high: '5',
  measure: 'factor',
  by: '',
  factor: '2',
  direction: 'up',
  against: 'last_week',
  last: '5',
  share: '60',
  days: '14',
  silence: 1_800,
  conditions: [],
});

/** Returns the condition as it is edited. */
export function toDraft(condition: Condition): Draft {
  const draft = newDraft(condition.kind);
  if (condition.kind === 'no_data') return { ...draft, silence: condition.window ?? 1_800 };
  if (condition.kind === 'certificate') return { ...draft, days: String(condition.days ?? 14) };
  if ('endpoint' in condition) {
    return { ...draft, filters: { ...draft.filters, endpoint: condition.endpoint ?? '' } };
  }
  if ('conditions' in condition) {
    return { ...draft, conditions: condition.conditions.map(toDraft) };
  }
  if (!isNumeric(condition)) return draft;
  const texts = Object.entries(condition)
    .filter(([name, value]) => name in draft && value !== null && name !== 'filters')
    .map(([name, value]) => [name, String(value)]);
  return {
    ...draft,
    ...(Object.fromEntries(texts) as Partial<Draft>),
    filters: { ...draft.filters, ...condition.filters },
    measure: condition.kind === 'changed' && condition.by != null ? 'by' : 'factor',
  };
}

/** Returns a number as the API takes it; what is no number is sent as it is, for its error. */
const numberOf = (text: string): number =>
  (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)) as number;

/** Returns what is edited as a condition; the API validates it. */
export function toCondition(draft: Draft): Condition {
  const { kind } = draft;
  const filters = Object.fromEntries(
    Object.entries(draft.filters).filter(([, text]) => text !== ''),
  );
  const window = Number(draft.window) as Numeric['window'];
  const question = { statistic: draft.statistic, window, filters };
  const band = { low: numberOf(draft.low), high: numberOf(draft.high) };
  switch (kind) {
    case 'down':
    case 'fetch_failing':
    case 'version_worse':
      return { kind };
    case 'no_data':
      return { kind, window: draft.silence ?? 0 };
    case 'certificate':
      return { kind, days: numberOf(draft.days) };
    case 'exception_new':
    case 'exception_regressed':
      return draft.filters.endpoint === '' ? { kind } : { kind, endpoint: draft.filters.endpoint };
    case 'above':
    case 'below':
      return { kind, ...question, threshold: numberOf(draft.threshold) };
    case 'outside':
      return { kind, ...question, ...band };
    case 'changed': {
      const { direction, against, measure } = draft;
      const amount = { [measure]: numberOf(draft[measure]) };
      return { kind, ...question, ...amount, direction, against };
    }
    case 'mean_inside':
      return { kind, ...question, ...band, last: numberOf(draft.last) };
    case 'share_inside':
      return {
        kind,
        ...question,
        ...band,
        last: numberOf(draft.last),
        share: numberOf(draft.share),
      };
    case 'and':
    case 'or':
      return { kind, conditions: draft.conditions.map(toCondition) };
  }
}

const isComplete = (value: unknown): boolean =>
  value !== null && typeof value === 'object'
    ? Object.entries(value).every(
        ([name, part]) => name === 'filters' || isComplete(part) || typeof part === 'boolean',
      )
    : value !== '' && value !== null;

/** Whether nothing is missing, so that the condition can be read back. */
export function isReadable(draft: Draft): boolean {
  const condition = toCondition(draft);
  const numbers = ['threshold', 'low', 'high', 'by', 'factor', 'last', 'share', 'days'];
  const areNumbers = Object.entries(condition).every(
    ([name, value]) => !numbers.includes(name) || typeof value === 'number',
  );
  return areNumbers && isComplete(condition) && draft.conditions.every(isReadable);
}

/**
 * Returns the field of the form that the API means: "condition.above.threshold" is
 * "condition.threshold", and an error of a whole condition is shown at a field of it.
 */
export function fieldOf(name: string, message: string): string {
  const kinds = Object.keys(CONDITION_NAMES).join('|');
  const path = name
    .replace('.no_data.window', '.no_data.silence')
    .replace(/\.exception_(new|regressed)\.endpoint/, '.filters.endpoint')
    .replace(new RegExp(`(^condition|\\.conditions\\.\\d+)\\.(?:${kinds})(?=\\.|$)`, 'g'), '$1');
  if (/(^condition|\.conditions\.\d+)$/.test(path))
    return `${path}.${message.startsWith('high:') ? 'high' : 'kind'}`;
  return path;
}
