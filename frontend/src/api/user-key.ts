/** Where the query cache keeps the user who is signed in. */
export const userKey = ['user'] as const;
