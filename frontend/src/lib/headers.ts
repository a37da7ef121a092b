/** Parses lines into names and values; a missing value is null. */
const lines = (text: string): [name: string, value: string | null][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.trim(), value.join(':').trim() || null];
    });

/** Parses request headers, one `Name: value` per line; a missing value is null. */
export const parseHeaders = (text: string): Record<string, string | null> =>
  Object.fromEntries(lines(text));

/** Returns why a text is not a list of new request headers; undefined if it is valid. */
export const newHeadersProblem = (text: string): string | undefined =>
  lines(text).every(([, value]) => value !== null)
    ? undefined
    : 'Enter one header per line, as Name: value.';

/** Returns why a text is not a list of header changes, in which `Name:` removes a stored header. */
export const headersProblem = (text: string): string | undefined =>
  text.split('\n').every((line) => line.trim() === '' || line.includes(':'))
    ? undefined
    : 'Enter one header per line, as Name: value.';
