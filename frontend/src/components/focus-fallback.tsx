import { useEffect, useRef, type ReactNode } from 'react';

import Box from '@mui/material/Box';

interface FocusFallbackProps {
  /** Names the content for screen readers when it takes the focus. */
  label: string;
  children: ReactNode;
}

/** Takes the focus when the focused element is removed, such as a deleted row; it would be lost. */
export function FocusFallback({ label, children }: FocusFallbackProps) {
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
