/** The seven values of a box plot and the mean, in ms. */
export interface Box {
  fastest: number;
  firstQuartile: number;
  median: number;
  thirdQuartile: number;
  p90: number;
  p99: number;
  slowest: number;
  average: number;
}

export const BOX_LABELS: readonly (readonly [keyof Box, string])[] = [
  ['fastest', 'Fastest'],
  ['firstQuartile', 'First quartile'],
  ['median', 'Median'],
  ['thirdQuartile', 'Third quartile'],
  ['p90', '90th percentile'],
  ['p99', '99th percentile'],
  ['slowest', 'Slowest'],
  ['average', 'Average'],
];
