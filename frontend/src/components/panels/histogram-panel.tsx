import type { UseQueryResult } from '@tanstack/react-query';

import type { Histogram } from '@/api/types';
import { BarChart } from '@/components/charts/bar-chart';
import { figure } from '@/components/data-table';
import { Panel } from '@/components/panel';
import {
  countRequests,
  formatCompact,
  formatDuration,
  formatNumber,
  formatPercent,
} from '@/lib/format';

const formatCalls = (calls: number | null) => countRequests(calls);

/** Formats a share in percent. */
const formatShare = (percent: number | null) =>
  formatPercent(percent === null ? null : percent / 100);

const binName = ({ edges }: Histogram, at: number) =>
  `${formatDuration(edges[at])} to ${formatDuration(edges[at + 1])}`;

function summaryOf(histogram: Histogram): string {
  const { counts } = histogram;
  const highest = counts.indexOf(Math.max(...counts));
  return `Most requests took ${binName(histogram, highest)}: ${formatNumber(counts[highest])}.`;
}

const tableOf = (histogram: Histogram) => ({
  columns: ['Time per request', 'Requests'],
  rows: histogram.counts.map((calls, at) => [binName(histogram, at), figure(calls, formatNumber)]),
});

interface HistogramPanelProps {
  title: string;
  query: UseQueryResult<Histogram>;
  color: string;
  /** Whether to show shares of the requests, which can be compared with others. */
  asShares?: boolean;
}

/** The distribution of execution times. */
export function HistogramPanel({ title, query, color, asShares = false }: HistogramPanelProps) {
  const valuesOf = ({ counts }: Histogram) => {
    const total = counts.reduce((sum, calls) => sum + calls, 0);
    return asShares ? counts.map((calls) => (100 * calls) / total) : counts;
  };
  return (
    <Panel
      title={title}
      query={query}
      isEmpty={({ counts }) => counts.length === 0}
      minHeight={300}
      summary={summaryOf}
      table={tableOf}
    >
      {(histogram) => (
        <BarChart
          categories={histogram.counts.map((_, at) => ({
            tick: formatDuration(histogram.edges[at]),
            title: binName(histogram, at),
          }))}
          series={[{ id: 'calls', name: 'Requests', color, values: valuesOf(histogram) }]}
          xTitle="Time per request, logarithmic"
          yTitle={asShares ? 'Share of the requests' : 'Requests'}
          formatTick={asShares ? formatShare : formatCompact}
          format={asShares ? formatShare : formatCalls}
          gap={0.06}
        />
      )}
    </Panel>
  );
}
