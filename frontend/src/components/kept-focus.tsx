import { useEffect, useRef, type ReactNode } from 'react';

import Box from '@mui/material/Box';

interface KeptFocusProps {
  /** What is in here, for who does not see where the focus went. */
  label: string;
  children: ReactNode;
}

/** Takes the focus when what had it goes, as a row does that was deleted; it would be lost. */
export function KeptFocus({ label, children }: KeptFocusProps) {
  const box = useRef<HTMLDivElement>(null);
  const focused = useRef<Element>(null);
  useEffect(() => {
    const current = box.current;
    if (!current) return;
    const observer = new MutationObserver(() => {
      const isLost = focused.current?.isConnected === false;
      if (isLost && document.activeElement === document.body) current.focus();
    });
    observer.observe(current, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, []);
  return (
    <Box
      ref={box}
      role="group"
      aria-label={label}
      tabIndex={-1}
      onFocus={({ target }) => {
        focused.current = target;
      }}
      sx={{ outline: 'none', minWidth: 0 }}
    >
      {children}
    </Box>
  );
}
