/* Pixels. */
export const DRAWER_WIDTH = 224;
export const TOP_BAR_HEIGHT = 48;
