import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { DashboardAlerts } from '@/features/dashboard/dashboard-alerts';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';

it('says which values are counted together', async () => {
  const limits = [{ field: 'ip', limit: 1_000_000, name: '(other)' }] as const;
  renderPage(<DashboardAlerts dashboard={makeDashboard({ limits_reached: [...limits] })} />);
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'This app has more than 1,000,000 different IP addresses. All further ones are counted ' +
      'together as “(other)”. Totals are exact; numbers of different IP addresses are lower bounds.',
  );
});

it('says how many requests are set aside, and why', () => {
  renderPage(<DashboardAlerts dashboard={makeDashboard({ set_aside: 1234 })} />);
  const text = /^1,234 requests are not counted .*: a time before 2000 or more than a day ahead/;
  expect(screen.getByText(text)).toBeVisible();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});
