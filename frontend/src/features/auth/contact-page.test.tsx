import { screen } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';

import { ContactPage } from '@/features/auth/contact-page';
import { alice } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet } from '@/testing/server';

beforeEach(() => mockGet('/user', { message: 'Sign in first.' }, 401));

it.each([
  ['ops@example.com', 'mailto:ops@example.com'],
  ['https://help.example.com', 'https://help.example.com'],
])('links to the contact %s', async (contact, href) => {
  mockGet('/contact', { contact });
  renderPage(<ContactPage />, '/contact');
  expect(await screen.findByRole('link', { name: contact })).toHaveAttribute('href', href);
});

it('shows any other contact as text', async () => {
  mockGet('/contact', { contact: 'javascript:alert(1)' });
  renderPage(<ContactPage />, '/contact');
  expect(await screen.findByText('javascript:alert(1)')).toBeVisible();
  expect(screen.queryByRole('link', { name: /javascript/ })).not.toBeInTheDocument();
});

it('links to the system for administrators only', async () => {
  mockGet('/contact', { contact: null });
  document.cookie = 'XSRF-TOKEN=x';
  mockGet('/user', { ...alice, admin: true });
  renderPage(<ContactPage />, '/contact');
  expect(await screen.findByRole('link', { name: 'System' })).toHaveAttribute('href', '/system');
  expect(screen.getByText(/has not entered a contact/)).toBeVisible();
});
