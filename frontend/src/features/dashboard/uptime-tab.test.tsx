import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Dashboard, Downtime } from '@/api/types';
import { UptimeTab } from '@/features/dashboard/uptime-tab';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const quiet: Downtime = {
  monitor_downtime: true,
  downtime_intervals: [],
  downtime_percentage: 0,
  total_downtimes: { '2026-11-21': 0, '2026-11-22': 0 },
  latency: { '2026-11-21': 12, '2026-11-22': 14 },
};

function renderUptime(part: Partial<Downtime>, dashboard: Partial<Dashboard> = {}) {
  mockGet('/dashboards', [makeDashboard({ id: 'shop', ...dashboard })]);
  mockGet('/dashboards/shop/downtime', { ...quiet, ...part });
  mockStatistics({ values: { first_call: null } });
  renderPage(<UptimeTab />, '/dashboards/shop/uptime', '/dashboards/:dashboardId/uptime');
}

it('shows the uptime as a share of the monitored time', async () => {
  renderUptime({ downtime_percentage: 0.125 });
  expect(await screen.findByText('99.88%')).toBeVisible();
});

it.each([
  ['up', 'Up now'],
  ['checking', /^Checking. Connection refused. The app is down when three pings/],
  ['down', 'Down now. Connection refused.'],
] as const)('says whether the app is %s now', async (availability, text) => {
  renderUptime({}, { availability, failure: { kind: 'refused', reason: 'Connection refused.' } });
  expect(await screen.findByText(text)).toBeVisible();
});

it('lists outages, newest first, including an ongoing one', async () => {
  renderUptime({
    downtime_intervals: [
      { start: '2026-11-20T10:00:00Z', end: '2026-11-20T10:09:00Z', seconds: 540, cause: null },
      {
        start: '2026-11-22T10:00:00Z',
        end: null,
        seconds: 90,
        cause: { kind: 'dns', reason: 'Unknown host: shop.example.' },
      },
    ],
  });
  const rows = within(await screen.findByRole('table', { name: 'Outages' })).getAllByRole('row');
  expect(rows.slice(1).map(({ textContent }) => textContent)).toEqual([
    expect.stringMatching(/Nov 22.*still down.*1 min 30 s.*Unknown host/),
    expect.stringMatching(/Nov 20.*9 min.*unknown/),
  ]);
});

it('shows when there were no outages', async () => {
  renderUptime({});
  expect(await screen.findByText('No outages in the last 90 days')).toBeVisible();
});

it('links to the settings when uptime is not monitored', async () => {
  renderUptime({ monitor_downtime: false, downtime_percentage: null, latency: {} });
  expect(await screen.findByText('Uptime is not monitored yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Go to settings' })).toHaveAttribute(
    'href',
    '/dashboards/shop/settings',
  );
  expect(screen.queryByText(/100%/)).not.toBeInTheDocument();
});
