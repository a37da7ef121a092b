import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { SettingsTab } from '@/features/dashboard/settings-tab';
import { enter } from '@/testing/enter';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost, delayPost } from '@/testing/server';

const dashboard = makeDashboard({ monitor_downtime: false });
const SETTINGS = `/dashboards/${dashboard.id}/change_settings`;
const UPTIME = 'Monitor uptime';

beforeEach(() => mockGet('/dashboards', [dashboard]));

async function renderSettings(search = '') {
  const view = renderPage(
    <SettingsTab />,
    `/dashboards/${dashboard.id}/settings${search}`,
    '/dashboards/:dashboardId/settings',
  );
  await screen.findByLabelText('Name');
  return view;
}

const saved = (part: Partial<typeof dashboard>) => ({
  message: 'The settings are saved.',
  dashboard: { ...dashboard, ...part },
});
const saveButton = () => screen.getByRole('button', { name: 'Save connection' });
const retentionButton = () => screen.getByRole('button', { name: 'Save retention' });

describe('tags', () => {
  it('sends them without spaces and empty ones, and shows what was stored', async () => {
    const sent = mockPost(SETTINGS, saved({ tags: ['live', 'team a'] }));
    await renderSettings();
    await userEvent.type(screen.getByRole('textbox', { name: 'Tags' }), 'Live , team a,');
    await userEvent.click(screen.getByRole('button', { name: 'Save tags' }));
    expect(await screen.findByText('The settings are saved.')).toBeVisible();
    expect(sent).toEqual([{ tags: ['Live', 'team a'] }]);
    expect(screen.getByRole('textbox', { name: 'Tags' })).toHaveValue('live, team a');
  });

  it('shows at the field what is wrong with one of them', async () => {
    mockPost(SETTINGS, { message: 'Invalid.', errors: { 'tags.1': ['Too long.'] } }, 400);
    await renderSettings();
    await userEvent.type(screen.getByRole('textbox', { name: 'Tags' }), 'a, b');
    await userEvent.click(screen.getByRole('button', { name: 'Save tags' }));
    expect(await screen.findByText('Too long.')).toBeVisible();
    expect(screen.getByRole('textbox', { name: 'Tags' })).toHaveAttribute('aria-invalid', 'true');
  });
});

describe('connection', () => {
  it('shows current values, with saving disabled until a change', async () => {
    await renderSettings();
    expect(screen.getByLabelText('Name')).toHaveValue('Web shop');
    expect(screen.getByLabelText('New token')).toHaveValue('');
    expect(screen.getByText(/^Flask-MonitoringDashboard 5\.1\.0\./)).toBeVisible();
    expect(saveButton()).toHaveAttribute('aria-disabled', 'true');
    await userEvent.click(saveButton());
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('sends only changed fields, without an empty token', async () => {
    const sent = mockPost(SETTINGS, saved({ name: 'Shop' }));
    await renderSettings();
    await userEvent.clear(screen.getByLabelText('Name'));
    await enter(screen.getByLabelText('Name'), 'Shop');
    await userEvent.click(saveButton());
    expect(await screen.findByText('The settings are saved.')).toBeVisible();
    expect(sent).toEqual([{ name: 'Shop' }]);
    expect(saveButton()).toHaveAttribute('aria-disabled', 'true');
    expect(saveButton()).toHaveFocus();
  });

  it('sends new headers, and the names of those to remove', async () => {
    mockGet('/dashboards', [{ ...dashboard, header_names: ['Authorization', 'X-Gate'] }]);
    const sent = mockPost(SETTINGS, saved({ header_names: ['Authorization'] }));
    await renderSettings();
    expect(screen.getByText(/^Stored: Authorization, X-Gate\./)).toBeVisible();
    const field = screen.getByLabelText('Extra request headers');
    expect(field).toHaveValue('');
    await userEvent.click(field);
    await userEvent.paste('Authorization Basic');
    await userEvent.click(saveButton());
    expect(await screen.findByText('Enter one header per line, as Name: value.')).toBeVisible();
    await userEvent.clear(field);
    await userEvent.click(field);
    await userEvent.paste('Authorization: Basic YTpi:Yw==\nX-Gate:');
    await userEvent.click(saveButton());
    expect(await screen.findByText(/^Stored: Authorization\./)).toBeVisible();
    expect(sent).toEqual([{ headers: { Authorization: 'Basic YTpi:Yw==', 'X-Gate': null } }]);
    expect(field).toHaveValue('');
  });

  it('shows errors at their fields', async () => {
    const reason = 'This token is wrong.';
    mockPost(SETTINGS, { message: reason, errors: { token: [reason] } }, 400);
    await renderSettings();
    await enter(screen.getByLabelText('New token'), 'guess');
    await userEvent.click(saveButton());
    expect(await screen.findByText(reason)).toBeVisible();
    expect(screen.getByLabelText('New token')).toBeInvalid();
  });
});

describe('uptime switch', () => {
  const uptime = () => screen.getByRole('switch', { name: UPTIME });

  it('changes only after the response', async () => {
    const release = delayPost(SETTINGS, saved({ monitor_downtime: true }));
    await renderSettings();
    await userEvent.click(uptime());
    expect(uptime()).not.toBeChecked();
    expect(screen.queryByText('The settings are saved.')).not.toBeInTheDocument();
    release();
    expect(await screen.findByText('The settings are saved.')).toBeVisible();
    expect(uptime()).toBeChecked();
  });

  it('keeps the focus while saving', async () => {
    const sent = mockPost(SETTINGS, saved({ monitor_downtime: true }));
    await renderSettings();
    uptime().focus();
    await userEvent.keyboard(' ');
    await waitFor(() => expect(uptime()).toBeChecked());
    await waitFor(() => expect(uptime()).toHaveAttribute('aria-disabled', 'false'));
    await userEvent.keyboard(' ');
    await waitFor(() =>
      expect(sent).toEqual([{ monitor_downtime: true }, { monitor_downtime: false }]),
    );
  });

  it('ignores clicks while saving', async () => {
    const release = delayPost(SETTINGS, saved({ monitor_downtime: true }));
    await renderSettings();
    await userEvent.click(uptime());
    expect(uptime()).toHaveAttribute('aria-disabled', 'true');
    await userEvent.click(uptime());
    release();
    expect(await screen.findByText('The settings are saved.')).toBeVisible();
    expect(uptime()).toBeChecked();
    expect(uptime()).toHaveFocus();
  });

  it('is unchanged when saving fails', async () => {
    mockPost(SETTINGS, { message: 'The database is away.' }, 503);
    await renderSettings();
    await userEvent.click(uptime());
    expect(await screen.findByText('The database is away.')).toBeVisible();
    expect(uptime()).not.toBeChecked();
  });
});

describe('retention', () => {
  it('is a number of days, or unlimited when empty', async () => {
    mockGet('/dashboards', [{ ...dashboard, retention: 90 }]);
    const sent = mockPost(SETTINGS, saved({ retention: null }));
    await renderSettings();
    await userEvent.clear(screen.getByLabelText('Keep raw requests for (days)'));
    await userEvent.click(retentionButton());
    expect(await screen.findByText('The settings are saved.')).toBeVisible();
    expect(sent).toEqual([{ retention: null }]);
  });

  it('must be a whole number', async () => {
    await renderSettings();
    await enter(screen.getByLabelText('Keep raw requests for (days)'), '1.5');
    await userEvent.click(retentionButton());
    expect(await screen.findByText('Enter a whole number of days.')).toBeVisible();
  });
});

describe('data', () => {
  const button = () => screen.getByRole('button', { name: 'Fetch now' });

  /** Clicks “Fetch now”; afterwards the API returns the changed dashboard. */
  async function fetchNow(then: Partial<typeof dashboard>) {
    await renderSettings();
    const sent = mockPost(`/dashboards/${dashboard.id}/fetch`, { message: 'In a moment.' });
    await userEvent.click(button());
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(button()).toHaveAttribute('aria-busy', 'true');
    await userEvent.click(button());
    mockGet('/dashboards', [{ ...dashboard, ...then }]);
    return sent;
  }

  it('is reported as fetched only when it is', async () => {
    const sent = await fetchNow({ last_fetch_time: '2026-11-22T09:00:00Z' });
    expect(await screen.findByText('Fetch complete.')).toBeVisible();
    expect(button()).toHaveFocus();
    await waitFor(() => expect(button()).toHaveAttribute('aria-busy', 'false'));
    expect(sent).toHaveLength(1);
  });

  it('shows the fetch error', async () => {
    await fetchNow({ error: 'The dashboard answered with status 502.' });
    expect(await screen.findByText('The dashboard answered with status 502.')).toBeVisible();
  });

  it('reports a slow fetch', async () => {
    await fetchNow({});
    const later = Date.now() + 40_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    expect(await screen.findByText(/continues in the background/)).toBeVisible();
  });

  it('shows notices', async () => {
    const text = 'Calls before this were deleted at the source.';
    mockGet('/dashboards', [{ ...dashboard, notices: [{ time: '2026-11-01T00:00:00Z', text }] }]);
    await renderSettings();
    expect(screen.getByRole('list', { name: 'Notices' })).toHaveTextContent(text);
  });

  it.each(['csv', 'json'])(
    'is exported as %s with the selected range and filters',
    async (format) => {
      await renderSettings('?range=30d&endpoint=shop.cart');
      const section = within(screen.getByRole('region', { name: 'Export' }));
      expect(section.getByRole('button', { name: /Last 30 days/ })).toBeVisible();
      await userEvent.click(section.getByRole('button', { name: /^Remove filter.*shop\.cart/ }));
      const link = screen.getByRole('link', { name: `Export as ${format.toUpperCase()}` });
      const url = new URL(link.getAttribute('href') ?? '', 'http://localhost');
      expect(url.pathname).toBe(`/api/dashboards/${dashboard.id}/export`);
      expect(url.searchParams.get('format')).toBe(format);
      expect(url.searchParams.has('start_date')).toBe(true);
      expect(url.searchParams.has('endpoint')).toBe(false);
    },
  );

  it('is downloaded as a sample archive', async () => {
    await renderSettings();
    const link = screen.getByRole('link', { name: 'Download sample archive' });
    expect(link).toHaveAttribute('href', `/api/dashboards/${dashboard.id}/archive.zip`);
    expect(link).toHaveAttribute('download');
  });
});

describe('deletion', () => {
  async function ask(typed: string) {
    const view = await renderSettings();
    await userEvent.click(screen.getByRole('button', { name: 'Delete dashboard' }));
    await enter(await screen.findByLabelText('Type Web shop to confirm'), typed);
    await userEvent.click(screen.getByRole('button', { name: 'Delete permanently' }));
    return view;
  }

  it('is refused for a different name', async () => {
    const sent = mockPost(`/dashboards/${dashboard.id}/delete`, { message: 'It is gone.' });
    await ask('web shop');
    expect(await screen.findByText('The name does not match.')).toBeVisible();
    expect(sent).toEqual([]);
  });

  it('keeps the page until the overview opens, whatever is loaded in between', async () => {
    const release = delayPost(`/dashboards/${dashboard.id}/delete`, { message: 'It is gone.' });
    const { queryClient } = await ask('Web shop');
    mockGet('/dashboards', []);
    await act(async () => {
      await queryClient.refetchQueries({ queryKey: ['dashboards'], exact: true });
      await new Promise((done) => setTimeout(done)); // it renders in the next task
    });
    expect(screen.getByRole('dialog', { name: 'Delete Web shop?' })).toBeVisible();
    release();
    expect(await screen.findByText('Elsewhere')).toBeVisible();
    await waitFor(() => expect(queryClient.getQueryData(['dashboards'])).toEqual([]));
  });

  it('is reported when complete and opens the overview', async () => {
    const sent = mockPost(`/dashboards/${dashboard.id}/delete`, { message: 'It is gone.' });
    const { queryClient } = await ask('Web shop');
    expect(await screen.findByText('It is gone.')).toBeVisible();
    expect(screen.getByText('Elsewhere')).toBeVisible();
    expect(sent).toHaveLength(1);
    await waitFor(() => expect(queryClient.getQueryData(['dashboards'])).toEqual([]));
  });
});
