import userEvent from '@testing-library/user-event';

/** Enters text as a person who pastes it: with each key of a typed text, a form renders anew. */
export async function enter(field: Element, text: string): Promise<void> {
  await userEvent.click(field);
  await userEvent.paste(text);
}
