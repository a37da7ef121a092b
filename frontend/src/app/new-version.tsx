import Button from '@mui/material/Button';
import Snackbar from '@mui/material/Snackbar';
import { useRegisterSW } from 'virtual:pwa-register/react';

/** Offers to load a new version of these pages once the service worker has it. */
export function NewVersion() {
  const {
    needRefresh: [isNew, setIsNew],
    updateServiceWorker,
  } = useRegisterSW();
  return (
    <Snackbar
      open={isNew}
      message="A new version of PyDash is ready."
      action={
        <>
          <Button color="inherit" onClick={() => void updateServiceWorker(true)}>
            Load it
          </Button>
          <Button color="inherit" onClick={() => setIsNew(false)}>
            Later
          </Button>
        </>
      }
    />
  );
}
