import { useSyncExternalStore } from 'react';

import { readPreference, writePreference } from '@/lib/preferences';

const NAME = 'markers';
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener('storage', listener); // of other windows
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

const read = () => readPreference(NAME, ['shown', 'hidden'], 'shown') === 'shown';

function write(isShown: boolean) {
  writePreference(NAME, isShown ? 'shown' : 'hidden');
  listeners.forEach((listener) => listener());
}

/** Whether charts mark events: a preference of this browser for all pages, and how to change it. */
export const useShowsMarkers = () => [useSyncExternalStore(subscribe, read), write] as const;
