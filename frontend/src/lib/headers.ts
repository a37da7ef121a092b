/** The lines of a text as pairs of a name and a value, which is null if a line has none. */
const lines = (text: string): [name: string, value: string | null][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.trim(), value.join(':').trim() || null];
    });

/** The request headers in a text with one per line, `Name: value`; null where the value is missing. */
export const parseHeaders = (text: string): Record<string, string | null> =>
  Object.fromEntries(lines(text));

/** Why a text is not a list of new request headers; undefined if it is. */
export const newHeadersProblem = (text: string): string | undefined =>
  lines(text).every(([, value]) => value !== null)
    ? undefined
    : 'Enter one header per line, as Name: value.';

/** The same where a line `Name:` removes a header that is stored. */
export const headersProblem = (text: string): string | undefined =>
  text.split('\n').every((line) => line.trim() === '' || line.includes(':'))
    ? undefined
    : 'Enter one header per line, as Name: value.';
