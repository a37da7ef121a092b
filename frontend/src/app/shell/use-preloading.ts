import { useEffect } from 'react';

/** How long the page that was asked for has the browser to itself, in ms. */
const HEAD_START_MS = 1_500;

async function preload(): Promise<void> {
  try {
    await Promise.all([
      import('@/features/dashboard/dashboard-page'),
      import('@/features/dashboard/statistics-tab'),
    ]);
  } catch {
    // It is tried again when the page is visited, where a failure is shown.
  }
}

/** Loads the code of the page that is most likely next, so that its charts are drawn at once. */
export function usePreloading(): void {
  useEffect(() => {
    const timer = window.setTimeout(() => void preload(), HEAD_START_MS);
    return () => window.clearTimeout(timer);
  }, []);
}
