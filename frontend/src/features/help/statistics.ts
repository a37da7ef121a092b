/** What each statistic means, by the name it has on the pages. */
export const STATISTICS: readonly (readonly [string, string])[] = [
  ['Visits', 'How many requests your app answered.'],
  [
    'Unique visitors',
    'How many different IP addresses they came from. Many people behind one address count once, and one person with two addresses twice. Large numbers are estimates, a few per cent off at most.',
  ],
  [
    'Average',
    'The sum of all execution times, divided by their number. A few very slow requests raise it much.',
  ],
  ['p50 (median)', 'Half of the requests were faster, half were slower.'],
  [
    'p90, p95, p99',
    'So many of a hundred requests were faster than this. p95 of 200 ms: 5 in 100 took longer.',
  ],
  [
    'Fastest and slowest quartile',
    'A quarter of the requests was faster than the first, a quarter slower than the second: the ends of the box in a box plot.',
  ],
  [
    'Error rate',
    'The share of requests that ended with a status of 500 or more. Only the exporter knows the status; without it there is no rate.',
  ],
  ['Visits per IP address', 'How many requests came from each address.'],
  [
    'Versions',
    'What Flask-MonitoringDashboard recorded as the version of your app. A mark on a time axis says where one began.',
  ],
  [
    'Use of each version by endpoint',
    'How the visits to a version are spread over the endpoints; those of one version add up to 100%.',
  ],
  [
    'Uptime',
    'The share of time in which your app answered PyDash. Time without pings counts neither as up nor as down.',
  ],
];
