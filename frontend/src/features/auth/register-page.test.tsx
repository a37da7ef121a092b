import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { RegisterPage } from '@/features/auth/register-page';
import { renderPage } from '@/testing/render';
import { answerPost } from '@/testing/server';

async function fill(password = 'correct horse', confirmation = password) {
  await userEvent.type(screen.getByLabelText('User name'), 'alice');
  await userEvent.type(screen.getByLabelText('E-mail address'), 'alice@example.com');
  await userEvent.type(screen.getByLabelText('Password'), password);
  await userEvent.type(screen.getByLabelText('Password once more'), confirmation);
  await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
}

describe('registering', () => {
  it('tells where the mail went, and offers another', async () => {
    const sent = answerPost('/user/register', { message: 'Registered.' });
    renderPage(<RegisterPage />, '/register');
    await fill();
    expect(await screen.findByRole('status')).toHaveTextContent('alice@example.com');
    expect(screen.getByRole('link', { name: 'send the mail again' })).toBeVisible();
    expect(sent).toEqual([
      { name: 'alice', email: 'alice@example.com', password: 'correct horse', invitation: null },
    ]);
  });

  it('shows at the name that it is taken', async () => {
    answerPost('/user/register', { message: 'This name is taken.' }, 409);
    renderPage(<RegisterPage />, '/register');
    await fill();
    expect(await screen.findByText('This name is taken.')).toBeVisible();
    expect(screen.getByLabelText('User name')).toBeInvalid();
    expect(screen.getByLabelText('User name')).toHaveFocus();
  });

  it('shows at each field what the server says of it', async () => {
    const errors = { password: ['This password is too common.'] };
    answerPost('/user/register', { message: 'This password is too common.', errors }, 400);
    renderPage(<RegisterPage />, '/register');
    await fill();
    expect(await screen.findByText('This password is too common.')).toBeVisible();
    expect(screen.getByLabelText('Password')).toBeInvalid();
  });

  it('ticks off the rules for the password while it is typed', async () => {
    renderPage(<RegisterPage />, '/register');
    await userEvent.type(screen.getByLabelText('Password'), '1234567');
    expect(screen.getByText(/8 to 128 characters/)).toHaveTextContent('not yet');
    await userEvent.type(screen.getByLabelText('Password'), '8');
    expect(screen.getByText(/8 to 128 characters/)).toHaveTextContent('kept');
  });

  it.each([
    ['short', 'short', /8 to 128 characters\./],
    ['correct horse', 'correct house', 'The two passwords are not the same.'],
  ])('sends nothing with the passwords %s and %s', async (password, confirmation, reason) => {
    const sent = answerPost('/user/register', {});
    renderPage(<RegisterPage />, '/register');
    await fill(password, confirmation);
    expect(await screen.findByText(reason)).toBeVisible();
    expect(sent).toEqual([]);
  });

  it('passes on an invitation from the link', async () => {
    const sent = answerPost('/user/register', { message: 'Registered.' });
    renderPage(<RegisterPage />, '/register?invitation=abc');
    await fill();
    await screen.findByRole('status');
    expect(sent).toMatchObject([{ invitation: 'abc' }]);
  });
});
