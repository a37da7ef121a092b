import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { DashboardPage } from '@/features/dashboard/dashboard-page';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet } from '@/testing/server';

it('reports an unknown dashboard in title and heading', async () => {
  mockGet('/dashboards', [makeDashboard()]);
  renderPage(<DashboardPage />, '/dashboards/none', '/dashboards/:dashboardId');
  const name = 'Dashboard not found';
  expect(await screen.findByRole('heading', { level: 1, name })).toBeVisible();
  expect(document.title).toBe(`${name} · PyDash`);
});
