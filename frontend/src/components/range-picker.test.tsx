import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { RangePicker } from '@/components/range-picker';
import { useView } from '@/hooks/use-view';
import { renderPage } from '@/testing/render';

function Picker() {
  const { view, change } = useView();
  return <RangePicker range={view.range} onChange={(range) => change({ range })} />;
}

it('writes a preset to the URL, and the Back button undoes it', async () => {
  const { router } = renderPage(<Picker />, '/?endpoint=index');
  await userEvent.click(screen.getByRole('button', { name: 'Last 7 days' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Last 30 days' }));
  expect(router.state.location.search).toBe('?range=30d&endpoint=index');
  await router.navigate(-1);
  expect(await screen.findByRole('button', { name: 'Last 7 days' })).toBeVisible();
});

it('accepts a start and an end date in order', async () => {
  const { router } = renderPage(<Picker />);
  await userEvent.click(screen.getByRole('button', { name: 'Last 7 days' }));
  const from = await screen.findByLabelText('From');
  const to = screen.getByLabelText('To');
  await userEvent.clear(from);
  await userEvent.type(from, '2026-01-31');
  await userEvent.clear(to);
  await userEvent.type(to, '2026-01-01');
  await userEvent.click(screen.getByRole('button', { name: 'Apply' }));
  expect(screen.getByRole('alert')).toHaveTextContent('The start is not before the end.');

  await userEvent.clear(from);
  await userEvent.type(from, '2025-12-24');
  await userEvent.click(screen.getByRole('button', { name: 'Apply' }));
  expect(router.state.location.search).toBe('?from=2025-12-24&to=2026-01-01');
});

it('accepts times of day', async () => {
  const { router } = renderPage(<Picker />, '/?from=2026-01-31&to=2026-01-31T17%3A15');
  await userEvent.click(screen.getByRole('button', { name: '2026-01-31 to 2026-01-31 17:15' }));
  const from = await screen.findByLabelText('From: Time');
  await userEvent.type(from, '08:30');
  await userEvent.click(screen.getByRole('button', { name: 'Apply' }));
  expect(router.state.location.search).toBe('?from=2026-01-31T08%3A30&to=2026-01-31T17%3A15');
});
