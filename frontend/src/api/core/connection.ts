/* Whether the last request got an answer: what the banner goes by. */

let isAnswering = true;
const listeners = new Set<() => void>();

/** Notes whether a request got an answer, whatever it was. */
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
