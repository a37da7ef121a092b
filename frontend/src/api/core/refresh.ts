/** How often the figures of a page are asked for again while its tab is visible, in ms. */
export const REFRESH_MS = 60_000;
