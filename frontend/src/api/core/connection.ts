/* Whether the server responded to the last request; the offline banner shows this. */

let isAnswering = true;
const listeners = new Set<() => void>();

/** Records whether a request got any response. */
export function noteAnswer(answered: boolean): void {
  if (answered === isAnswering) return;
  isAnswering = answered;
  for (const notify of listeners) notify();
}

export function watchAnswers(notify: () => void): () => void {
  listeners.add(notify);
  return () => listeners.delete(notify);
}

export const serverAnswers = (): boolean => isAnswering;
