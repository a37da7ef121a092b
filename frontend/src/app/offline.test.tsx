import 'fake-indexeddb/auto';

import { QueryClient } from '@tanstack/react-query';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { delay, http, HttpResponse } from 'msw';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { recordResponse } from '@/api/core/connection';
import { persistQueries, readLastUser, restoreQueries } from '@/api/core/offline-queries';
import { recoverWithServer } from '@/api/core/query-client';
import { userKey } from '@/api/core/session-keys';
import { routes } from '@/app/router';
import { deleteOfflineData } from '@/lib/offline-data';
import { alice, makeDashboard } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { mockGet, mockPost, server } from '@/testing/server';

const bob = { ...alice, id: '5f0c8d7e-0000-4000-8000-000000000002', name: 'bob' };

afterEach(deleteOfflineData);

const isKept = async (kept: boolean) => {
  await vi.waitFor(async () => expect((await readLastUser()) !== undefined).toBe(kept), 5_000);
};

/** Loads data as Alice and waits until it is saved. */
async function keepSomething(): Promise<void> {
  const queryClient = new QueryClient();
  persistQueries(queryClient);
  queryClient.setQueryData(['dashboards'], [makeDashboard()]);
  queryClient.setQueryData(['dashboards', '1', 'versions'], [{ since: new Date('2026-01-01') }]);
  queryClient.setQueryData(['tokens'], [{ name: 'report' }]);
  queryClient.setQueryData(userKey, alice);
  await isKept(true);
  queryClient.clear();
}

describe('offline data', () => {
  it('is restored for dashboards only', async () => {
    await keepSomething();
    const queryClient = new QueryClient();
    await restoreQueries(queryClient, alice);
    expect(queryClient.getQueryData(['dashboards', '1', 'versions'])).toEqual([
      { since: new Date('2026-01-01') },
    ]);
    expect(queryClient.getQueryData(['tokens'])).toBeUndefined();
    expect(queryClient.getQueryData(userKey)).toBeUndefined();
  });

  it('is shown under a banner when PyDash is not responding', async () => {
    await keepSomething();
    server.use(http.get('*/api/*', () => HttpResponse.error()));
    renderRoutes(routes, '/');
    expect(await screen.findByText('Web shop', { selector: 'h2 *' })).toBeVisible();
    expect(
      screen.getByText(/PyDash is not responding\. You are viewing previously loaded data/),
    ).toBeVisible();
  });

  it('is not shown without a valid session', async () => {
    await keepSomething();
    mockGet('/user', { message: 'Please sign in.' }, 401);
    renderRoutes(routes, '/');
    await screen.findByRole('heading', { name: 'Sign in' });
    expect(screen.queryByText('Web shop')).not.toBeInTheDocument();
  });

  it('is not shown to another user, and is deleted', async () => {
    await keepSomething();
    mockGet('/user', bob);
    server.use(http.get('*/api/dashboards', () => delay('infinite')));
    renderRoutes(routes, '/');
    await screen.findByRole('heading', { name: 'Overview' });
    expect(screen.queryByText('Web shop')).not.toBeInTheDocument();
    expect(await readLastUser()).toBeUndefined();
  });

  it('is not shown to the next user to sign in after a session has ended', async () => {
    await keepSomething();
    document.cookie = 'XSRF-TOKEN=; max-age=0';
    server.use(http.get('*/api/dashboards', () => delay('infinite')));
    mockPost('/login', { message: 'Welcome.', user: bob, next: '/' });
    const { queryClient } = renderRoutes(routes, '/');
    await userEvent.type(await screen.findByLabelText('Username'), 'bob');
    await userEvent.type(screen.getByLabelText('Password'), 'correct horse');
    queryClient.setQueryData(['dashboards'], [makeDashboard()]); // as alice's page might yet do
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    await screen.findByRole('heading', { name: 'Overview' });
    expect(screen.queryByText('Web shop')).not.toBeInTheDocument();
    expect(await readLastUser()).toBeUndefined();
  });

  it('is replaced when another user has signed in in another tab', async () => {
    mockGet('/user', alice);
    mockGet('/dashboards', [makeDashboard()]);
    const { queryClient } = renderRoutes(routes, '/');
    await screen.findByText('Web shop', { selector: 'h2 *' });
    mockGet('/user', bob);
    mockGet('/dashboards', [makeDashboard({ name: 'Of Bob' })]);
    await queryClient.refetchQueries({ queryKey: userKey });
    expect(await screen.findByText('Of Bob', { selector: 'h2 *' })).toBeVisible();
    expect(screen.queryByText('Web shop')).not.toBeInTheDocument();
  });

  it('is not shown before the server has confirmed the user', async () => {
    await keepSomething();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const queryClient = new QueryClient();
    persistQueries(queryClient);
    queryClient.setQueryData(['something'], 'that is known before the user is');
    await vi.advanceTimersByTimeAsync(1_500);
    vi.useRealTimers();
    expect(await readLastUser()).toEqual(alice);
    queryClient.clear();
  });

  it('is deleted on sign-out', async () => {
    await keepSomething();
    mockGet('/user', alice);
    mockGet('/dashboards', [makeDashboard()]);
    mockPost('/logout', { message: 'Goodbye.' });
    renderRoutes(routes, '/');
    await userEvent.click(await screen.findByRole('button', { name: 'alice' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
    await isKept(false);
  });
});

describe('failed queries', () => {
  async function renderFailure() {
    server.use(http.get('*/api/*', () => HttpResponse.error()));
    mockGet('/user', alice);
    const view = renderRoutes(routes, '/');
    await screen.findByRole('button', { name: 'Try again' });
    expect(screen.getByText(/PyDash is not responding\. You are viewing/)).toBeVisible();
    mockGet('/dashboards', [makeDashboard()]);
    mockGet('/alerts', { alerts: [], next_marker: null });
    return view;
  }

  const isShown = async () => {
    expect(await screen.findByText('Web shop', { selector: 'h2 *' })).toBeVisible();
    await waitFor(() => expect(screen.queryByText(/not responding/)).not.toBeInTheDocument());
  };

  it('are refetched when the browser is back online', async () => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValueOnce(false);
    await renderFailure();
    fireEvent(window, new Event('online'));
    await isShown();
  });

  it('are refetched when PyDash responds to another request', async () => {
    const { queryClient } = await renderFailure();
    const stop = recoverWithServer(queryClient);
    recordResponse(true);
    await isShown();
    stop();
  });

  it('are refetched even if newer data is shown', async () => {
    mockGet('/user', alice);
    mockGet('/dashboards', [makeDashboard({ name: 'Before' })]);
    const { queryClient } = renderRoutes(routes, '/');
    await screen.findByText('Before', { selector: 'h2 *' });
    fireEvent(window, new Event('offline'));
    server.use(http.get('*/api/dashboards', () => HttpResponse.error()));
    await queryClient.refetchQueries({ queryKey: ['dashboards'] });
    mockGet('/dashboards', [makeDashboard()]);
    fireEvent(window, new Event('online'));
    await isShown();
  });
});
