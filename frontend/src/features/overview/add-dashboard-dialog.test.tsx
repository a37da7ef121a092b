import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Probe } from '@/api/types';
import { AddDashboardDialog } from '@/features/overview/add-dashboard-dialog';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { answerGet, answerPost, holdPost } from '@/testing/server';

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

beforeEach(() => answerGet('/dashboards', []));

async function submit(url = 'https://shop.example.com/dashboard') {
  const view = renderPage(<AddDashboardDialog onClose={() => undefined} />);
  await userEvent.type(screen.getByLabelText('Address of the dashboard'), url);
  await userEvent.type(screen.getByLabelText('Token'), 'secret');
  await userEvent.click(screen.getByRole('button', { name: 'Test and add' }));
  return view;
}

const added = makeDashboard({
  state: 'initialized_endpoints',
  progress: { fraction: 0.5, calls: 500, seconds_left: 2 },
});

describe('adding a dashboard', () => {
  it('tests it, adds it under the name of its host, and shows the import', async () => {
    answerPost('/dashboards/probe', FOUND);
    answerGet('/dashboards', [added]);
    const sent = answerPost('/dashboards/register', { message: 'Added.', dashboard: added });
    await submit();
    expect(await screen.findByText(/500 calls so far/)).toBeVisible();
    expect(screen.getByRole('link', { name: 'Open the dashboard' })).toBeVisible();
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
    const tested = answerPost('/dashboards/probe', FOUND);
    answerGet('/dashboards', [added]);
    const sent = answerPost('/dashboards/register', { message: 'Added.', dashboard: added });
    renderPage(<AddDashboardDialog onClose={() => undefined} />);
    const fill = async (label: string, text: string) => {
      await userEvent.click(screen.getByLabelText(label));
      await userEvent.paste(text);
    };
    await fill('Address of the dashboard', 'https://shop.example');
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

  it('shows step by step what is wrong, with the lines that help, and adds nothing', async () => {
    answerPost('/dashboards/probe', WITHOUT_EXPORTER);
    const sent = answerPost('/dashboards/register', {});
    await submit();
    const steps = within(await screen.findByRole('list', { name: 'Test of the connection' }));
    const texts = steps.getAllByRole('listitem').map(({ textContent }) => textContent);
    expect(texts).toEqual([
      'The address answers: yes',
      'Flask-MonitoringDashboard is there: yes',
      'Its measurements can be read: noThere are no export routes.',
      'The token is right: not tested',
    ]);
    expect(screen.getByText(/pydash_exporter\.bind\(app\)/)).toBeVisible();
    expect(sent).toEqual([]);
  });

  it('says that there is one of this name, and adds it all the same', async () => {
    answerGet('/dashboards', [makeDashboard({ name: 'shop.example.com' })]);
    const release = holdPost('/dashboards/probe', FOUND);
    const sent = answerPost('/dashboards/register', { message: 'Added.', dashboard: added });
    await submit();
    expect(await screen.findByText('You have a dashboard of this name already.')).toBeVisible();
    release();
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  it('warns of the token that everyone knows', async () => {
    answerPost('/dashboards/probe', { ...WITHOUT_EXPORTER, default_token: true });
    await submit();
    expect(await screen.findByText(/still has the token that everyone knows/)).toBeVisible();
  });

  it('says why it was tried too often', async () => {
    answerPost('/dashboards/probe', { message: 'Please wait a while.' }, 429);
    await submit();
    expect(await screen.findByText('Please wait a while.')).toBeVisible();
  });

  it('tests nothing that is no address', async () => {
    const sent = answerPost('/dashboards/probe', {});
    await submit('shop.example.com');
    expect(await screen.findByText('Begin with https:// or http://.')).toBeVisible();
    expect(sent).toEqual([]);
  });
});

describe('cancelling', () => {
  it('while the connection is tested adds nothing', async () => {
    const release = holdPost('/dashboards/probe', FOUND);
    const sent = answerPost('/dashboards/register', { message: 'Added.', dashboard: added });
    const { unmount, queryClient } = await submit();
    await screen.findByRole('list', { name: 'Test of the connection' });
    unmount();
    release();
    await waitFor(() => expect(queryClient.isMutating()).toBe(0));
    expect(sent).toEqual([]);
  });

  it('while it is being added takes it away again', async () => {
    answerPost('/dashboards/probe', FOUND);
    const release = holdPost('/dashboards/register', { message: 'Added.', dashboard: added });
    const deleted = answerPost(`/dashboards/${added.id}/delete`, { message: 'Deleted.' });
    const { unmount } = await submit();
    await screen.findAllByText(': yes'); // the test of the connection is over
    unmount();
    release();
    await waitFor(() => expect(deleted).toHaveLength(1));
  });
});
