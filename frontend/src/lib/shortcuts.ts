/** The keyboard shortcuts of the pages: the keys, one after the other, and what they do. */
export const SHORTCUTS: readonly (readonly [keys: string, action: string])[] = [
  ['Ctrl K', 'Go to a dashboard, endpoint, page or action'],
  ['/', 'Search or filter'],
  ['t', 'Choose the time range'],
  ['g o', 'Go to overview'],
  ['g s', 'Go to settings'],
  ['g h', 'Go to help'],
  ['?', 'Show the shortcuts'],
];
