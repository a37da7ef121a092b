/** What each statistic means, by its name in the interface. */
export const STATISTICS: readonly (readonly [string, string])[] = [
  ['Requests', 'The number of requests your app handled.'],
  [
    'Unique visitors',
    'The number of distinct IP addresses. Several people behind one address count once; one person with two addresses counts twice. Large numbers are estimates, accurate to within a few percent.',
  ],
  [
    'Average',
    'The mean execution time: the total divided by the number of requests. A few very slow requests raise it considerably.',
  ],
  [
    'Standard deviation',
    'How far execution times are from their average: the square root of the mean squared distance. It is marked where it is estimated, because an earlier version of PyDash stored less about requests whose details were deleted since.',
  ],
  ['p50 (median)', 'Half of the requests were faster, half were slower.'],
  [
    'p90, p95, p99',
    'The time that this percentage of requests did not exceed. A p95 of 200 ms means that 5% of requests took longer than 200 ms.',
  ],
  [
    'First and third quartile',
    'A quarter of the requests were faster than the first quartile; a quarter were slower than the third. They are the edges of the box in a box plot.',
  ],
  [
    'Error rate',
    'The share of requests with a status of 500 or higher. Only the exporter records the status; without it, there is no error rate.',
  ],
  ['Requests per IP address', 'The number of requests from each address.'],
  [
    'Versions',
    'The app version that Flask-MonitoringDashboard recorded. A mark on the time axis shows when a version was first seen.',
  ],
  [
    'Version usage by endpoint',
    'How the requests to each version are distributed over the endpoints. The shares of one version add up to 100%.',
  ],
  [
    'Uptime',
    'The share of the monitored time in which your app responded to PyDash. Time without pings is not counted.',
  ],
];
