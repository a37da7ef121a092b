/** The query key of the signed-in user. */
export const userKey = ['user'] as const;

/** The query key of whether the user chose to end the last session. */
export const signedOutKey = ['signed-out'] as const;
