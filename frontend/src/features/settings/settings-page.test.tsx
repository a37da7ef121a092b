import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { userKey } from '@/api/core/session-keys';
import { SettingsPage } from '@/features/settings/settings-page';
import { enter } from '@/testing/enter';
import { alice } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost, delayPost } from '@/testing/server';

const SOUNDS = 'Play sounds';
const token = {
  id: '5f0c8d7e-0000-4000-8000-0000000000a1',
  name: 'report',
  scope: 'read',
  created: '2026-11-01T00:00:00Z',
  expires: '2018-05-01T00:00:00Z',
  last_used: null,
};
const phone = {
  id: 'phone',
  user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1',
  created: '2026-11-01T00:00:00Z',
  last_seen: '2026-11-01T00:00:00Z',
  current: false,
};

beforeEach(() => {
  mockGet('/user', alice);
  mockGet('/user/sessions', { sessions: [phone] });
  mockGet('/user/tokens', { tokens: [token] });
});

async function renderSettings() {
  const view = renderPage(<SettingsPage />, '/settings');
  await screen.findByLabelText('Username');
  return view;
}

describe('sounds', () => {
  it('are reported as on only after the response', async () => {
    const release = delayPost('/user/change_settings', {
      message: 'Saved.',
      user: { ...alice, play_sounds: true },
    });
    await renderSettings();
    await userEvent.click(screen.getByRole('switch', { name: SOUNDS }));
    expect(screen.getByRole('switch', { name: SOUNDS })).not.toBeChecked();
    expect(screen.queryByText('Sounds are on.')).not.toBeInTheDocument();
    release();
    expect(await screen.findByText('Sounds are on.')).toBeVisible();
    expect(screen.getByRole('switch', { name: SOUNDS })).toBeChecked();
  });

  it('stay unchanged when saving fails', async () => {
    mockPost('/user/change_settings', { message: 'The database cannot be reached.' }, 503);
    await renderSettings();
    await userEvent.click(screen.getByRole('switch', { name: SOUNDS }));
    expect(await screen.findByText('The database cannot be reached.')).toBeVisible();
    expect(screen.getByRole('switch', { name: SOUNDS })).not.toBeChecked();
  });
});

describe('the time zone', () => {
  const choose = async (typed: string, zone: RegExp) => {
    await userEvent.type(screen.getByRole('combobox', { name: 'Time zone' }), typed);
    await userEvent.click(await screen.findByRole('option', { name: zone }));
  };

  it('is found by parts of its name, and saved', async () => {
    const sent = mockPost('/user/change_settings', {
      message: 'Saved.',
      user: { ...alice, timezone: 'Asia/Kathmandu' },
    });
    await renderSettings();
    const field = screen.getByRole('combobox', { name: 'Time zone' });
    expect(field).toHaveValue('Browser’s time zone (UTC)');
    await userEvent.click(field);
    expect(screen.getAllByRole('option', { selected: true })).toHaveLength(1);
    await userEvent.clear(field);
    await choose('asia kathm', /^Asia\/Kathmandu/);
    expect(await screen.findByText('Time zone saved.')).toBeVisible();
    expect(sent).toEqual([{ timezone: 'Asia/Kathmandu' }]);
    expect(field).toHaveValue('Asia/Kathmandu');
  });

  it('can be the one of the browser again', async () => {
    mockGet('/user', { ...alice, timezone: 'Asia/Kathmandu' });
    const sent = mockPost('/user/change_settings', { message: 'Saved.', user: alice });
    await renderSettings();
    await userEvent.clear(screen.getByRole('combobox', { name: 'Time zone' }));
    await choose('browser', /^Browser’s time zone/);
    expect(await screen.findByText('Time zone saved.')).toBeVisible();
    expect(sent).toEqual([{ timezone: null }]);
  });
});

describe('account', () => {
  it('sends only changed fields', async () => {
    const sent = mockPost('/user/change_settings', {
      message: 'Saved.',
      user: { ...alice, name: 'alicia' },
    });
    await renderSettings();
    await userEvent.clear(screen.getByLabelText('Username'));
    await enter(screen.getByLabelText('Username'), 'alicia');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Saved.')).toBeVisible();
    expect(sent).toEqual([{ username: 'alicia' }]);
    expect(screen.getByRole('button', { name: 'Save' })).toHaveAttribute('aria-disabled', 'true');
  });

  it('requires the password only to change the email address', async () => {
    const sent = mockPost('/user/change_settings', {
      message: 'Saved.',
      user: { ...alice, pending_email: 'new@example.com' },
    });
    await renderSettings();
    const account = within(screen.getByRole('region', { name: 'Account' }));
    expect(account.queryByLabelText('Current password')).not.toBeInTheDocument();
    await userEvent.clear(account.getByLabelText('Email address'));
    await enter(account.getByLabelText('Email address'), 'new@example.com');
    await userEvent.click(account.getByRole('button', { name: 'Save' }));
    expect(await account.findByText('Enter your current password.')).toBeVisible();
    expect(sent).toEqual([]);
    await enter(account.getByLabelText('Current password'), 'correct horse');
    await userEvent.click(account.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Saved.')).toBeVisible();
    expect(sent).toEqual([{ email: 'new@example.com', current_password: 'correct horse' }]);
    expect(account.queryByLabelText('Current password')).not.toBeInTheDocument();
  });

  it('no longer requires the password when the email address is restored', async () => {
    const sent = mockPost('/user/change_settings', { message: 'Saved.', user: alice });
    await renderSettings();
    const account = within(screen.getByRole('region', { name: 'Account' }));
    await userEvent.type(account.getByLabelText('Email address'), '.org{Enter}');
    expect(await account.findByText('Enter your current password.')).toBeVisible();
    await userEvent.type(account.getByLabelText('Email address'), '{Backspace>4/}');
    expect(account.queryByLabelText('Current password')).not.toBeInTheDocument();
    await userEvent.type(account.getByLabelText('Username'), '2{Enter}');
    expect(await screen.findByText('Saved.')).toBeVisible();
    expect(sent).toEqual([{ username: `${alice.name}2` }]);
  });

  it('stays signed in when the password is wrong', async () => {
    mockPost('/user/change_settings', { message: 'The current password is wrong.' }, 401);
    const { queryClient } = await renderSettings();
    const account = within(screen.getByRole('region', { name: 'Account' }));
    await enter(account.getByLabelText('Email address'), '.org');
    await enter(account.getByLabelText('Current password'), 'wrong');
    await userEvent.click(account.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('The current password is wrong.')).toBeVisible();
    expect(queryClient.getQueryData(userKey)).toEqual(alice);
  });

  it('shows a taken name at its field', async () => {
    const message = 'This name is taken.';
    mockPost('/user/change_settings', { message, errors: { username: [message] } }, 400);
    await renderSettings();
    await enter(screen.getByLabelText('Username'), '2');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('This name is taken.')).toBeVisible();
    expect(screen.getByLabelText('Username')).toBeInvalid();
  });
});

describe('password', () => {
  it('revokes the API tokens with its change, if asked to', async () => {
    const sent = mockPost('/user/change_password', { message: 'Changed.' });
    await renderSettings();
    await enter(screen.getByLabelText('Current password'), 'correct horse');
    await enter(screen.getByLabelText('New password'), 'another horse');
    await userEvent.click(screen.getByRole('checkbox', { name: 'Revoke all API tokens' }));
    mockGet('/user/tokens', { tokens: [] });
    await userEvent.click(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByText('You have no API tokens.')).toBeVisible();
    expect(sent).toEqual([
      { current_password: 'correct horse', new_password: 'another horse', revoke_tokens: true },
    ]);
    const box = screen.getByRole('checkbox', { name: 'Revoke all API tokens' });
    expect(box).not.toBeChecked();
    expect(box.closest('.Mui-checked'), 'nor does it look so').toBeNull();
  });

  it('is unchanged when the current one is wrong, and the user stays signed in', async () => {
    mockPost('/user/change_password', { message: 'The current password is wrong.' }, 401);
    const { queryClient } = await renderSettings();
    await enter(screen.getByLabelText('Current password'), 'wrong');
    await enter(screen.getByLabelText('New password'), 'correct horse');
    await userEvent.click(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByText('The current password is wrong.')).toBeVisible();
    expect(screen.getByLabelText('Current password')).toBeInvalid();
    expect(screen.getByLabelText('Current password')).toHaveFocus();
    expect(queryClient.getQueryData(userKey)).toEqual(alice);
  });
});

it('signs out another session', async () => {
  const sent = mockPost('/user/sessions/phone/delete', { message: 'Signed out there.' });
  await renderSettings();
  const button = await screen.findByRole('button', { name: 'Sign out of Safari on iOS' });
  mockGet('/user/sessions', { sessions: [{ ...phone, current: true }] });
  await userEvent.click(button);
  expect(await screen.findByText('Signed out there.')).toBeVisible();
  expect(sent).toHaveLength(1);
  await waitFor(() => expect(screen.getByRole('group', { name: 'Sessions' })).toHaveFocus());
});

describe('API tokens', () => {
  it('show their secret once', async () => {
    const sent = mockPost('/user/tokens', {
      message: 'Created.',
      token,
      secret: 'pydash_secret',
    });
    await renderSettings();
    await userEvent.click(screen.getByRole('button', { name: 'New token' }));
    const dialog = within(await screen.findByRole('dialog'));
    await enter(dialog.getByLabelText('Name'), 'report');
    await userEvent.selectOptions(dialog.getByLabelText('Expiry'), 'Expires in 30 days');
    await enter(dialog.getByLabelText('Password'), 'correct horse');
    await userEvent.click(dialog.getByRole('button', { name: 'Create token' }));
    expect(await dialog.findByText('pydash_secret')).toBeVisible();
    expect(sent).toEqual([
      { name: 'report', scope: 'read', expires_in_days: 30, password: 'correct horse' },
    ]);
    await userEvent.keyboard('{Escape}');
    expect(dialog.getByText('pydash_secret')).toBeVisible();
  });

  it('are not created with a wrong password', async () => {
    mockPost('/user/tokens', { message: 'Incorrect password.' }, 401);
    await renderSettings();
    await userEvent.click(screen.getByRole('button', { name: 'New token' }));
    const dialog = within(await screen.findByRole('dialog'));
    await enter(dialog.getByLabelText('Name'), 'report');
    await enter(dialog.getByLabelText('Password'), 'wrong');
    await userEvent.click(dialog.getByRole('button', { name: 'Create token' }));
    expect(await dialog.findByText('Incorrect password.')).toBeVisible();
    expect(dialog.getByLabelText('Password')).toBeInvalid();
  });

  it('show when they expire, or have expired', async () => {
    const later = { ...token, id: 'later', expires: '2999-05-01T00:00:00Z' };
    const old = { ...token, id: 'old', expires: null };
    mockGet('/user/tokens', { tokens: [token, later, old] });
    await renderSettings();
    const list = await screen.findByRole('list', { name: 'API tokens' });
    expect(
      within(list)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      expect.stringContaining('· expired'),
      expect.stringContaining('· expires'),
      expect.stringContaining('· does not expire'),
    ]);
  });

  it('are revoked after confirmation', async () => {
    const sent = mockPost(`/user/tokens/${token.id}/delete`, { message: 'Revoked.' });
    await renderSettings();
    await userEvent.dblClick(await screen.findByRole('button', { name: 'Revoke: report' }));
    expect(sent).toEqual([]);
    mockGet('/user/tokens', { tokens: [] });
    await userEvent.click(screen.getByRole('button', { name: 'Revoke permanently: report' }));
    expect(await screen.findByText('Revoked.')).toBeVisible();
    expect(await screen.findByText('You have no API tokens.')).toBeVisible();
    expect(sent).toHaveLength(1);
    expect(screen.getByRole('group', { name: 'API tokens' })).toHaveFocus();
  });

  it('are kept when the user cancels', async () => {
    await renderSettings();
    await userEvent.click(await screen.findByRole('button', { name: 'Revoke: report' }));
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.getByRole('button', { name: 'Revoke: report' })).toHaveFocus();
  });
});

describe('account deletion', () => {
  async function ask(name: string) {
    const view = await renderSettings();
    await userEvent.click(screen.getByRole('button', { name: 'Delete account' }));
    const dialog = within(await screen.findByRole('dialog'));
    await enter(dialog.getByLabelText('Type alice to confirm'), name);
    await enter(dialog.getByLabelText('Password'), 'correct horse');
    await userEvent.click(dialog.getByRole('button', { name: 'Delete permanently' }));
    return { ...view, dialog };
  }

  it('is refused for a different name', async () => {
    const sent = mockPost('/user/delete', {});
    const { dialog } = await ask('bob');
    expect(await dialog.findByText('The username does not match.')).toBeVisible();
    expect(sent).toEqual([]);
  });

  it('is refused for a wrong password', async () => {
    mockPost('/user/delete', { message: 'Incorrect password.' }, 401);
    const { dialog, queryClient } = await ask('alice');
    expect(await dialog.findByText('Incorrect password.')).toBeVisible();
    expect(dialog.getByLabelText('Password')).toBeInvalid();
    expect(queryClient.getQueryData(userKey)).toEqual(alice);
  });

  it('ends the session', async () => {
    const sent = mockPost('/user/delete', { message: 'Deleted.' });
    const { queryClient } = await ask('alice');
    expect(await screen.findByText('Deleted.')).toBeVisible();
    expect(queryClient.getQueryData(userKey)).toBeNull();
    expect(sent).toEqual([{ password: 'correct horse' }]);
  });
});
