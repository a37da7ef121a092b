import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, it } from 'vitest';

import type { TimeSlice } from '@/api/types';
import { CompareTab } from '@/features/dashboard/compare-tab';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost, server } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const dashboard = makeDashboard();

const slice = (key: string, fields: Partial<TimeSlice>): TimeSlice => ({
  timeSliceKey: key,
  name: null,
  minTime: null,
  maxTime: null,
  endpoint: null,
  version: null,
  ip: null,
  group_by: null,
  status_class: null,
  created: '2026-03-09T00:00:00Z',
  ...fields,
});

const NEW = slice('new', { minTime: '2026-03-01T00:00:00Z', endpoint: 'book' });

let asked: URLSearchParams[];

beforeEach(() => {
  mockGet('/dashboards', [dashboard]);
  mockGet(`/dashboards/${dashboard.id}/slices`, { slices: [NEW] });
  server.use(
    http.get('*/api/dashboards/:id/execution_time_histogram', () =>
      HttpResponse.json({ edges: [1, 2, 4], counts: [3, 1] }),
    ),
  );
  asked = mockStatistics({
    values: {
      total_visits: ({ endpoint }) => (endpoint === undefined ? 100 : 40),
      average_execution_time: ({ endpoint }) => (endpoint === undefined ? 20 : 25),
      error_rate: ({ endpoint }) => (endpoint === undefined ? 0.01 : 0.05),
      slowest_measured_execution_time: null,
    },
  });
});

const render = (search = '') =>
  renderPage(
    <CompareTab />,
    `/dashboards/${dashboard.id}/compare${search}`,
    '/dashboards/:dashboardId/compare',
  );

const rowOf = (figures: HTMLElement, name: string) =>
  within(within(figures).getByRole('row', { name: new RegExp(`^${name}`) }))
    .getAllByRole('cell')
    .map(({ textContent }) => textContent);

it('shows the figures of two time slices and their differences', async () => {
  // One that was deleted is replaced by all requests.
  render('?a=gone&b=new');
  const figures = await screen.findByRole('region', { name: 'Figures' });
  await within(figures).findByRole('row', { name: /^Requests/ });
  expect(rowOf(figures, 'Requests')).toEqual(['100', '40', '-60 (-60%)']);
  expect(rowOf(figures, 'Average')).toEqual(['20 ms', '25 ms', '+5 ms (+25%)']);
  expect(rowOf(figures, 'Error rate')).toEqual(['1%', '5%', '+4 points (+400%)']);
  expect(rowOf(figures, 'Slowest')).toEqual(['–', '–', '–']);
  const whole = asked.filter((query) => query.get('statistic')?.startsWith('total_visits,'));
  expect(whole.map((query) => [query.get('start_date'), query.get('endpoint')])).toEqual([
    [null, null],
    ['2026-03-01T00:00:00.000Z', 'book'],
  ]);
});

it('saves the range and the filters of the page, and shows them as A', async () => {
  const saved = mockPost(`/dashboards/${dashboard.id}/slices`, {
    message: 'Time slice saved.',
    slice: NEW,
  });
  render('?from=2026-03-01&to=2026-03-07&endpoint=book');
  await userEvent.type(await screen.findByLabelText('Name (optional)'), 'First week');
  await userEvent.click(screen.getByRole('button', { name: 'Save time slice' }));
  const first = screen.getByRole('combobox', { name: 'Time slice A' });
  await waitFor(() => expect(first).toHaveValue('new'));
  expect(saved).toEqual([
    {
      name: 'First week',
      minTime: '2026-03-01T00:00:00.000Z',
      maxTime: '2026-03-08T00:00:00.000Z',
      endpoint: 'book',
    },
  ]);
});

it('compares no time slice with itself', async () => {
  render();
  expect(await screen.findByText('A and B are the same')).toBeVisible();
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Time slice B' }), 'new');
  expect(await screen.findByRole('region', { name: 'Figures' })).toBeVisible();
});
