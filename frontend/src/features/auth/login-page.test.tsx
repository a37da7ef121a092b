import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { LoginPage } from '@/features/auth/login-page';
import { enter } from '@/testing/enter';
import { alice } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost } from '@/testing/server';

async function signIn(url = '/login') {
  const view = renderPage(<LoginPage />, url);
  await enter(screen.getByLabelText('Username'), 'alice');
  await enter(screen.getByLabelText('Password'), 'correct horse');
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  return view;
}

beforeEach(() => mockGet('/user', { message: 'Please sign in.' }, 401));

describe('sign-in', () => {
  it('redirects a signed-in user', async () => {
    mockGet('/user', alice);
    const { router } = renderPage(<LoginPage />, '/login?next=%2Fhelp');
    expect(await screen.findByText('Elsewhere')).toBeVisible();
    expect(router.state.location.pathname).toBe('/help');
  });

  it('signs in without a password if the server does', async () => {
    document.cookie = 'XSRF-TOKEN=; max-age=0';
    const sent = mockPost('/login/automatic', { user: alice });
    renderPage(<LoginPage />, '/login');
    expect(await screen.findByText('Elsewhere')).toBeVisible();
    expect(sent).toEqual([{}]);
  });

  it('opens the overview', async () => {
    const sent = mockPost('/login', { message: 'Welcome.', user: alice, next: '/' });
    const { router } = await signIn();
    expect(await screen.findByText('Elsewhere')).toBeVisible();
    expect(router.state.location.pathname).toBe('/');
    expect(sent).toEqual([{ name: 'alice', password: 'correct horse' }]);
  });

  it('opens the requested page', async () => {
    const next = '/dashboards/1?range=30d';
    const sent = mockPost('/login', { message: 'Welcome.', user: alice, next });
    const { router } = await signIn('/login?next=%2Fdashboards%2F1%3Frange%3D30d');
    await screen.findByText('Elsewhere');
    expect(router.createHref(router.state.location)).toBe(next);
    expect(sent).toEqual([{ name: 'alice', password: 'correct horse', next }]);
  });

  it('opens the page that the server chooses', async () => {
    mockPost('/login', { message: 'Welcome.', user: alice, next: '/' });
    const { router } = await signIn('/login?next=%2Fhelp');
    await screen.findByText('Elsewhere');
    expect(router.state.location.pathname).toBe('/');
  });

  it('reports wrong credentials and allows a retry', async () => {
    mockPost('/login', { message: 'The name or the password is wrong.' }, 401);
    await signIn();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The name or the password is wrong.',
    );
    expect(screen.getByLabelText('Username')).toHaveValue('alice');
    expect(screen.getByRole('button', { name: 'Sign in' })).toHaveAttribute(
      'aria-disabled',
      'false',
    );
  });

  it('offers to resend the email to an unverified user', async () => {
    mockPost('/login', { message: 'Please verify your email address first.' }, 403);
    await signIn();
    expect(await screen.findByRole('link', { name: 'Resend verification email' })).toHaveAttribute(
      'href',
      '/resend-verification?name=alice',
    );
  });

  it('requires a password', async () => {
    const sent = mockPost('/login', {});
    renderPage(<LoginPage />, '/login');
    await userEvent.type(screen.getByLabelText('Username'), 'alice{Enter}');
    expect(await screen.findByText('Enter your password.')).toBeVisible();
    expect(sent).toEqual([]);
  });
});
