/* Choices that belong to this browser, not to the account. */

/** The stored choice for `name`, or `fallback` when there is none that is allowed. */
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
