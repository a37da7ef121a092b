import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';

import type { Outliers } from '@/api/types';
import { ProfilesTab } from '@/features/diagnosis/profiles-tab';
import { SlowRequestsTab } from '@/features/diagnosis/slow-requests-tab';
import { giveSize } from '@/testing/drawing';
import { renderPage } from '@/testing/render';
import { mockGet } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const outlier = {
  id: 7,
  time: '2026-11-01T12:00:00Z',
  endpoint: 'pay',
  version: '1.0',
  duration: 1200,
  median: 100,
  factor: 12,
  url: 'http://shop/pay?token=[masked]',
  cpu: 50,
  memory: 40.4,
  ip: '10.0.0.1',
  user: null,
  status_code: 200,
};
const outliers: Outliers = {
  outliers: [outlier],
  total: 1,
  recorded: 3,
  next_marker: null,
  available: true,
  hint: null,
};

beforeEach(() => {
  mockStatistics({ values: { first_call: null } });
});

const renderOutliers = (part: Partial<Outliers>) => {
  mockGet('/dashboards/shop/outliers', { ...outliers, ...part });
  const path = '/dashboards/shop/slow-requests';
  return renderPage(<SlowRequestsTab />, path, '/dashboards/:dashboardId/slow-requests');
};

it('opens a slow request, and keeps which one in the URL', async () => {
  mockGet('/dashboards/shop/outliers/7', {
    ...outlier,
    headers: { Host: 'shop', Cookie: '[masked]' },
    environment: { REQUEST_METHOD: 'GET' },
    stack: [{ file: 'shop.py', line: 7, function: 'charge', own: true, source: null }],
  });
  const { router } = renderOutliers({});
  const row = await screen.findByRole('button', { name: /pay.*1\.2 s, 12× the median/ });
  expect(screen.getByText(/^1 of the 3 that the app has recorded/)).toBeVisible();
  await userEvent.click(row);
  expect(await screen.findByRole('list', { name: 'Stack' })).toHaveTextContent(/charge/);
  expect(screen.getByRole('table', { name: 'Headers' })).toHaveTextContent('Cookie[masked]');
  expect(router.state.location.search).toBe('?request=7');
  expect(screen.getByRole('link', { name: /^Profile/ })).toHaveAttribute(
    'href',
    '/dashboards/shop/profiles?endpoint=pay&version=1.0',
  );
  await userEvent.click(row);
  expect(screen.queryByRole('list', { name: 'Stack' })).toBeNull();
});

it('says what to do so that the app exports them', async () => {
  renderOutliers({ outliers: [], recorded: 0, available: false, hint: 'Install the exporter.' });
  expect(await screen.findByText('This app does not export slow requests')).toBeVisible();
  expect(screen.getByText('Install the exporter.')).toBeVisible();
});

it('zooms and moves within a flame graph by keyboard', async () => {
  giveSize(600, 300);
  const line = { function: 'charge', file: 'shop.py', line: 7, own: true, code: null };
  const tree = { ...line, function: 'pay', line: 1, self: 5, total: 20, children: [] };
  mockGet('/dashboards/shop/profiles', {
    profiles: [{ endpoint: 'pay', version: '1.0', requests: 2, duration: 20, last_seen: '' }],
    available: true,
    hint: null,
  });
  mockGet('/dashboards/shop/profiles/pay', {
    ...{ version: '1.0', requests: 2, total: 20, against: null },
    tree: { ...tree, children: [{ ...line, self: 15, total: 15, children: [] }] },
  });
  const path = '/dashboards/shop/profiles';
  renderPage(<ProfilesTab />, path, '/dashboards/:dashboardId/profiles');
  const graph = await screen.findByRole('tree', { name: 'Where the time of pay goes' });
  const [root, child] = within(graph).getAllByRole('treeitem');
  root?.focus();
  await userEvent.keyboard('{ArrowDown}');
  expect(child).toHaveFocus();
  expect(child).toHaveAccessibleName('charge: shop.py:7, 7.5 ms per request, 75%, itself 7.5 ms');
  await userEvent.keyboard('{Enter}');
  expect(child).toHaveAttribute('aria-selected', 'true');
  await userEvent.click(screen.getByRole('button', { name: 'Reset zoom' }));
  expect(root).toHaveAttribute('aria-selected', 'true');
});
