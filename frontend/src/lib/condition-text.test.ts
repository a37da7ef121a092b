import { expect, it } from 'vitest';

import type { Condition } from '@/api/types';
import { conditionText } from '@/lib/condition-text';

const errors = { statistic: 'error_rate', window: 300 } as const;
const p95 = { statistic: 'ninety-fifth_percentile_execution_time', window: 3600 } as const;

it.each<[Condition, string]>([
  [{ kind: 'down' }, 'the app does not respond to pings'],
  [{ kind: 'no_data', window: 5_400 }, 'there are no requests for 1 h 30 min'],
  [{ kind: 'exception_new', endpoint: 'pay' }, 'a new exception is raised by endpoint pay'],
  [{ kind: 'exception_regressed' }, 'a resolved exception is raised again'],
  [{ kind: 'certificate', days: 14 }, 'the certificate expires within 14 days'],
  [{ kind: 'above', ...errors, threshold: 5 }, 'the error rate is above 5% over 5 min'],
  [
    { kind: 'below', ...p95, filters: { endpoint: 'book' }, threshold: 1_500 },
    'the p95 of endpoint book is below 1.5 s over 1 h',
  ],
  [
    { kind: 'outside', statistic: 'total_visits', window: 60, low: 10, high: 2_000 },
    'the number of requests is not between 10 and 2,000 over 1 min',
  ],
  [
    { kind: 'changed', ...p95, factor: 2, direction: 'up', against: 'last_week' },
    'the p95 over 1 h rises to more than 2 times that of the same time last week',
  ],
  [
    { kind: 'changed', ...errors, by: 3, direction: 'both', against: 'previous' },
    'the error rate over 5 min rises or falls by more than 3% against the 5 min before',
  ],
  [
    { kind: 'share_inside', ...errors, low: 0, high: 5, last: 5, share: 60 },
    'the error rate is between 0% and 5% in less than 60% of the last 5 values, each over 5 min',
  ],
  [
    {
      kind: 'or',
      conditions: [
        { kind: 'down' },
        { kind: 'and', conditions: [{ kind: 'fetch_failing' }, { kind: 'down' }] },
      ],
    },
    'the app does not respond to pings or (fetching fails and the app does not respond to pings)',
  ],
])('reads back %j', (condition, text) => {
  expect(conditionText(condition)).toBe(text);
});
