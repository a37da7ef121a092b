import { expect, it } from 'vitest';

import { endpointRows } from '@/features/dashboard/endpoint-rows';

const figures = (name: string, total_visits: number) => ({
  name,
  numbers: {
    total_visits,
    unique_visitors: 1,
    average_execution_time: 1,
    median_execution_time: 1,
    'ninety-fifth_percentile_execution_time': 1,
    'ninety-ninth_percentile_execution_time': 1,
    total_execution_time: 1,
    error_rate: 0,
  },
  lastCall: null,
  visits: [total_visits],
});

const known = (name: string, hidden = false) => ({ name, enabled: true, hidden });

it('computes shares of all requests, not only of the listed ones', () => {
  const called = { endpoints: [figures('a', 30), figures('b', 10)], visits: 80 };
  const rows = endpointRows(called, [known('a'), known('b')]);
  expect(rows.map(({ share }) => share)).toEqual([0.375, 0.125]);
});

it('lists an endpoint without requests', () => {
  const [row] = endpointRows({ endpoints: [], visits: 0 }, [known('quiet', true)]);
  expect(row).toMatchObject({ name: 'quiet', hidden: true, share: null, lastCall: null });
  expect(row?.numbers.total_visits).toBe(0);
  expect(row?.numbers.median_execution_time).toBeNull();
});
