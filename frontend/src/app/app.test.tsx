import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { userKey } from '@/api/core/session-keys';
import { routes } from '@/app/router';
import { alice, makeDashboard } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { mockGet, mockPost, server } from '@/testing/server';

function mockSignedIn() {
  mockGet('/user', alice);
  mockGet('/user/sessions', { sessions: [] });
  mockGet('/user/tokens', { tokens: [] });
  mockGet('/dashboards', [
    { ...makeDashboard(), endpoints: [{ name: 'pay', enabled: true, hidden: false }] },
    { ...makeDashboard({ id: 'other', name: 'Billing' }), endpoints: [] },
  ]);
}

async function renderApp(url = '/') {
  mockSignedIn();
  const view = renderRoutes(routes, url);
  await screen.findByRole('link', { name: 'PyDash, overview' });
  return view;
}

const heading = (name: string) => screen.findByRole('heading', { level: 1, name });

describe('startup', () => {
  it('requests the current user and does not try to sign in', async () => {
    const sent: string[] = [];
    server.events.on('request:start', ({ request }) => {
      sent.push(`${request.method} ${new URL(request.url).pathname}`);
    });
    await renderApp();
    await heading('Overview');
    server.events.removeAllListeners();
    expect(sent[0]).toBe('GET /api/user');
    expect(sent.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  it('without a session, sends no request and redirects to sign-in with a return path', async () => {
    document.cookie = 'XSRF-TOKEN=; max-age=0';
    const { router } = renderRoutes(routes, '/settings?tab=1');
    await heading('Sign in');
    expect(router.state.location.search).toBe('?next=%2Fsettings%3Ftab%3D1');
  });

  it('with an expired session, redirects to sign-in', async () => {
    mockGet('/user', { message: 'Please sign in.' }, 401);
    renderRoutes(routes, '/');
    await heading('Sign in');
  });

  it('shows an error when PyDash is not responding', async () => {
    server.use(http.get('*/api/user', () => HttpResponse.error()));
    renderRoutes(routes, '/');
    expect(await screen.findByRole('alert')).toHaveTextContent('Cannot reach PyDash');
    mockSignedIn();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await heading('Overview');
  });
});

describe('the shell', () => {
  it('shows a page for unknown paths', async () => {
    await renderApp('/nothing/here');
    await heading('Page not found');
  });

  it('signs out and clears cached data and the return path', async () => {
    const { queryClient, router } = await renderApp('/help');
    mockPost('/logout', { message: 'Goodbye.' });
    await userEvent.click(screen.getByRole('button', { name: 'alice' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
    await heading('Sign in');
    await waitFor(() => expect(queryClient.getQueryData(['dashboards'])).toBeUndefined());
    expect(`${router.state.location.pathname}${router.state.location.search}`).toBe('/login');
  });

  it('redirects to sign-in when the session has ended', async () => {
    const { queryClient, router } = await renderApp('/?search=shop');
    await heading('Overview');
    mockGet('/dashboards', { message: 'Please sign in.' }, 401);
    await queryClient.refetchQueries({ queryKey: ['dashboards'] });
    await heading('Sign in');
    expect(router.state.location.search).toBe('?next=%2F%3Fsearch%3Dshop');
    expect(queryClient.getQueryData(userKey)).toBeNull();
  });

  it('redirects to sign-in with a return path when saving finds the session ended', async () => {
    const { router } = await renderApp('/settings');
    mockGet('/user', { message: 'Please sign in.' }, 401);
    mockPost('/user/change_settings', { message: 'Please sign in.' }, 401);
    await userEvent.click(await screen.findByRole('switch', { name: 'Play sounds' }));
    await heading('Sign in');
    expect(router.state.location.search).toBe('?next=%2Fsettings');
  });

  it('changes and stores the theme', async () => {
    await renderApp();
    await userEvent.click(screen.getByRole('button', { name: 'alice' }));
    await userEvent.click(await screen.findByRole('menuitemradio', { name: 'Dark theme' }));
    expect(window.localStorage.getItem('pydash.theme')).toBe('dark');
    expect(screen.getByRole('menuitemradio', { name: 'Dark theme' })).toBeChecked();
  });

  it('reports a lost connection', async () => {
    await renderApp();
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    fireEvent(window, new Event('offline'));
    expect(await screen.findByText(/You are offline/)).toBeVisible();
  });
});

describe('the command palette', () => {
  it('goes to a dashboard', async () => {
    const { router } = await renderApp('/help');
    await heading('Help');
    await userEvent.keyboard('{Control>}k{/Control}');
    await userEvent.type(await screen.findByRole('combobox', { name: 'Go to' }), 'bill');
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/dashboards/other'));
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('goes to an endpoint of any dashboard', async () => {
    const { router } = await renderApp('/help');
    await userEvent.click(screen.getByRole('button', { name: 'Go to' }));
    await userEvent.type(await screen.findByRole('combobox', { name: 'Go to' }), 'pay shop');
    await userEvent.click(await screen.findByRole('option', { name: 'pay Web shop' }));
    await waitFor(() =>
      expect(router.state.location.pathname).toBe(
        `/dashboards/${makeDashboard().id}/endpoints/pay`,
      ),
    );
  });

  it('opens the dialog that adds a dashboard, and closes with Escape', async () => {
    await renderApp('/help');
    await userEvent.click(screen.getByRole('button', { name: 'Go to' }));
    await screen.findByRole('combobox', { name: 'Go to' });
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    await userEvent.click(screen.getByRole('button', { name: 'Go to' }));
    await userEvent.type(await screen.findByRole('combobox', { name: 'Go to' }), 'add{Enter}');
    expect(await screen.findByRole('dialog', { name: 'Add a dashboard' })).toBeVisible();
  });
});

describe('keyboard shortcuts', () => {
  afterEach(() => vi.useRealTimers());

  it('navigate to pages', async () => {
    const { router } = await renderApp('/help');
    await heading('Help');
    await userEvent.keyboard('go');
    await heading('Overview');
    expect(router.state.location.pathname).toBe('/');
  });

  it('focus the search', async () => {
    await renderApp();
    const search = await screen.findByLabelText('Search dashboards');
    await userEvent.keyboard('/');
    expect(search).toHaveFocus();
    await userEvent.keyboard('go');
    expect(search).toHaveValue('go');
  });

  it('are listed in a dialog', async () => {
    await renderApp();
    await userEvent.keyboard('?');
    expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  });
});
