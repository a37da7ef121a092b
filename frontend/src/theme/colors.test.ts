import { describe, expect, it } from 'vitest';

import { mix, rampColor, seriesColor } from '@/theme/colors';
import { dark, light } from '@/theme/palette';

it('mixes two colors', () => {
  expect(mix('#000000', '#ffffff', 0.5)).toBe('#808080');
  expect(mix('#123456', '#ffffff', 0)).toBe('#123456');
});

describe.each([
  ['light', light],
  ['dark', dark],
])('in the %s theme', (_, scheme) => {
  it('gives the first 24 series distinct colours', () => {
    const colors = Array.from({ length: 24 }, (_, place) => seriesColor(scheme, place));
    expect(new Set(colors).size).toBe(24);
  });

  it('maps zero to its own colour and the smallest value to the next', () => {
    expect(rampColor(scheme, 0)).toBe(scheme.ramp[0]);
    expect(rampColor(scheme, 0.0001)).toBe(scheme.ramp[1]);
    expect(rampColor(scheme, 1)).toBe(scheme.ramp.at(-1));
    expect(rampColor(scheme, 1.5)).toBe(scheme.ramp.at(-1));
  });
});
