import { useEffect } from 'react';

import { useRegisterSW } from 'virtual:pwa-register/react';

import { useNotify } from '@/components/snackbar';

/** Offers to load a new version of these pages once the service worker has it. */
export function NewVersion() {
  const {
    needRefresh: [isNew],
    updateServiceWorker,
  } = useRegisterSW();
  const notify = useNotify();
  useEffect(() => {
    if (!isNew) return;
    notify('A new version of PyDash is ready.', 'info', {
      label: 'Load it',
      run: () => void updateServiceWorker(true),
    });
  }, [isNew, notify, updateServiceWorker]);
  return null;
}
