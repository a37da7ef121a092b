import { lazy, Suspense, useState } from 'react';

import IconButton from '@mui/material/IconButton';

import { Icon } from '@/components/icon';

const Palette = lazy(async () => ({ default: (await import('@/app/shell/palette')).Palette }));

/** Opens the command palette. */
export function PaletteButton() {
  const [shown, setShown] = useState(false);
  return (
    <>
      <IconButton
        aria-label="Go to"
        aria-keyshortcuts="Control+K"
        title="Go to (Ctrl K)"
        onClick={() => setShown(true)}
      >
        <Icon name="search" />
      </IconButton>
      {shown && (
        <Suspense>
          <Palette onClose={() => setShown(false)} />
        </Suspense>
      )}
    </>
  );
}
