import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { parseView } from '@/api/statistics/view';
import { FiguresPanel } from '@/components/panels/figures-panel';
import { StatisticsTab } from '@/features/dashboard/statistics-tab';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet } from '@/testing/server';
import { mockStatistics, delayStatistics } from '@/testing/statistics';

const dashboard = makeDashboard();
const QUERY = `/dashboards/${dashboard.id}/query`;

const MEASURED = {
  values: {
    total_visits: 1234,
    unique_visitors: 56,
    median_execution_time: 12.5,
    'ninety-fifth_percentile_execution_time': 80,
    ninetieth_percentile_execution_time: 60,
    'ninety-ninth_percentile_execution_time': 200,
    error_rate: 0.002,
    first_call: '2026-01-01T06:00:00+00:00',
  },
  groups: { endpoint: ['shop.index'], version: ['1.0'], status_class: ['2xx', '5xx'] },
  slices: ['2026-11-21', '2026-11-22'],
} as const;

beforeEach(() => mockGet('/dashboards', [dashboard]));

const renderStatistics = (search = '?from=2026-11-21&to=2026-11-22&timeslice=day') =>
  renderPage(<StatisticsTab />, `/dashboards/${dashboard.id}${search}`, '/dashboards/:dashboardId');

const panel = (name: string) => screen.findByRole('region', { name });

describe('the figures', () => {
  it('match the API, with units', async () => {
    mockStatistics(MEASURED);
    renderStatistics();
    const figures = within(await panel('Figures'));
    expect(await figures.findByText('1,234')).toBeVisible();
    expect(figures.getByText('56')).toBeVisible();
    expect(figures.getByText('12.5 ms')).toBeVisible();
    expect(figures.getByText('80 ms')).toBeVisible();
    expect(figures.getByText('0.2%')).toBeVisible();
  });

  it('mark the number of visitors as a lower bound when a limit is reached', async () => {
    const limits_reached = [{ field: 'ip', limit: 1_000_000, name: '(other)' } as const];
    mockGet('/dashboards', [makeDashboard({ limits_reached })]);
    mockStatistics(MEASURED);
    renderStatistics();
    expect(await within(await panel('Figures')).findByText('≥ 56')).toBeVisible();
  });

  it('are compared with the previous period of equal length', async () => {
    const asked = mockStatistics(MEASURED);
    renderStatistics();
    await within(await panel('Figures')).findByText('1,234');
    const figures = asked.filter((query) => query.get('statistic')?.includes('error_rate'));
    expect(figures.map((query) => [query.get('start_date'), query.get('end_date')])).toEqual([
      ['2026-11-21T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
      ['2026-11-19T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
    ]);
  });
});

describe('without requests', () => {
  const NOTHING = { ...MEASURED, values: { ...MEASURED.values, total_visits: 0 } };

  it('one panel says why an app may have none', async () => {
    mockStatistics({ ...NOTHING, values: { ...NOTHING.values, first_call: null } });
    renderStatistics();
    const only = within(await panel('No requests'));
    expect(await only.findByText('This app has no requests yet')).toBeVisible();
    expect(only.getByText('Its endpoints are not measured')).toBeVisible();
    expect(screen.getAllByRole('region')).toHaveLength(1);
  });

  it('in the range or with the filters, one panel leads back', async () => {
    mockStatistics(NOTHING);
    const { router } = renderStatistics('?range=7d&endpoint=shop.index');
    await userEvent.click(await screen.findByRole('button', { name: 'Remove the filters' }));
    expect(router.state.location.search).not.toContain('endpoint');
    await userEvent.click(await screen.findByRole('button', { name: 'Show all time' }));
    expect(router.state.location.search).toBe('?range=all');
  });
});

describe('figures', () => {
  it.each([
    [999, 1000, undefined],
    [1100, 1000, '▲'],
    [25, 20, undefined],
    [45, 30, '▲'],
    [29, 60, undefined],
  ])('of %d after %d have the arrow %s', async (now, before, arrow) => {
    const counts = [now, before];
    mockStatistics({
      ...MEASURED,
      values: { ...MEASURED.values, total_visits: () => counts.shift() ?? now },
    });
    const view = parseView(new URLSearchParams('range=7d'), 'UTC');
    renderPage(<FiguresPanel dashboardId={dashboard.id} view={view} />);
    const figures = within(await panel('Figures'));
    const change = (await figures.findByText(`from ${before.toLocaleString('en')}`)).textContent;
    if (arrow) expect(change).toContain(arrow);
    else expect(change).not.toMatch(/[▲▼]/);
  });
});

describe('a panel', () => {
  it('shows the error and can be retried', async () => {
    mockGet(QUERY, { message: 'The database cannot be reached.' }, 503);
    renderStatistics();
    const visits = within(await panel('Requests'));
    expect(await visits.findByText('The database cannot be reached.')).toBeVisible();
    mockStatistics(MEASURED);
    await userEvent.click(visits.getByRole('button', { name: 'Try again' }));
    expect(await visits.findByText(/^2,468 requests/)).toBeInTheDocument();
  });

  it('keeps its data, marked busy, until a new range has loaded', async () => {
    mockStatistics(MEASURED);
    const { router } = renderStatistics();
    const figures = await panel('Figures');
    await within(figures).findByText('1,234');
    const release = delayStatistics({ ...MEASURED, values: { total_visits: 9 } });
    await act(() => router.navigate('?range=30d', { replace: true }));
    expect(within(figures).getByText('1,234')).toBeVisible();
    expect(figures.querySelector('[aria-busy=true]')).toBeInTheDocument();
    release();
    expect(await within(figures).findByText('9')).toBeVisible();
    expect(within(figures).queryByText('1,234')).not.toBeInTheDocument();
  });

  it('shows the same figures as a table', async () => {
    mockStatistics(MEASURED);
    renderStatistics();
    await userEvent.click(await screen.findByRole('button', { name: 'Requests: show as table' }));
    const rows = within(await panel('Requests')).getAllByRole('row');
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      'TimeRequestsshop.index',
      'Sat, Nov 21, 20261,2341,234',
      'Sun, Nov 22, 20261,2341,234',
    ]);
  });
});

it('shares one request between panels', async () => {
  const asked = mockStatistics(MEASURED);
  renderStatistics();
  await within(await panel('Execution time')).findByText(/Highest p99/);
  await within(await panel('Unique visitors')).findByText(/Most unique visitors/);
  const series = asked.filter((query) => query.get('statistic')?.includes('ninetieth'));
  expect(series).toHaveLength(1);
});

it('applies the filters in the URL to every panel', async () => {
  const asked = mockStatistics(MEASURED);
  renderStatistics('?version=1.0');
  await within(await panel('Figures')).findByText('1,234');
  const unfiltered = asked.filter((query) => query.get('version') !== '1.0');
  // Only the colours of endpoints ignore the filters.
  expect(unfiltered.map((query) => query.get('breakdown'))).toEqual(['endpoint']);
});

it('keeps the choices of panels in the URL', async () => {
  mockStatistics(MEASURED);
  const { router } = renderStatistics('?range=30d&year=2025');
  await userEvent.click(await screen.findByRole('button', { name: 'Status' }));
  expect(router.state.location.search).toBe('?range=30d&year=2025&visits_by=status_class');
  expect(await within(await panel('Daily activity')).findByText('2025')).toBeVisible();
});

it('includes the comparison in the table', async () => {
  mockStatistics(MEASURED);
  renderStatistics('?from=2026-11-21&to=2026-11-22&timeslice=day&compare=true');
  await userEvent.click(await screen.findByRole('button', { name: 'Requests: show as table' }));
  const header = within(await panel('Requests')).getAllByRole('columnheader');
  expect(header.map(({ textContent }) => textContent)).toContain('Previous period');
});
