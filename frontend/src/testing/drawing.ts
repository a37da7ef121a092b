import { vi } from 'vitest';

/** Gives every element a size: jsdom has no layout, and charts need one. */
export function giveSize(width = 640, height = 240): void {
  const size = { x: 0, y: 0, left: 0, top: 0, right: width, bottom: height, width, height };
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue({
    ...size,
    toJSON: () => size,
  });
}
