import { useEffect } from 'react';

/** How long to wait while the requested page loads, in ms. */
const PRELOAD_DELAY_MS = 1_500;

async function preload(): Promise<void> {
  try {
    await Promise.all([
      import('@/features/dashboard/dashboard-page'),
      import('@/features/dashboard/statistics-tab'),
    ]);
  } catch {
    // Loaded again on navigation, where an error is shown.
  }
}

/** Preloads the code of the most likely next page, so that its charts appear at once. */
export function usePreloading(): void {
  useEffect(() => {
    const timer = window.setTimeout(() => void preload(), PRELOAD_DELAY_MS);
    return () => window.clearTimeout(timer);
  }, []);
}
