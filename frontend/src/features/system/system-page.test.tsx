import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import type { SystemInfo } from '@/api/types';
import { SystemPage } from '@/features/system/system-page';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost } from '@/testing/server';

const system: SystemInfo = {
  version: '1.1',
  previous_version: '1.0',
  upgrade_command: null,
  processes: [
    {
      name: 'fetcher',
      host: 'example.com',
      pid: 42,
      alive: false,
      started: null,
      last_seen: '2026-11-22T10:00:00Z',
      peak_memory_bytes: null,
    },
  ],
  fetching: false,
  fetcher: {
    tasks: 7,
    queue_length: 3,
    running: 0,
    runs: 100,
    failures: 2,
    timed_out: 0,
    lost: 0,
    lag_p50: 0.1,
    lag_p99: 0.5,
    duration_p99: 1,
  },
  dashboards: 5,
  waiting_mails: 4,
  database_bytes: 123_456_789,
  errors: [{ time: '2026-11-22T10:00:00Z', source: 'pydash_web', message: 'It failed.' }],
};

const rowsOf = async (name: string) =>
  within(await screen.findByRole('table', { name }))
    .getAllByRole('row')
    .map(({ textContent }) => textContent);

it('shows processes, figures and errors', async () => {
  mockGet('/system', system);
  mockGet('/sites', { sites: [] });
  renderPage(<SystemPage />, '/system');
  expect((await rowsOf('Processes'))[1]).toMatch(/fetcherexample.com42silent/);
  const figures = await rowsOf('Figures');
  expect(figures).toEqual(
    expect.arrayContaining(['Fetchingno', 'Tasks waiting3', 'Mails waiting4']),
  );
  expect(figures).toContain('Size of the database123 MB');
  expect(screen.getByText('It failed.')).toBeVisible();
  expect(await screen.findByText('No other sites are configured')).toBeVisible();
});

it('upgrades after the password was entered again', async () => {
  mockGet('/system', system);
  mockGet('/sites', { sites: [] });
  const sent = mockPost('/system/upgrade', { message: 'It stops.' });
  renderPage(<SystemPage />, '/system');
  expect(await screen.findByText('1.0 → 1.1')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Upgrade' }));
  await userEvent.type(screen.getByLabelText('Password'), 'secret');
  await userEvent.click(screen.getByRole('button', { name: 'Stop and upgrade' }));
  expect(await screen.findByText('It stops.')).toBeVisible();
  expect(sent).toEqual([{ password: 'secret' }]);
});

it('shows how to upgrade what does not upgrade itself', async () => {
  mockGet('/system', { ...system, previous_version: null, upgrade_command: 'pip upgrade' });
  mockGet('/sites', { sites: [] });
  renderPage(<SystemPage />, '/system');
  expect(await screen.findByText('pip upgrade')).toBeVisible();
  expect(screen.getByText('1.1')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Upgrade' })).not.toBeInTheDocument();
});

it('shows the state of other sites', async () => {
  mockGet('/system', { ...system, errors: [] });
  mockGet('/sites', {
    sites: [
      {
        name: 'geneva',
        url: 'https://a.example',
        up: true,
        error: null,
        seconds: 0.1,
        summary: { fetching: true, minutes_since_last_call: 2 },
      },
      {
        name: 'yale',
        url: 'https://b.example',
        up: false,
        error: 'Connection refused.',
        seconds: 0,
        summary: null,
      },
    ],
  });
  renderPage(<SystemPage />, '/system');
  const [, geneva, yale] = await rowsOf('Sites');
  expect(geneva).toMatch(/genevaup.*yes2 min.* ago/);
  expect(yale).toMatch(/yalenot up.*Connection refused\./);
  expect(await screen.findByText('No errors in the log')).toBeVisible();
});
