/* Password requirements that can be checked while typing. The server also rejects the most common
   passwords. */

const SHORTEST = 8;
const LONGEST = 128;

interface PasswordRule {
  text: string;
  holds: (password: string, userName: string) => boolean;
}

export const PASSWORD_RULES: readonly PasswordRule[] = [
  {
    text: `${SHORTEST} to ${LONGEST} characters`,
    holds: (password) => password.length >= SHORTEST && password.length <= LONGEST,
  },
  {
    text: 'Not your username',
    holds: (password, userName) =>
      password !== '' && password.toLowerCase() !== userName.toLowerCase(),
  },
];

/** Returns why a password is rejected; undefined if it is accepted. */
export const passwordProblem = (password: string, userName: string): string | undefined => {
  const broken = PASSWORD_RULES.find(({ holds }) => !holds(password, userName));
  return broken && `This breaks a rule: ${broken.text.toLowerCase()}.`;
};
