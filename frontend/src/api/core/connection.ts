/* Whether the server responded to the last request; the offline banner shows this. */

let isReachable = true;
const listeners = new Set<() => void>();

/** Records whether a request got any response. */
export function recordResponse(hasResponse: boolean): void {
  if (hasResponse === isReachable) return;
  isReachable = hasResponse;
  for (const notify of listeners) notify();
}

export function watchReachability(notify: () => void): () => void {
  listeners.add(notify);
  return () => listeners.delete(notify);
}

export const isServerReachable = (): boolean => isReachable;
