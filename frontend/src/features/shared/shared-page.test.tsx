import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterEach, expect, it } from 'vitest';

import { openLink } from '@/api/core/link';
import type { SharedDashboard } from '@/api/types';
import { SharedPage } from '@/features/shared/shared-page';
import { renderPage } from '@/testing/render';
import { server } from '@/testing/server';

// Other tests are about windows of users.
afterEach(() => openLink(undefined));

const SHOP: SharedDashboard = {
  name: 'Shop',
  panels: ['figures', 'execution_times'],
  statistics: ['total_visits', 'median_execution_time', 'error_rate', 'first_call'],
  fields: [],
};

/** Mocks the API for visitors; returns the requests. */
function mockShared(status = 200) {
  const asked: Request[] = [];
  const shared = (body: object) =>
    HttpResponse.json(status === 200 ? body : { message: 'x' }, { status });
  server.use(
    http.get('*/api/shared', ({ request }) => {
      asked.push(request);
      return shared(SHOP);
    }),
    http.get('*/api/shared/query', ({ request }) => {
      asked.push(request);
      const names = new URL(request.url).searchParams.get('statistic')?.split(',') ?? [];
      const values = Object.fromEntries(names.map((name) => [name, [7]]));
      return shared({ slices: ['2026-11-22'], groups: [{ key: {}, values }], lower_bounds: [] });
    }),
  );
  return asked;
}

it('shows the chosen panels, and sends the token in a header only', async () => {
  const asked = mockShared();
  const { router } = renderPage(<SharedPage />, '/shared#token', '/shared');
  expect(await screen.findByRole('heading', { name: 'Shop' })).toBeInTheDocument();
  expect(await screen.findByText('7')).toBeInTheDocument();
  expect(screen.getByText('Error rate (5xx)')).toBeInTheDocument();
  expect(await screen.findByRole('region', { name: 'Execution time' })).toBeInTheDocument();
  for (const hidden of ['Unique visitors', 'Requests by hour', 'Filter', 'Events'])
    expect(screen.queryByText(hidden)).not.toBeInTheDocument();
  for (const { url, headers } of asked) {
    expect(headers.get('authorization')).toBe('Bearer token');
    expect(url).not.toContain('token');
    const names = new URL(url).searchParams.get('statistic')?.split(',') ?? [];
    expect(SHOP.statistics).toEqual(expect.arrayContaining(names));
  }
  await userEvent.click(screen.getByRole('button', { name: 'Compare' }));
  expect(router.state.location).toMatchObject({ search: '?compare=true', hash: '#token' });
});

it('says that a link is invalid', async () => {
  mockShared(404);
  renderPage(<SharedPage />, '/shared#token', '/shared');
  expect(await screen.findByText(/invalid, or no longer valid/)).toBeInTheDocument();
});
