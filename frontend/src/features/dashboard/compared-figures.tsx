import { COMPARED, type Compared } from '@/api/statistics/compare';
import { DataTable } from '@/components/data-table';
import {
  formatChange,
  formatDuration,
  formatFinePercent,
  formatNumber,
  MISSING,
} from '@/lib/format';

type Figure = (typeof COMPARED)[number];

const LABELS: Readonly<Record<Figure, string>> = {
  total_visits: 'Requests',
  unique_visitors: 'Unique visitors',
  error_rate: 'Error rate (5xx)',
  average_execution_time: 'Average',
  standard_deviation_execution_time: 'Standard deviation',
  fastest_measured_execution_time: 'Fastest',
  fastest_quartile_execution_time: 'First quartile',
  median_execution_time: 'Median (p50)',
  slowest_quartile_execution_time: 'Third quartile',
  ninetieth_percentile_execution_time: 'p90',
  'ninety-fifth_percentile_execution_time': 'p95',
  'ninety-ninth_percentile_execution_time': 'p99',
  slowest_measured_execution_time: 'Slowest',
};

const formatOf = (figure: Figure): ((value: number | null) => string) => {
  if (figure === 'error_rate') return formatFinePercent;
  return figure === 'total_visits' || figure === 'unique_visitors' ? formatNumber : formatDuration;
};

/** "+12 ms (+4.5%)", from the first to the second; that of shares in percentage points. */
function differenceOf(figure: Figure, one: number | null, other: number | null): string {
  if (one === null || other === null) return MISSING;
  const difference = other - one;
  const sign = difference > 0 ? '+' : difference < 0 ? '-' : '±';
  const change = formatChange(other, one);
  const shown = formatOf(figure)(Math.abs(difference));
  const size = shown.replace('%', shown === '1%' ? ' point' : ' points');
  return `${sign}${size}${change ? ` (${change})` : ''}`;
}

interface ComparedFiguresProps {
  pair: readonly [Compared, Compared];
  /** The names of both. */
  names: readonly [string, string];
}

/** The figures of two sets of requests with their differences, from the first to the second. */
export const ComparedFigures = ({ pair: [one, other], names }: ComparedFiguresProps) => (
  <DataTable
    caption="Figures"
    maxHeight={480}
    columns={['Figure', ...names, 'Difference']}
    rows={COMPARED.map((figure) => [
      LABELS[figure],
      ...[one, other].map(({ figures }) => formatOf(figure)(figures[figure])),
      differenceOf(figure, one.figures[figure], other.figures[figure]),
    ])}
  />
);
