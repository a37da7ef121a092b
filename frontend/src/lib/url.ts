/** Returns why this is not a URL; undefined if it is valid. */
export function urlProblem(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return 'Begin with https:// or http://.';
  return URL.canParse(text) ? undefined : 'This is not a complete address.';
}
