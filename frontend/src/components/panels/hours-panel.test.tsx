import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { HoursPanel } from '@/components/panels/hours-panel';
import { parseView } from '@/api/statistics/view';
import { renderPage } from '@/testing/render';
import { mockStatistics } from '@/testing/statistics';

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

/** Renders the hours of all time and returns the queries and the panel. */
async function renderAllTime(firstCall: Date) {
  const asked = mockStatistics({
    values: { total_visits: 5, unique_visitors: 2, first_call: firstCall.toISOString() },
    slices: ['2026-11-22T09'],
  });
  const view = parseView(new URLSearchParams('range=all'), 'UTC');
  renderPage(<HoursPanel dashboardId="1" view={view} of="visits" />);
  await screen.findByText(/Busiest hour: 5 requests/);
  const start = asked.find((query) => query.has('timeslice'))?.get('start_date') ?? '';
  return { start: new Date(start), panel: within(screen.getByRole('region')) };
}

it('starts with the first request', async () => {
  const first = daysAgo(40);
  const { start, panel } = await renderAllTime(first);
  expect(start).toEqual(first);
  expect(panel.queryByText(/The last/)).not.toBeInTheDocument();
});

it('starts a custom range with the first request at the earliest', async () => {
  const first = daysAgo(40);
  const asked = mockStatistics({
    values: { total_visits: 5, unique_visitors: 2, first_call: first.toISOString() },
    slices: ['2026-11-22T09'],
  });
  const to = daysAgo(0).toISOString().slice(0, 10);
  const view = parseView(new URLSearchParams({ from: '1990-01-01', to }), 'UTC');
  renderPage(<HoursPanel dashboardId="1" view={view} of="visits" />);
  await screen.findByText(/Busiest hour: 5 requests/);
  const start = asked.find((query) => query.has('timeslice'))?.get('start_date') ?? '';
  expect(new Date(start)).toEqual(first);
});

it('states when it covers less than the range', async () => {
  const { start, panel } = await renderAllTime(daysAgo(500));
  expect(panel.getByText('The last 366 days')).toBeVisible();
  expect(start.getTime()).toBeGreaterThan(daysAgo(367).getTime());
});
