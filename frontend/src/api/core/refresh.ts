/** The refetch interval of statistics while the tab is visible, in ms. */
export const REFRESH_MS = 60_000;
