/** The average width of a letter in chart labels, in pixels. */
export const LETTER = 6.4;

/** Truncates a label to a width in pixels. */
export function fitText(text: string, room: number): string {
  const letters = Math.max(2, Math.floor(room / LETTER));
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}
