import { useSyncExternalStore } from 'react';

/* The moment under the pointer, which all charts over time of a page show. */

let moment: number | null = null;
const listeners = new Set<() => void>();

/** Moves the crosshair to a moment, in ms since 1970; null hides it. */
export function setCrosshair(to: number | null): void {
  if (to === moment) return;
  moment = to;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useCrosshair = (): number | null => useSyncExternalStore(subscribe, () => moment);
