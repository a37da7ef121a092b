import { lazy, Suspense, useEffect, useState } from 'react';

import { useNavigate, type NavigateFunction } from 'react-router';

import { OVERVIEW } from '@/lib/paths';

const ShortcutHelp = lazy(async () => ({
  default: (await import('@/app/shell/shortcut-help')).ShortcutHelp,
}));

/** How long `g` waits for the second key, in ms. */
const CHORD_MS = 1_500;

const DESTINATIONS: Readonly<Record<string, string>> = { o: OVERVIEW, s: '/settings', h: '/help' };

const isWithin = ({ target }: KeyboardEvent, selector: string) =>
  target instanceof HTMLElement && target.closest(selector) !== null;

const isInDialog = (event: KeyboardEvent) => isWithin(event, '[role=dialog], [role=menu]');

const isTyping = (event: KeyboardEvent) =>
  isInDialog(event) || isWithin(event, 'input, textarea, select, [contenteditable]');

/** Focuses or clicks the control with this key in its aria-keyshortcuts. */
function activate(key: string): boolean {
  const control = document.querySelector<HTMLElement>(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (!control) return false;
  control.focus();
  if (!(control instanceof HTMLInputElement)) control.click();
  return true;
}

function makeKeyHandler(navigate: NavigateFunction, showHelp: () => void) {
  let chordUntil = 0;
  return (event: KeyboardEvent) => {
    if (event.key === 'k' && (event.ctrlKey || event.metaKey) && !isInDialog(event)) {
      // The browser's own shortcut, which moves to the address bar.
      if (activate('Control+K')) event.preventDefault();
      return;
    }
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const destination = event.timeStamp < chordUntil ? DESTINATIONS[event.key] : undefined;
    chordUntil = event.key === 'g' ? event.timeStamp + CHORD_MS : 0;
    if (destination !== undefined) void navigate(destination);
    else if (event.key === '?') showHelp();
    else if ((event.key === '/' || event.key === 't') && activate(event.key))
      event.preventDefault();
  };
}

/** Handles the keyboard shortcuts and shows them on "?". */
export function Shortcuts() {
  const [helpShown, setHelpShown] = useState(false);
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = makeKeyHandler(navigate, () => setHelpShown(true));
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate]);
  return helpShown ? (
    <Suspense>
      <ShortcutHelp onClose={() => setHelpShown(false)} />
    </Suspense>
  ) : null;
}
