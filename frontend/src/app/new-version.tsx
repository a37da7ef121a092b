import { lazy, Suspense } from 'react';

import { useRegisterSW } from 'virtual:pwa-register/react';

const NewVersionPrompt = lazy(async () => ({
  default: (await import('@/app/new-version-prompt')).NewVersionPrompt,
}));

/** Offers to reload once the service worker has a new version. */
export function NewVersion() {
  const {
    needRefresh: [isNew],
    updateServiceWorker,
  } = useRegisterSW();
  return isNew ? (
    <Suspense>
      <NewVersionPrompt onLoad={() => void updateServiceWorker(true)} />
    </Suspense>
  ) : null;
}
