import type { Scheme } from '@/theme/palette';

const channels = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** Mixes two colours of the form "#rrggbb": `share` 0 is the first, 1 the second. */
export function mix(one: string, other: string, share: number): string {
  const [from, to] = [channels(one), channels(other)];
  const mixed = from.map((channel, at) => channel + ((to[at] ?? 0) - channel) * share);
  return `#${mixed.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Returns the colour of a series by its position in a stable list.
 *
 * After the eight colours of the palette, they repeat, mixed with the text colour.
 */
export function seriesColor(scheme: Scheme, place: number): string {
  const { series } = scheme;
  const color = series[place % series.length] ?? scheme.accent;
  const round = Math.floor(place / series.length) % 3;
  return round === 0 ? color : mix(color, scheme.text, round * 0.3);
}

/** Returns the colour of all other series combined. */
export const restColor = (scheme: Scheme): string => mix(scheme.textSoft, scheme.surface, 0.45);

/** The colours of status classes: what is as it should be is grey, so that the rest stands out. */
export const statusColors = (scheme: Scheme): Readonly<Record<string, string>> => ({
  // Darker than all others combined: as a whole chart, it must stand out from the surface.
  '2xx': mix(scheme.textSoft, scheme.surface, 0.25),
  '3xx': scheme.series[0] ?? scheme.accent,
  '4xx': scheme.warning,
  '5xx': scheme.bad,
});

/** Returns the colour for a share of the maximum, from 0 to 1; only zero has the first colour. */
export function rampColor(scheme: Scheme, share: number): string {
  const { ramp } = scheme;
  const place = share <= 0 ? 0 : Math.min(ramp.length - 1, Math.ceil(share * (ramp.length - 1)));
  return ramp[place] ?? scheme.raised;
}
