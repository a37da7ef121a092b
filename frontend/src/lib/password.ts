/* Password requirements that can be checked while typing. The server also rejects the most common
   passwords. */

const MIN_LENGTH = 8;
const MAX_LENGTH = 128;

interface PasswordRule {
  text: string;
  isMet: (password: string, userName: string) => boolean;
}

export const PASSWORD_RULES: readonly PasswordRule[] = [
  {
    text: `${MIN_LENGTH} to ${MAX_LENGTH} characters`,
    isMet: (password) => password.length >= MIN_LENGTH && password.length <= MAX_LENGTH,
  },
  {
    text: 'Not your username',
    isMet: (password, userName) =>
      password !== '' && password.toLowerCase() !== userName.toLowerCase(),
  },
];

/** Returns why a password is rejected; undefined if it is accepted. */
export const passwordProblem = (password: string, userName: string): string | undefined => {
  const broken = PASSWORD_RULES.find(({ isMet }) => !isMet(password, userName));
  return broken && `This breaks a rule: ${broken.text.toLowerCase()}.`;
};
