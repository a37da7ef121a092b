import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { DashboardPage } from '@/features/dashboard/dashboard-page';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { answerGet } from '@/testing/server';

it('says in title and heading that there is no such dashboard', async () => {
  answerGet('/dashboards', [makeDashboard()]);
  renderPage(<DashboardPage />, '/dashboards/none', '/dashboards/:dashboardId');
  const name = 'There is no such dashboard';
  expect(await screen.findByRole('heading', { level: 1, name })).toBeVisible();
  expect(document.title).toBe(`${name} · PyDash`);
});
