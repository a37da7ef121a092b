import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { RegisterPage } from '@/features/auth/register-page';
import { enter } from '@/testing/enter';
import { renderPage } from '@/testing/render';
import { mockPost } from '@/testing/server';

async function fill(password = 'correct horse', confirmation = password) {
  await enter(screen.getByLabelText('Username'), 'alice');
  await enter(screen.getByLabelText('Email address'), 'alice@example.com');
  await enter(screen.getByLabelText('Password'), password);
  await enter(screen.getByLabelText('Confirm password'), confirmation);
  await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
}

describe('registration', () => {
  it('names the recipient and offers to resend the email', async () => {
    const sent = mockPost('/user/register', { message: 'Registered.' });
    renderPage(<RegisterPage />, '/register');
    await fill();
    expect(await screen.findByRole('status')).toHaveTextContent('alice@example.com');
    expect(screen.getByRole('link', { name: 'resend the email' })).toBeVisible();
    expect(sent).toEqual([
      { name: 'alice', email: 'alice@example.com', password: 'correct horse', invitation: null },
    ]);
  });

  it('shows a taken name at its field', async () => {
    mockPost('/user/register', { message: 'This name is taken.' }, 409);
    renderPage(<RegisterPage />, '/register');
    await fill();
    expect(await screen.findByText('This name is taken.')).toBeVisible();
    expect(screen.getByLabelText('Username')).toBeInvalid();
    expect(screen.getByLabelText('Username')).toHaveFocus();
  });

  it('shows server errors at their fields', async () => {
    const errors = { password: ['This password is too common.'] };
    mockPost('/user/register', { message: 'This password is too common.', errors }, 400);
    renderPage(<RegisterPage />, '/register');
    await fill();
    expect(await screen.findByText('This password is too common.')).toBeVisible();
    expect(screen.getByLabelText('Password')).toBeInvalid();
  });

  it('updates the password requirements while typing', async () => {
    renderPage(<RegisterPage />, '/register');
    await enter(screen.getByLabelText('Password'), '1234567');
    expect(screen.getByText(/8 to 128 characters/)).toHaveTextContent('(not met)');
    await enter(screen.getByLabelText('Password'), '8');
    expect(screen.getByText(/8 to 128 characters/)).toHaveTextContent('(met)');
  });

  it.each([
    ['short', 'short', /8 to 128 characters\./],
    ['correct horse', 'correct house', 'The passwords do not match.'],
  ])('rejects the passwords %s and %s', async (password, confirmation, reason) => {
    const sent = mockPost('/user/register', {});
    renderPage(<RegisterPage />, '/register');
    await fill(password, confirmation);
    expect(await screen.findByText(reason)).toBeVisible();
    expect(sent).toEqual([]);
  });

  it('sends the invitation code from the link', async () => {
    const sent = mockPost('/user/register', { message: 'Registered.' });
    renderPage(<RegisterPage />, '/register?invitation=abc');
    await fill();
    await screen.findByRole('status');
    expect(sent).toMatchObject([{ invitation: 'abc' }]);
  });
});
