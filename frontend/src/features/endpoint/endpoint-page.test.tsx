import { screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, it } from 'vitest';

import { EndpointPage } from '@/features/endpoint/endpoint-page';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost, server } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const NAME = '/books/<id>';
const REST = '(other)';
const LISTED = { name: NAME, enabled: true, hidden: false, pinned: false, merged_into: null };
const MERGED = { name: 'get_*', hidden: false, pinned: true };
const dashboard = makeDashboard({
  limits_reached: [{ field: 'endpoint', limit: 10_000, name: REST }],
});

const MEASURED = {
  values: {
    total_visits: 1234,
    total_execution_time: 11_106,
    unique_visitors: 56,
    fastest_measured_execution_time: 1,
    fastest_quartile_execution_time: 2,
    median_execution_time: 3,
    slowest_quartile_execution_time: 4,
    ninetieth_percentile_execution_time: 5,
    'ninety-fifth_percentile_execution_time': 6,
    'ninety-ninth_percentile_execution_time': 7,
    slowest_measured_execution_time: 8,
    average_execution_time: 9,
    first_call: '2026-11-21T06:00:00+00:00',
  },
  groups: { version: ['1.0'], group_by: ['ada'], ip: ['192.0.2.1'], status_class: ['2xx'] },
  slices: ['2026-11-21', '2026-11-22'],
} as const;

beforeEach(() => {
  mockGet('/dashboards', [dashboard]);
  server.use(
    http.get('*/api/dashboards/:id/endpoints', ({ request }) => {
      const start = new URL(request.url).searchParams.get('start') ?? '';
      const endpoints = start <= NAME ? [LISTED] : [];
      return HttpResponse.json({ endpoints, next_endpoint: null, merged: [MERGED] });
    }),
  );
});

/** Whether a query is for the history of versions or the colours of endpoints. */
const isOfWholeDashboard = (query: URLSearchParams) =>
  query.get('statistic') === 'first_call' || query.get('breakdown') === 'endpoint';

const renderEndpoint = (name = NAME) =>
  renderPage(
    <EndpointPage />,
    `/dashboards/${dashboard.id}/endpoints/${encodeURIComponent(name)}`,
    '/dashboards/:dashboardId/endpoints/:endpointName',
  );

it('requests statistics of this endpoint only', async () => {
  const asked = mockStatistics(MEASURED);
  const histograms: URL[] = [];
  server.use(
    http.get('*/api/dashboards/:id/execution_time_histogram', ({ request }) => {
      histograms.push(new URL(request.url));
      return HttpResponse.json({ edges: [1, 2, 4], counts: [3, 5] });
    }),
  );
  renderEndpoint();
  expect(await screen.findByRole('heading', { level: 1, name: NAME })).toBeVisible();
  expect(await screen.findByText(/Most requests took 2 ms to 4 ms/)).toBeInTheDocument();
  expect(histograms[0]?.pathname).toContain(dashboard.id);
  const endpoints = [...asked, ...histograms.map(({ searchParams }) => searchParams)]
    .filter((query) => !isOfWholeDashboard(query))
    .map((query) => query.get('endpoint'));
  expect(new Set(endpoints)).toEqual(new Set([NAME]));
});

it('shows percentiles in the right order', async () => {
  mockStatistics(MEASURED);
  mockGet(`/dashboards/${dashboard.id}/execution_time_histogram`, { edges: [], counts: [] });
  renderEndpoint();
  const spread = await screen.findByRole('region', { name: 'Execution time percentiles' });
  await within(spread).findByText('Fastest');
  expect(within(spread).getByText('1,234 requests, 11.1 s in total')).toBeVisible();
  const numbers = within(spread)
    .getAllByRole('term')
    .map((term) => `${term.textContent}: ${term.nextElementSibling?.textContent ?? ''}`);
  expect(numbers).toEqual([
    'Fastest: 1 ms',
    'First quartile: 2 ms',
    'Median: 3 ms',
    'Third quartile: 4 ms',
    '90th percentile: 5 ms',
    '99th percentile: 7 ms',
    'Slowest: 8 ms',
    'Average: 9 ms',
  ]);
});

it.each(['/nowhere', '/apples'])('reports the unknown endpoint %s', async (endpoint) => {
  mockStatistics(MEASURED);
  mockGet(`/dashboards/${dashboard.id}/execution_time_histogram`, { edges: [], counts: [] });
  renderEndpoint(endpoint);
  const name = `Endpoint ${endpoint} not found`;
  expect(await screen.findByRole('heading', { level: 1, name })).toBeVisible();
  expect(document.title).toBe(`${name} · PyDash`);
});

it('shows the endpoints beyond the limit, which are counted together', async () => {
  const asked = mockStatistics(MEASURED);
  mockGet(`/dashboards/${dashboard.id}/execution_time_histogram`, { edges: [], counts: [] });
  renderEndpoint(REST);
  await screen.findByText('1,234 requests, 11.1 s in total');
  expect(screen.getByRole('heading', { level: 1, name: REST })).toBeVisible();
  expect(asked.some((query) => query.get('endpoint') === REST)).toBe(true);
});

it('shows what a rule has merged, and can be pinned and hidden', async () => {
  const asked = mockStatistics({
    ...MEASURED,
    groups: { ...MEASURED.groups, endpoint: ['get_1', 'get_2'] },
  });
  mockGet(`/dashboards/${dashboard.id}/execution_time_histogram`, { edges: [], counts: [] });
  renderEndpoint(MERGED.name);
  const apart = await screen.findByRole('region', { name: 'Execution time by merged endpoint' });
  expect(await within(apart).findByText(/get_1: median 3 ms/)).toBeInTheDocument();
  const parts = asked.find((query) => query.get('endpoint_naming') === 'own');
  expect(parts?.get('endpoint')).toBe(MERGED.name);
  const sent = mockPost(`/dashboards/${dashboard.id}/endpoints/get_*/change_settings`, {
    ...{ message: 'Endpoint unpinned.', endpoint: LISTED },
  });
  await userEvent.click(screen.getByRole('button', { name: 'Unpin get_*' }));
  expect(await screen.findByText('Endpoint unpinned.')).toBeVisible();
  expect(sent).toEqual([{ pinned: false }]);
});
