import { lazy, Suspense, useEffect, useState } from 'react';

import type { Workbox } from 'workbox-window';

import { ROOT } from '@/lib/root';

const NewVersionPrompt = lazy(async () => ({
  default: (await import('@/app/new-version-prompt')).NewVersionPrompt,
}));

/** Registers the service worker; its code is not needed to show the page, and is loaded later. */
async function register(onWaiting: (worker: Workbox) => void): Promise<void> {
  const { Workbox } = await import('workbox-window');
  const worker = new Workbox(`${ROOT}sw.js`, { scope: ROOT });
  worker.addEventListener('waiting', () => onWaiting(worker));
  worker.addEventListener('controlling', ({ isUpdate }) => {
    if (isUpdate) window.location.reload();
  });
  await worker.register();
}

/** Offers to reload once the service worker has a new version. */
export function NewVersion() {
  const [waiting, setWaiting] = useState<Workbox>();
  useEffect(() => {
    // The development server has no service worker.
    if (!('serviceWorker' in navigator) || import.meta.env.MODE === 'development') return;
    register(setWaiting).catch(() => undefined); // Without it, PyDash only works online.
  }, []);
  return waiting ? (
    <Suspense>
      <NewVersionPrompt onLoad={() => waiting.messageSkipWaiting()} />
    </Suspense>
  ) : null;
}
