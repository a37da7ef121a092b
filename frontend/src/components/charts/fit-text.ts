/** The usual width of a letter at the size of a chart's labels, in pixels. */
export const LETTER = 6.4;

/** A label cut to the room there is, in pixels; what is cut off is told elsewhere in full. */
export function fitText(text: string, room: number): string {
  const letters = Math.max(2, Math.floor(room / LETTER));
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}
