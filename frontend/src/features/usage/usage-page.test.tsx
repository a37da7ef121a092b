import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';

import { LENGTHS } from '@/api/usage/periods';
import type { Aggregate, UsageRow } from '@/api/types';
import { UsagePage } from '@/features/usage/usage-page';
import { giveSize } from '@/testing/drawing';
import { alice } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, server } from '@/testing/server';

/** Mocks twice as many periods as are shown, and returns the requested parameters. */
function mockUsage(users: (index: number) => number): URLSearchParams[] {
  const requested: URLSearchParams[] = [];
  server.use(
    http.get('*/api/usage/login', ({ request }) => {
      const { searchParams } = new URL(request.url);
      requested.push(searchParams);
      const { count } = LENGTHS[searchParams.get('aggregate') as Aggregate];
      const rows = Array.from({ length: 2 * count }, (_, index): UsageRow => {
        const period = String(2000 + index);
        return { period, timestamp: `${period}-12-31T00:00:00Z`, user: users(index) };
      });
      return HttpResponse.json(rows);
    }),
  );
  return requested;
}

function renderUsage(url = '/usage', admin = true) {
  mockGet('/user', { ...alice, admin });
  renderPage(<UsagePage />, url);
}

it('shows the last periods, and as many before them', async () => {
  const requested = mockUsage((index) => index);
  renderUsage('/usage?per=year');
  await userEvent.click(await screen.findByRole('button', { name: /show as table/ }));
  const rows = within(screen.getByRole('table')).getAllByRole('row');
  expect(rows.map(({ textContent }) => textContent)).toEqual([
    'YearUsersPrevious period',
    '200550',
    '200661',
    '200772',
    '200883',
    '200994',
  ]);
  expect(requested[0]?.get('start')).toBe(`${new Date().getUTCFullYear() - 9}-01-01`);
  for (const format of ['csv', 'svg', 'json']) {
    const link = screen.getByRole('link', { name: format.toUpperCase() });
    expect(link).toHaveAttribute('href', expect.stringContaining(`content_type=${format}`));
    expect(link).toHaveAttribute('href', expect.stringContaining('start=2005-01-01'));
  }
});

it('hatches the last period, which is not over', async () => {
  giveSize();
  mockUsage((index) => index);
  renderUsage('/usage?per=year');
  const panel = await screen.findByRole('region', { name: 'Users who signed in' });
  await within(panel).findByText('Users per year');
  const [hatched, ...others] = panel.querySelectorAll('rect[fill^="url("]');
  expect(others).toEqual([]);
  const [width, x] = ['width', 'x'].map((name) => Number(hatched?.getAttribute(name)));
  expect((x ?? 0) / (width ?? 1)).toBeCloseTo(4);
});

it('requests other periods when they are chosen', async () => {
  const requested = mockUsage(() => 1);
  renderUsage('/usage?per=year');
  await userEvent.click(await screen.findByRole('button', { name: 'Quarter' }));
  await expect.poll(() => requested.at(-1)?.get('aggregate')).toBe('quarter');
});

it('says what to know when nobody has signed in', async () => {
  mockUsage(() => 0);
  renderUsage();
  expect(await screen.findByText('Nobody has signed in in this time')).toBeVisible();
});

it('is for administrators', async () => {
  const requested = mockUsage(() => 1);
  renderUsage('/usage', false);
  expect(await screen.findByText('Only administrators can see the usage')).toBeVisible();
  expect(requested).toEqual([]);
});
