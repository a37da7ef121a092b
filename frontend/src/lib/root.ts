/** The path below which the server serves PyDash, with a slash at its end. */
export const ROOT = new URL(
  document.querySelector<HTMLMetaElement>('meta[name="root"]')?.content ?? '/',
  window.location.origin,
).pathname;
