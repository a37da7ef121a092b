import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { ConsentPage } from '@/features/auth/consent-page';
import { ForgotPasswordPage } from '@/features/auth/forgot-password-page';
import { ResendVerificationPage } from '@/features/auth/resend-verification-page';
import { ResetPasswordPage } from '@/features/auth/reset-password-page';
import { VerifyPage } from '@/features/auth/verify-page';
import { renderPage } from '@/testing/render';
import { mockPost } from '@/testing/server';

describe('the verification link', () => {
  it('verifies once and links to sign-in', async () => {
    const sent = mockPost('/user/verify/abc', { message: 'Your address is verified.' });
    renderPage(<VerifyPage />, '/verify/abc', '/verify/:code');
    expect(await screen.findByRole('status')).toHaveTextContent('Your address is verified.');
    expect(screen.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', '/login');
    expect(sent).toHaveLength(1);
  });

  it('offers a new link when expired', async () => {
    mockPost('/user/verify/abc', { message: 'This link has expired.' }, 400);
    renderPage(<VerifyPage />, '/verify/abc', '/verify/:code');
    expect(await screen.findByRole('alert')).toHaveTextContent('This link has expired.');
    expect(screen.getByRole('link', { name: 'Request a new link' })).toBeVisible();
  });
});

describe('the link in alerts to others', () => {
  it('changes nothing until a button is pressed', async () => {
    const sent = mockPost('/consent', { message: 'You will receive no more alerts.' });
    renderPage(<ConsentPage />, '/consent/abc', '/consent/:code');
    const refuse = await screen.findByRole('button', { name: 'Receive no alerts' });
    expect(sent).toEqual([]);
    await userEvent.click(refuse);
    expect(await screen.findByText('You will receive no more alerts.')).toBeVisible();
    expect(sent).toEqual([{ code: 'abc', agrees: false }]);
  });
});

describe('requesting an email', () => {
  it('takes the username from the link', async () => {
    const sent = mockPost('/user/resend_verification', { message: 'A mail is on its way.' });
    renderPage(<ResendVerificationPage />, '/resend-verification?name=alice');
    await userEvent.click(screen.getByRole('button', { name: 'Send email' }));
    expect(await screen.findByRole('status')).toHaveTextContent('A mail is on its way.');
    expect(sent).toEqual([{ name: 'alice' }]);
  });

  it('sends the address for a forgotten password', async () => {
    const sent = mockPost('/user/request_password_reset', { message: 'A mail is on its way.' });
    renderPage(<ForgotPasswordPage />, '/forgot-password');
    await userEvent.type(screen.getByLabelText('Email address'), 'alice@example.com{Enter}');
    expect(await screen.findByRole('status')).toHaveTextContent('A mail is on its way.');
    expect(sent).toEqual([{ email: 'alice@example.com' }]);
  });
});

it('sets a new password with the code from the email', async () => {
  const sent = mockPost('/user/reset_password', { message: 'The password is set.' });
  renderPage(<ResetPasswordPage />, '/reset-password/xyz', '/reset-password/:code');
  await userEvent.type(screen.getByLabelText('New password'), 'correct horse{Enter}');
  expect(await screen.findByRole('status')).toHaveTextContent('The password is set.');
  expect(sent).toEqual([{ code: 'xyz', new_password: 'correct horse' }]);
});
