import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import type { Channel } from '@/api/types';
import { ChannelsTab } from '@/features/alerts/channels-tab';
import { alice } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost } from '@/testing/server';

const ID = '5f0c8d7e-0000-4000-8000-0000000000c1';

const makeChannel = (part: Partial<Channel> = {}): Channel => ({
  id: ID,
  name: 'On-call',
  kind: 'webhook',
  settings: { url: 'https://example.com/hook', secret: '••••' },
  group_wait: 30,
  group_interval: 300,
  template: null,
  enabled: true,
  failures: 0,
  dropped: 0,
  last_success: null,
  last_error: null,
  created: '2026-11-30T10:00:00Z',
  consent: 'not_required',
  asked: null,
  ...part,
});

function openTab(channels: Channel[]) {
  mockGet('/user', alice);
  mockGet('/channels', { channels });
  renderPage(<ChannelsTab />);
  return userEvent.setup();
}

it('shows a rejected setting at its field', async () => {
  const user = openTab([]);
  const errors = { 'settings.url': ['Private addresses are not allowed.'] };
  mockPost('/channels', { message: 'settings.url: Private …', errors }, 400);
  await user.click(await screen.findByRole('button', { name: 'Add channel' }));
  await user.selectOptions(screen.getByLabelText('Kind'), 'webhook');
  await user.type(screen.getByLabelText('Name'), 'Hook');
  await user.type(screen.getByLabelText('URL'), 'http://10.0.0.1/');
  const dialog = within(screen.getByRole('dialog'));
  await user.click(dialog.getByRole('button', { name: 'Add channel' }));
  await expect
    .poll(() => screen.getByLabelText('URL'))
    .toHaveAccessibleDescription('Private addresses are not allowed.');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('shows the secret of a new webhook, and the true result of a test', async () => {
  const user = openTab([]);
  const sent = mockPost('/channels', {
    message: 'Channel added.',
    channel: makeChannel(),
    secret: 'a-very-secret-text',
  });
  await user.click(await screen.findByRole('button', { name: 'Add channel' }));
  await user.selectOptions(screen.getByLabelText('Kind'), 'webhook');
  await user.type(screen.getByLabelText('Name'), 'On-call');
  await user.type(screen.getByLabelText('URL'), 'https://example.com/hook');
  const dialog = within(screen.getByRole('dialog'));
  await user.click(dialog.getByRole('button', { name: 'Add channel' }));
  expect(await screen.findByText('a-very-secret-text')).toBeVisible();
  expect(sent).toMatchObject([
    { kind: 'webhook', settings: { url: 'https://example.com/hook' }, group_wait: 30 },
  ]);
  const failed = { ok: false, status: 503, error: 'The server is overloaded.', seconds: 1.25 };
  mockPost(`/channels/${ID}/test`, failed);
  await user.click(dialog.getByRole('button', { name: 'Send a test: On-call' }));
  const result = 'The test failed (HTTP status 503, 1.25 s). The server is overloaded.';
  expect(await screen.findByText(result)).toBeVisible();
});

it('keeps the hidden secret of a channel that is changed', async () => {
  const user = openTab([makeChannel()]);
  const saved = { message: 'Settings saved.', channel: makeChannel() };
  const sent = mockPost(`/channels/${ID}/change_settings`, saved);
  await user.click(await screen.findByRole('button', { name: 'Edit: On-call' }));
  const name = screen.getByLabelText('Name');
  await user.clear(name);
  await user.type(name, 'Night shift');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await expect
    .poll(() => sent)
    .toMatchObject([
      { name: 'Night shift', settings: { url: 'https://example.com/hook', secret: '••••' } },
    ]);
});

it('shows that a recipient has not agreed yet, and asks again', async () => {
  const settings = { address: 'dave@example.com' };
  const awaited = { kind: 'mail', settings, consent: 'awaited', asked: new Date().toISOString() };
  const user = openTab([makeChannel(awaited as Partial<Channel>)]);
  const message = 'At most 3 mails a day. Try again tomorrow.';
  const sent = mockPost(`/channels/${ID}/ask_recipient`, { message }, 429);
  expect(await screen.findByText(/^Awaiting confirmation/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Ask again: On-call' }));
  expect(await screen.findByText(message)).toBeVisible();
  expect(sent).toHaveLength(1);
});
