import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { ForgotPasswordPage } from '@/features/auth/forgot-password-page';
import { ResendVerificationPage } from '@/features/auth/resend-verification-page';
import { ResetPasswordPage } from '@/features/auth/reset-password-page';
import { VerifyPage } from '@/features/auth/verify-page';
import { renderPage } from '@/testing/render';
import { answerPost } from '@/testing/server';

describe('the link in a verification mail', () => {
  it('verifies once and leads to signing in', async () => {
    const sent = answerPost('/user/verify/abc', { message: 'Your address is verified.' });
    renderPage(<VerifyPage />, '/verify/abc', '/verify/:code');
    expect(await screen.findByRole('status')).toHaveTextContent('Your address is verified.');
    expect(screen.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/login');
    expect(sent).toHaveLength(1);
  });

  it('offers a new one when it has expired', async () => {
    answerPost('/user/verify/abc', { message: 'This link has expired.' }, 400);
    renderPage(<VerifyPage />, '/verify/abc', '/verify/:code');
    expect(await screen.findByRole('alert')).toHaveTextContent('This link has expired.');
    expect(screen.getByRole('link', { name: 'Send a new link' })).toBeVisible();
  });
});

describe('asking for a mail', () => {
  it('again takes the name from the link', async () => {
    const sent = answerPost('/user/resend_verification', { message: 'A mail is on its way.' });
    renderPage(<ResendVerificationPage />, '/resend-verification?name=alice');
    await userEvent.click(screen.getByRole('button', { name: 'Send the mail' }));
    expect(await screen.findByRole('status')).toHaveTextContent('A mail is on its way.');
    expect(sent).toEqual([{ name: 'alice' }]);
  });

  it('for a forgotten password takes the address', async () => {
    const sent = answerPost('/user/request_password_reset', { message: 'A mail is on its way.' });
    renderPage(<ForgotPasswordPage />, '/forgot-password');
    await userEvent.type(screen.getByLabelText('E-mail address'), 'alice@example.com{Enter}');
    expect(await screen.findByRole('status')).toHaveTextContent('A mail is on its way.');
    expect(sent).toEqual([{ email: 'alice@example.com' }]);
  });
});

it('sets a new password with the code of the mail', async () => {
  const sent = answerPost('/user/reset_password', { message: 'The password is set.' });
  renderPage(<ResetPasswordPage />, '/reset-password/xyz', '/reset-password/:code');
  await userEvent.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  expect(await screen.findByRole('status')).toHaveTextContent('The password is set.');
  expect(sent).toEqual([{ code: 'xyz', new_password: 'correct horse' }]);
});
