import { expect, it } from 'vitest';

import { createQueryClient } from '@/api/core/query-client';
import { seriesQuery, visitsByQuery } from '@/api/statistics/time-series';
import { parseView } from '@/api/statistics/view';
import { mockStatistics } from '@/testing/statistics';

const view = parseView(new URLSearchParams('range=24h'), 'UTC');

it.each([
  ['1990-01-01', undefined],
  ['2026-11-20', [5]],
])('compares a range from %s only if there were requests before', async (from, before) => {
  const params = new URLSearchParams({ from, to: '2026-11-22', compare: 'true' });
  const asked = mockStatistics({
    values: { total_visits: 5, first_call: '2026-11-18T10:00:00Z' },
    slices: ['2026-11'],
  });
  const compared = seriesQuery('1', parseView(params, 'UTC'));
  const series = await createQueryClient().query(compared);
  expect(series.before?.total_visits).toEqual(before);
  const starts = asked.map((query) => query.get('start_date')).filter((start) => start !== null);
  expect(starts.every((start) => start >= '2026-11-17')).toBe(true);
});

it('aligns a group with the slices of the series, even if a new slice has begun since', async () => {
  const queryClient = createQueryClient();
  mockStatistics({ values: { total_visits: 5 }, slices: ['2026-11-22T09', '2026-11-22T10'] });
  await queryClient.query(seriesQuery('1', view));
  mockStatistics({
    values: { total_visits: 2 },
    groups: { endpoint: ['index'] },
    slices: ['2026-11-22T10', '2026-11-22T11'],
  });
  const { groups } = await queryClient.query(visitsByQuery('1', 'endpoint', view));
  expect(groups).toEqual([
    { name: 'index', visits: [0, 2] },
    { name: null, visits: [5, 3] },
  ]);
});
