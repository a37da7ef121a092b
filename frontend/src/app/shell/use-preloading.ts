import { useEffect } from 'react';

/** How long the page that was asked for has the browser to itself, in ms. */
const HEAD_START_MS = 1_500;

const preload = () => {
  void import('@/features/dashboard/dashboard-page');
  void import('@/features/dashboard/statistics-tab');
};

/** Loads the code of the page that is most likely next, so that its charts are drawn at once. */
export function usePreloading(): void {
  useEffect(() => {
    const timer = window.setTimeout(preload, HEAD_START_MS);
    return () => window.clearTimeout(timer);
  }, []);
}
