import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { LENGTHS } from '@/api/usage/periods';
import type { DashboardUsage, UsagePeriod } from '@/api/types';
import { UsageTab } from '@/features/dashboard/usage-tab';
import { renderPage } from '@/testing/render';
import { mockGet } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const makePeriod = (index: number, part: Partial<UsagePeriod>): UsagePeriod => ({
  period: String(2000 + index),
  timestamp: '2000-12-31T00:00:00Z',
  users: 3,
  new_users: 1,
  returning_users: 2,
  addresses: 7,
  new_addresses: 3,
  returning_addresses: 4,
  ...part,
});

function renderUsage(part: Partial<UsagePeriod> = {}, rest: Partial<DashboardUsage> = {}) {
  const periods = Array.from({ length: 2 * LENGTHS.year.count }, (_, at) => makePeriod(at, part));
  mockGet('/dashboards/shop/usage', { periods, lower_bounds: [], resolution: null, ...rest });
  mockStatistics({ values: { first_call: null } });
  renderPage(<UsageTab />, '/dashboards/shop/usage?per=year', '/dashboards/:dashboardId/usage');
}

const panel = (name: string) => screen.findByRole('region', { name });

it('shows new and returning users and addresses', async () => {
  renderUsage();
  for (const [name, numbers] of [
    ['Users', '3213'],
    ['Addresses', '7437'],
  ] as const) {
    const region = await panel(name);
    await userEvent.click(await within(region).findByRole('button', { name: /show as table/ }));
    const [head, first] = within(region).getAllByRole('row');
    expect(head).toHaveTextContent(`Year${name}ReturningNewPrevious period`);
    expect(first).toHaveTextContent(`2005${numbers}`);
  }
  expect(screen.getByRole('link', { name: 'CSV' })).toHaveAttribute(
    'href',
    expect.stringMatching(/\/dashboards\/shop\/usage\?.*start_date=2005-01-01.*format=csv/),
  );
});

it('says how to get users when no request has one', async () => {
  renderUsage({ users: 0, new_users: 0, returning_users: 0 });
  const users = within(await panel('Users'));
  expect(await users.findByText('group_by', { selector: 'code' })).toBeVisible();
});

it('says what is not exact', async () => {
  renderUsage({}, { lower_bounds: ['addresses'], resolution: 'utc_day' });
  const [users, addresses] = [await panel('Users'), await panel('Addresses')];
  await within(addresses).findByText(/more addresses than are stored by name/);
  expect(users).not.toHaveTextContent('stored by name');
  expect(users).toHaveTextContent('stored by whole days');
});
