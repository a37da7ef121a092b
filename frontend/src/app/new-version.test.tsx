import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { NewVersion } from '@/app/new-version';
import { useNotify } from '@/components/snackbar';
import { renderPage } from '@/testing/render';

const worker = vi.hoisted(() => ({ isNew: false, update: vi.fn() }));

// jsdom has no service workers.
vi.stubGlobal('navigator', Object.assign(window.navigator, { serviceWorker: {} }));
vi.mock('workbox-window', () => ({
  Workbox: class {
    register = () => Promise.resolve();
    messageSkipWaiting = worker.update;
    addEventListener(name: string, listener: () => void) {
      if (name === 'waiting' && worker.isNew) queueMicrotask(listener);
    }
  },
}));

it('loads a new version only when the user confirms', async () => {
  worker.isNew = true;
  renderPage(<NewVersion />);
  expect(await screen.findByText('A new version of PyDash is available.')).toBeVisible();
  expect(worker.update).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Reload' }));
  expect(worker.update).toHaveBeenCalledOnce();
});

it('keeps the prompt when a message is shown', async () => {
  worker.isNew = true;
  const Message = () => {
    const notify = useNotify();
    return <button onClick={() => notify('The settings are saved.')}>Save</button>;
  };
  renderPage(
    <>
      <NewVersion />
      <Message />
    </>,
  );
  const offer = await screen.findByRole('button', { name: 'Reload' });
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('The settings are saved.')).toBeVisible();
  expect(offer).toBeVisible();
});

it('shows nothing without a new version', () => {
  worker.isNew = false;
  renderPage(<NewVersion />);
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});
