import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, it } from 'vitest';

import type { Trends } from '@/api/types';
import { TrendsTab } from '@/features/dashboard/trends-tab';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, server } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const dashboard = makeDashboard();
const DEVIATION = 'standard_deviation_execution_time';

const values = (mean: (number | null)[]) => ({
  total_visits: mean.map((value) => (value === null ? 0 : 3)),
  average_execution_time: mean,
  [DEVIATION]: mean.map((value) => value && value / 10),
  'ninety-fifth_percentile_execution_time': mean,
  slowest_measured_execution_time: mean,
});

const limit = {
  rule_id: 'r',
  rule: 'Slow books',
  condition: 'Average above 50 ms (5 min)',
  severity: 'warning' as const,
  statistic: 'average_execution_time' as const,
};

const TRENDS: Trends = {
  labels: ['2026-03-01', '2026-03-02', '2026-03-03'],
  trends: [
    { endpoint: null, values: values([10, 20, 30]), limits: [] },
    {
      endpoint: 'book',
      values: values([40, null, 60]),
      limits: [{ ...limit, low: [5, 5, 5], high: [50, 50, 50] }],
    },
  ],
  estimates: [DEVIATION],
  resolution: null,
};

let asked: URLSearchParams[];

beforeEach(() => {
  asked = [];
  mockStatistics({ values: {} });
  mockGet('/dashboards', [dashboard]);
  server.use(
    http.get('*/api/dashboards/:id/trends', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json(TRENDS);
    }),
  );
});

const render = (search = '') =>
  renderPage(
    <TrendsTab />,
    `/dashboards/${dashboard.id}/trends?range=30d${search}`,
    '/dashboards/:dashboardId/trends',
  );

it('shows each endpoint with the bounds of the rules, and how often they were exceeded', async () => {
  render();
  const all = await screen.findByRole('region', { name: 'All requests' });
  expect(within(all).queryByText(/a rule allows|the rules allow/)).toBeNull();
  const book = screen.getByRole('region', { name: 'book' });
  expect(within(book).getByText('Beyond what a rule allows: 1 day')).toBeVisible();
  await userEvent.click(within(book).getByRole('button', { name: 'book: show as table' }));
  expect(
    within(book)
      .getAllByRole('columnheader')
      .map(({ textContent }) => textContent)
      .slice(-2),
  ).toEqual(['Slow books (at least)', 'Slow books (at most)']);
  const [, , , third] = within(book).getAllByRole('row');
  expect(third).toHaveTextContent('Tue, Mar 3, 2026360 ms6 ms60 ms60 ms5 ms50 ms');
  expect(screen.queryByText(/^Standard deviations are estimates/)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Standard deviation' }));
  expect(await screen.findAllByText(/^Standard deviations are estimates/)).toHaveLength(2);
});

it('shows all statistics of one endpoint by version', async () => {
  const { router } = render('&by=version');
  await userEvent.click(await screen.findByRole('button', { name: 'All statistics: book' }));
  expect(router.state.location.search).toContain('endpoint=book');
  for (const name of ['Average', 'Standard deviation', 'p95', 'Maximum'])
    expect(await screen.findByRole('region', { name })).toBeVisible();
  expect(screen.getByText('Beyond what a rule allows: 1 version')).toBeVisible();
  expect(asked.map((query) => [query.get('by'), query.get('endpoint')])).toEqual([
    ['version', null],
    ['version', 'book'],
  ]);
});
