import { describe, expect, it } from 'vitest';

import { mix, rampColor, seriesColor, statusColors } from '@/theme/colors';
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

  it('colours only the responses that may be a problem', () => {
    const { '2xx': success = '', '4xx': client, '5xx': server } = statusColors(scheme);
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
      parseInt(success.slice(at, at + 2), 16),
    );
    expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(20);
    expect([client, server]).toEqual([scheme.warning, scheme.bad]);
  });

  it('maps zero to its own colour and the smallest value to the next', () => {
    expect(rampColor(scheme, 0)).toBe(scheme.ramp[0]);
    expect(rampColor(scheme, 0.0001)).toBe(scheme.ramp[1]);
    expect(rampColor(scheme, 1)).toBe(scheme.ramp.at(-1));
    expect(rampColor(scheme, 1.5)).toBe(scheme.ramp.at(-1));
  });
});
