import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { NewVersion } from '@/app/new-version';
import { useNotify } from '@/components/snackbar';
import { renderPage } from '@/testing/render';

const worker = vi.hoisted(() => ({ isNew: false, update: vi.fn() }));

vi.mock('virtual:pwa-register/react', () => ({
  useRegisterSW: () => ({ needRefresh: [worker.isNew], updateServiceWorker: worker.update }),
}));

it('a new version is loaded when the user says so, and not before', async () => {
  worker.isNew = true;
  renderPage(<NewVersion />);
  expect(await screen.findByText('A new version of PyDash is ready.')).toBeVisible();
  expect(worker.update).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Load it' }));
  expect(worker.update).toHaveBeenCalledWith(true);
});

it('a message does not take the place of the offer', async () => {
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
  const offer = await screen.findByRole('button', { name: 'Load it' });
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('The settings are saved.')).toBeVisible();
  expect(offer).toBeVisible();
});

it('nothing is said while there is none', () => {
  worker.isNew = false;
  renderPage(<NewVersion />);
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});
