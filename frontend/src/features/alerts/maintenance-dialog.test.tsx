import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import type { Window } from '@/api/types';
import { MaintenanceDialog } from '@/features/alerts/maintenance-dialog';
import { alice } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost } from '@/testing/server';

const ID = '5f0c8d7e-0000-4000-8000-0000000000e1';

function open(schedule: Window['schedule']) {
  const window: Window = {
    id: ID,
    name: 'Backup',
    dashboard_id: null,
    schedule,
    created: '2026-11-30T10:00:00Z',
    active: true,
    since: '2026-11-30T10:00:00Z',
    until: null,
    next_start: null,
    ended: null,
  };
  mockGet('/user', { ...alice, timezone: 'America/New_York' });
  mockGet('/dashboards', []);
  const sent = mockPost(`/maintenance/${ID}/change_settings`, { message: 'Changed.', window });
  renderPage(<MaintenanceDialog window={window} onClose={() => undefined} />);
  return { sent, user: userEvent.setup() };
}

it.each<Window['schedule']>([
  { kind: 'now' },
  { kind: 'once', start: '2026-11-30T10:00:07Z', end: '2026-11-30T12:00:07Z' },
])('sends no schedule if only the name changes, because it would begin again', async (schedule) => {
  const { sent, user } = open(schedule);
  const name = await screen.findByLabelText('Name');
  await user.clear(name);
  await user.type(name, 'Move');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await expect.poll(() => sent).toEqual([{ name: 'Move' }]);
});

it('keeps the time zone in which a schedule was planned', async () => {
  const schedule = { weekdays: ['monday' as const], at: '22:00', duration: 3_600 };
  const { sent, user } = open({ kind: 'weekly', ...schedule, timezone: 'Europe/Berlin' });
  expect(await screen.findByText('Times in Europe/Berlin.')).toBeVisible();
  await user.click(screen.getByLabelText('Friday'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const changed = { ...schedule, weekdays: ['monday', 'friday'], timezone: 'Europe/Berlin' };
  await expect
    .poll(() => sent)
    .toEqual([{ name: 'Backup', schedule: { kind: 'weekly', ...changed } }]);
});
