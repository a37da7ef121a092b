import 'fake-indexeddb/auto';

import { QueryClient } from '@tanstack/react-query';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { keepQueries, lastUser, restoreQueries } from '@/api/offline-queries';
import { userKey } from '@/api/user-key';
import { routes } from '@/app/router';
import { forgetOfflineData } from '@/lib/offline-data';
import { alice, makeDashboard } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { answerGet, answerPost, server } from '@/testing/server';

afterEach(forgetOfflineData);

const isKept = async (kept: boolean) => {
  await vi.waitFor(async () => expect((await lastUser()) !== undefined).toBe(kept), 5_000);
};

/** Shows something to alice, as a page does, and keeps it. */
async function keepSomething(): Promise<void> {
  const queryClient = new QueryClient();
  keepQueries(queryClient);
  queryClient.setQueryData(['dashboards'], [makeDashboard()]);
  queryClient.setQueryData(['dashboards', '1', 'versions'], [{ since: new Date('2026-01-01') }]);
  queryClient.setQueryData(['tokens'], [{ name: 'report' }]);
  queryClient.setQueryData(userKey, alice);
  await isKept(true);
  queryClient.clear();
}

describe('what was shown last', () => {
  it('comes back as it was, but for what is no dashboard', async () => {
    await keepSomething();
    const queryClient = new QueryClient();
    await restoreQueries(queryClient);
    expect(queryClient.getQueryData(['dashboards', '1', 'versions'])).toEqual([
      { since: new Date('2026-01-01') },
    ]);
    expect(queryClient.getQueryData(['tokens'])).toBeUndefined();
    expect(queryClient.getQueryData(userKey)).toBeUndefined();
  });

  it('is shown under a banner when PyDash does not answer', async () => {
    await keepSomething();
    server.use(http.get('*/api/*', () => HttpResponse.error()));
    const { queryClient } = renderRoutes(routes, '/');
    await restoreQueries(queryClient);
    expect(await screen.findByText('Web shop', { selector: 'h2 *' })).toBeVisible();
    expect(
      screen.getByText(/PyDash does not answer\. What you see was loaded before/),
    ).toBeVisible();
  });

  it('is not shown to whom the server does not know', async () => {
    await keepSomething();
    answerGet('/user', { message: 'Please sign in.' }, 401);
    renderRoutes(routes, '/');
    await screen.findByRole('heading', { name: 'Sign in' });
    expect(screen.queryByText('Web shop')).not.toBeInTheDocument();
  });

  it('is forgotten when the user signs out', async () => {
    await keepSomething();
    answerGet('/user', alice);
    answerGet('/dashboards', [makeDashboard()]);
    answerPost('/logout', { message: 'Goodbye.' });
    renderRoutes(routes, '/');
    await userEvent.click(await screen.findByRole('button', { name: 'alice' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
    await isKept(false);
  });
});
