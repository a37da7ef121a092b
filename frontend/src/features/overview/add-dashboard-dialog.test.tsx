import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Probe } from '@/api/types';
import { AddDashboardDialog } from '@/features/overview/add-dashboard-dialog';
import { enter } from '@/testing/enter';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost, delayPost } from '@/testing/server';

const FOUND: Probe = {
  ok: true,
  url: 'https://shop.example.com/dashboard',
  fmd_version: '5.1.0',
  total_requests: 1000,
  first_request: null,
  default_token: false,
  steps: [
    { step: 'reachable', ok: true, message: '' },
    { step: 'dashboard', ok: true, message: 'Version 5.1.0.' },
    { step: 'exporter', ok: true, message: '' },
    { step: 'token', ok: true, message: '' },
  ],
};

const WITHOUT_EXPORTER: Probe = {
  ...FOUND,
  ok: false,
  steps: [
    { step: 'reachable', ok: true, message: '' },
    { step: 'dashboard', ok: true, message: '' },
    { step: 'exporter', ok: false, message: 'There are no export routes.' },
    { step: 'token', ok: null, message: '' },
  ],
};

beforeEach(() => mockGet('/dashboards', []));

async function submit(url = 'https://shop.example.com/dashboard') {
  const view = renderPage(<AddDashboardDialog onClose={() => undefined} />);
  await enter(screen.getByLabelText('Dashboard URL'), url);
  await enter(screen.getByLabelText('Token'), 'secret');
  await userEvent.click(screen.getByRole('button', { name: 'Test and add' }));
  return view;
}

const added = makeDashboard({
  state: 'initialized_endpoints',
  progress: { fraction: 0.5, calls: 500, seconds_left: 2 },
});

describe('adding a dashboard', () => {
  it('tests the connection, suggests the host as name, and shows the import', async () => {
    mockPost('/dashboards/probe', FOUND);
    mockGet('/dashboards', [added]);
    const sent = mockPost('/dashboards/register', { message: 'Added.', dashboard: added });
    await submit();
    expect(await screen.findByText(/500 requests so far/)).toBeVisible();
    expect(screen.getByRole('link', { name: 'Open dashboard' })).toBeVisible();
    expect(sent).toEqual([
      {
        url: 'https://shop.example.com/dashboard',
        token: 'secret',
        name: 'shop.example.com',
        monitor_downtime: true,
      },
    ]);
  });

  it('sends the headers that a server in front of the app needs', async () => {
    const tested = mockPost('/dashboards/probe', FOUND);
    mockGet('/dashboards', [added]);
    const sent = mockPost('/dashboards/register', { message: 'Added.', dashboard: added });
    renderPage(<AddDashboardDialog onClose={() => undefined} />);
    const fill = async (label: string, text: string) => {
      await userEvent.click(screen.getByLabelText(label));
      await userEvent.paste(text);
    };
    await fill('Dashboard URL', 'https://shop.example');
    await fill('Token', 'secret');
    await fill('Extra request headers (optional)', 'X-Gate:');
    await userEvent.click(screen.getByRole('button', { name: 'Test and add' }));
    expect(await screen.findByText('Enter one header per line, as Name: value.')).toBeVisible();
    await fill('Extra request headers (optional)', ' 7\n\nAuthorization: Basic YTpi');
    await userEvent.click(screen.getByRole('button', { name: 'Test and add' }));
    await waitFor(() => expect(sent).toHaveLength(1));
    const headers = { 'X-Gate': '7', Authorization: 'Basic YTpi' };
    expect(tested).toEqual([{ url: 'https://shop.example', token: 'secret', headers }]);
    expect(sent).toEqual([expect.objectContaining({ headers })]);
  });

  it('shows the failed step with instructions and adds nothing', async () => {
    mockPost('/dashboards/probe', WITHOUT_EXPORTER);
    const sent = mockPost('/dashboards/register', {});
    await submit();
    const steps = within(await screen.findByRole('list', { name: 'Connection test' }));
    const texts = steps.getAllByRole('listitem').map(({ textContent }) => textContent);
    expect(texts).toEqual([
      'Address reachable: passed',
      'Flask-MonitoringDashboard found: passed',
      'Measurements readable: failedThere are no export routes.',
      'Token valid: not tested',
    ]);
    expect(screen.getByText(/pydash_exporter\.bind\(app\)/)).toBeVisible();
    expect(sent).toEqual([]);
  });

  it('suggests the host as the name until the user enters another one', async () => {
    renderPage(<AddDashboardDialog onClose={() => undefined} />);
    const url = screen.getByLabelText('Dashboard URL');
    const name = screen.getByLabelText('Name');
    await enter(url, 'https://old.example');
    expect(name).toHaveValue('old.example');
    await userEvent.clear(url);
    expect(name).toHaveValue('');
    await enter(url, 'https://new.example:8000/dashboard');
    expect(name).toHaveValue('new.example:8000');
    await userEvent.clear(name);
    await enter(name, 'Shop');
    await enter(url, '/more');
    expect(name).toHaveValue('Shop');
  });

  it.each(['Dashboard URL', 'Token', 'Extra request headers (optional)'])(
    'removes the result of a test when the user changes the field %s',
    async (label) => {
      mockPost('/dashboards/probe', WITHOUT_EXPORTER);
      await submit();
      const steps = await screen.findByRole('list', { name: 'Connection test' });
      await screen.findAllByText(': passed');
      await enter(screen.getByLabelText(label), 'x');
      expect(steps).not.toBeInTheDocument();
    },
  );

  it('adds nothing if the user changes the address while it is tested', async () => {
    const release = delayPost('/dashboards/probe', FOUND);
    const sent = mockPost('/dashboards/register', { message: 'Added.', dashboard: added });
    const { queryClient } = await submit();
    await screen.findByRole('list', { name: 'Connection test' });
    await enter(screen.getByLabelText('Dashboard URL'), '2');
    release();
    await waitFor(() => expect(queryClient.isMutating()).toBe(0));
    expect(screen.getByRole('button', { name: 'Test and add' })).toBeEnabled();
    expect(sent).toEqual([]);
  });

  it('warns about a duplicate name but allows it', async () => {
    mockGet('/dashboards', [makeDashboard({ name: 'shop.example.com' })]);
    const release = delayPost('/dashboards/probe', FOUND);
    const sent = mockPost('/dashboards/register', { message: 'Added.', dashboard: added });
    await submit();
    expect(await screen.findByText('You already have a dashboard with this name.')).toBeVisible();
    release();
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  it('warns about the default token', async () => {
    mockPost('/dashboards/probe', { ...WITHOUT_EXPORTER, default_token: true });
    await submit();
    expect(await screen.findByText(/still uses the default token/)).toBeVisible();
  });

  it('shows the rate limit error', async () => {
    mockPost('/dashboards/probe', { message: 'Please wait a while.' }, 429);
    await submit();
    expect(await screen.findByText('Please wait a while.')).toBeVisible();
  });

  it('rejects an invalid URL without testing it', async () => {
    const sent = mockPost('/dashboards/probe', {});
    await submit('shop.example.com');
    expect(await screen.findByText('Begin with https:// or http://.')).toBeVisible();
    expect(sent).toEqual([]);
  });
});

describe('cancel', () => {
  it('during the connection test adds nothing', async () => {
    const release = delayPost('/dashboards/probe', FOUND);
    const sent = mockPost('/dashboards/register', { message: 'Added.', dashboard: added });
    const { unmount, queryClient } = await submit();
    await screen.findByRole('list', { name: 'Connection test' });
    unmount();
    release();
    await waitFor(() => expect(queryClient.isMutating()).toBe(0));
    expect(sent).toEqual([]);
  });

  it('during registration deletes the dashboard again', async () => {
    mockPost('/dashboards/probe', FOUND);
    const release = delayPost('/dashboards/register', { message: 'Added.', dashboard: added });
    const deleted = mockPost(`/dashboards/${added.id}/delete`, { message: 'Deleted.' });
    const { unmount } = await submit();
    await screen.findAllByText(': passed'); // the connection test is complete
    unmount();
    release();
    await waitFor(() => expect(deleted).toHaveLength(1));
  });
});
