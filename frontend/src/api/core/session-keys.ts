/** The query key of the signed-in user. */
export const userKey = ['user'] as const;

/** The query key of whether the user chose to end the last session. */
export const signedOutKey = ['signed-out'] as const;

/** The first parts of query keys whose data belongs to no user, and which visitors' pages show. */
const PUBLIC_NAMES: readonly unknown[] = ['contact', 'verification'];

/** Whether a query survives the end of a session. */
export const outlivesSession = ([name]: readonly unknown[]): boolean =>
  name === userKey[0] || name === signedOutKey[0] || PUBLIC_NAMES.includes(name);
