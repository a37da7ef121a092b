/** Where the query cache keeps the user who is signed in. */
export const userKey = ['user'] as const;

/** Whether the last session ended because the user wanted it to. */
export const signedOutKey = ['signed-out'] as const;
