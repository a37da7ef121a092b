import { useHistogram } from '@/api/statistics/histogram';
import type { Histogram } from '@/api/types';
import { BarChart } from '@/components/charts/bar-chart';
import { Panel } from '@/components/panel';
import { countRequests, formatCompact, formatDuration, formatNumber } from '@/lib/format';
import type { View } from '@/api/statistics/view';

const formatCalls = (calls: number | null) => countRequests(calls);

const binName = ({ edges }: Histogram, at: number) =>
  `${formatDuration(edges[at])} to ${formatDuration(edges[at + 1])}`;

function summaryOf(histogram: Histogram): string {
  const { counts } = histogram;
  const highest = counts.indexOf(Math.max(...counts));
  return `Most requests took ${binName(histogram, highest)}: ${formatNumber(counts[highest])}.`;
}

const tableOf = (histogram: Histogram) => ({
  columns: ['Time per request', 'Requests'],
  rows: histogram.counts.map((calls, at) => [binName(histogram, at), formatNumber(calls)]),
});

interface HistogramPanelProps {
  dashboardId: string;
  view: View;
  color: string;
}

/** The distribution of execution times. */
export function HistogramPanel({ dashboardId, view, color }: HistogramPanelProps) {
  const query = useHistogram(dashboardId, view);
  return (
    <Panel
      title="Distribution of execution times"
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
          series={[{ id: 'calls', name: 'Requests', color, values: histogram.counts }]}
          xTitle="Time per request, logarithmic"
          yTitle="Requests"
          formatTick={formatCompact}
          format={formatCalls}
          gap={0.06}
        />
      )}
    </Panel>
  );
}
