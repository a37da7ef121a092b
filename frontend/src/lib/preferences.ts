/* Preferences of this browser, not of the account. */

/** Returns the stored preference, or `fallback` if there is no valid one. */
export function readPreference<T extends string>(
  name: string,
  allowed: readonly T[],
  fallback: T,
): T {
  const stored = window.localStorage.getItem(`pydash.${name}`);
  return allowed.find((value) => value === stored) ?? fallback;
}

export function writePreference(name: string, value: string): void {
  window.localStorage.setItem(`pydash.${name}`, value);
}
