/* Conditions of rules, in words. */
import type { Condition } from '@/api/types';
import { formatDuration, formatNumber, formatSpan } from '@/lib/format';

export type ConditionKind = Condition['kind'];
/** A condition that compares the values of a statistic. */
export type Numeric = Extract<Condition, { statistic: string }>;
export type AlertStatistic = Numeric['statistic'];

export const isNumeric = (condition: Condition): condition is Numeric => 'statistic' in condition;

/** The statistics that a rule can watch, in the order in which they are offered. */
export const STATISTIC_NAMES: Readonly<Record<AlertStatistic, string>> = {
  error_rate: 'error rate',
  average_execution_time: 'average time',
  standard_deviation_execution_time: 'standard deviation',
  median_execution_time: 'p50 (median)',
  ninetieth_percentile_execution_time: 'p90',
  'ninety-fifth_percentile_execution_time': 'p95',
  'ninety-ninth_percentile_execution_time': 'p99',
  'ninety-nine-point-ninth_percentile_execution_time': 'p99.9',
  total_visits: 'number of requests',
  unique_visitors: 'number of unique visitors',
  slowest_measured_execution_time: 'slowest time',
  slowest_quartile_execution_time: 'third quartile',
  fastest_quartile_execution_time: 'first quartile',
  fastest_measured_execution_time: 'fastest time',
  total_execution_time: 'total time',
};

const COUNTS: ReadonlySet<string> = new Set<AlertStatistic>(['total_visits', 'unique_visitors']);

/** The unit in which thresholds are entered: of percentages, counts and times. */
export const unitOfStatistic = (statistic: AlertStatistic): '%' | '' | 'ms' =>
  statistic === 'error_rate' ? '%' : COUNTS.has(statistic) ? '' : 'ms';

const percent = (value: number) => `${Number(value.toPrecision(3))}%`;

/** A value with its unit: "5%", "1,200", "1.5 s". */
export function formatStatistic(statistic: AlertStatistic, value: number): string {
  if (statistic === 'error_rate') return percent(value);
  return COUNTS.has(statistic) ? formatNumber(value) : formatDuration(value);
}

const FILTER_NAMES: Readonly<Record<string, string>> = {
  endpoint: 'endpoint',
  version: 'version',
  ip: 'address',
  group_by: 'user',
};

/** "the p95 of endpoint book". */
function subjectOf({ statistic, filters = {} }: Numeric): string {
  const parts = Object.entries(filters).map(([field, value]) => `${FILTER_NAMES[field]} ${value}`);
  return ['the ' + STATISTIC_NAMES[statistic], parts.join(', ')].filter(Boolean).join(' of ');
}

const times = (factor: number) => `${Number(factor.toPrecision(3))} times`;

function comparisonOf(condition: Numeric): string {
  const show = (value: number) => formatStatistic(condition.statistic, value);
  const span = formatSpan(condition.window);
  switch (condition.kind) {
    case 'above':
    case 'below':
      return `is ${condition.kind} ${show(condition.threshold)} over ${span}`;
    case 'outside':
      return `is not between ${show(condition.low)} and ${show(condition.high)} over ${span}`;
    case 'changed': {
      const { by, factor, direction, against } = condition;
      const verb = { up: 'rises', down: 'falls', both: 'rises or falls' }[direction ?? 'both'];
      const amount =
        factor == null ? `by more than ${show(by ?? 0)}` : `to more than ${times(factor)}`;
      const reference = against === 'last_week' ? 'the same time last week' : `the ${span} before`;
      const fall = factor != null && direction === 'down' ? `below 1/${factor}` : amount;
      return `over ${span} ${verb} ${fall} ${factor == null ? 'against' : 'that of'} ${reference}`;
    }
    case 'mean_inside':
      return `is not between ${show(condition.low)} and ${show(condition.high)} on average of the last ${condition.last} values, each over ${span}`;
    case 'share_inside':
      return `is between ${show(condition.low)} and ${show(condition.high)} in less than ${percent(condition.share)} of the last ${condition.last} values, each over ${span}`;
  }
}

const whereOf = ({ endpoint }: { endpoint?: string | null }) =>
  endpoint ? ` by endpoint ${endpoint}` : '';

/** Returns a condition as the clause of a sentence: "the error rate is above 5% over 5 min". */
export function conditionText(condition: Condition): string {
  if (isNumeric(condition)) return `${subjectOf(condition)} ${comparisonOf(condition)}`;
  switch (condition.kind) {
    case 'down':
      return 'the app does not respond to pings';
    case 'fetch_failing':
      return 'fetching fails';
    case 'no_data':
      return `there are no requests for ${formatSpan(condition.window ?? 0)}`;
    case 'certificate':
      return `the certificate expires within ${condition.days} days`;
    case 'version_worse':
      return 'a new version is worse than the one before';
    case 'exception_new':
      return `a new exception is raised${whereOf(condition)}`;
    case 'exception_regressed':
      return `a resolved exception is raised again${whereOf(condition)}`;
    case 'and':
    case 'or':
      return condition.conditions
        .map((one) => ('conditions' in one ? `(${conditionText(one)})` : conditionText(one)))
        .join(` ${condition.kind} `);
  }
}
