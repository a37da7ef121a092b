/** Why this is not the address of a website; undefined if it may be. */
export function urlProblem(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return 'Begin with https:// or http://.';
  return URL.canParse(text) ? undefined : 'This is not a complete address.';
}
