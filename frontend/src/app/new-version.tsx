import { lazy, Suspense, useEffect, useState } from 'react';

import { Workbox } from 'workbox-window';

import { ROOT } from '@/lib/root';

const NewVersionPrompt = lazy(async () => ({
  default: (await import('@/app/new-version-prompt')).NewVersionPrompt,
}));

/** Offers to reload once the service worker has a new version. */
export function NewVersion() {
  const [waiting, setWaiting] = useState<Workbox>();
  useEffect(() => {
    // The development server has no service worker.
    if (!('serviceWorker' in navigator) || import.meta.env.MODE === 'development') return;
    const worker = new Workbox(`${ROOT}sw.js`, { scope: ROOT });
    worker.addEventListener('waiting', () => setWaiting(worker));
    worker.addEventListener('controlling', ({ isUpdate }) => {
      if (isUpdate) window.location.reload();
    });
    worker.register().catch(() => undefined); // Without it, PyDash only works online.
  }, []);
  return waiting ? (
    <Suspense>
      <NewVersionPrompt onLoad={() => waiting.messageSkipWaiting()} />
    </Suspense>
  ) : null;
}
