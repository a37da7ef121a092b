import { describe, expect, it } from 'vitest';

import { statusColors } from '@/theme/colors';
import { dark, light } from '@/theme/palette';

type Vector = [number, number, number];
type Matrix = [Vector, Vector, Vector];

/* Linear RGB as seen with the two kinds of red-green colour blindness (Machado et al., 2009). */
const EYES: Readonly<Record<string, Matrix>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/* Linear RGB to Oklab, in which distances are perceptual (Ottosson, 2020). */
const TO_LMS: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_LAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];

const dot = (one: Vector, other: Vector) =>
  one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
const times = ([a, b, c]: Matrix, vector: Vector): Vector => [
  dot(a, vector),
  dot(b, vector),
  dot(c, vector),
];
const map = ([a, b, c]: Vector, change: (value: number) => number): Vector => [
  change(a),
  change(b),
  change(c),
];

const linear = (hex: string): Vector =>
  map([1, 3, 5], (at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });

const seen = (hex: string, eye: Matrix): Vector => {
  const rgb = map(times(eye, linear(hex)), (channel) => Math.min(1, Math.max(0, channel)));
  return times(TO_LAB, map(times(TO_LMS, rgb), Math.cbrt));
};

function distance(one: string, other: string, eye: Matrix): number {
  const [a, b] = [seen(one, eye), seen(other, eye)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

const luminance = (hex: string) => dot([0.2126, 0.7152, 0.0722], linear(hex));

function contrast(one: string, other: string): number {
  const [bright, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [
    number,
    number,
  ];
  return (bright + 0.05) / (dim + 0.05);
}

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s colors', (_, scheme) => {
  it.each(Object.entries(EYES))(
    'of the series are distinguishable with %s vision',
    (_kind, eye) => {
      const pairs = scheme.series.flatMap((one, at) =>
        scheme.series.slice(at + 1).map((other) => distance(one, other, eye)),
      );
      expect(Math.min(...pairs)).toBeGreaterThan(0.085);
    },
  );

  it.each([...scheme.series, ...Object.values(statusColors(scheme))])(
    'of the series stand out from the surface: %s',
    (color) => expect(contrast(color, scheme.surface)).toBeGreaterThanOrEqual(3),
  );

  it.each(['text', 'textSoft', 'accent', 'good', 'warning', 'bad'] as const)(
    'of text are legible: %s',
    (name) => {
      for (const ground of [scheme.background, scheme.surface, scheme.raised]) {
        expect(contrast(scheme[name], ground)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('of a button are legible', () =>
    expect(contrast(scheme.accentText, scheme.accent)).toBeGreaterThanOrEqual(4.5));
});
