import type { ReactNode } from 'react';

import { useTheme } from '@mui/material/styles';
import type { UseQueryResult } from '@tanstack/react-query';

import { LENGTHS, longPeriod, periodEdges, shortPeriod } from '@/api/usage/periods';
import type { Usage } from '@/api/usage/usage';
import { BarChart } from '@/components/charts/bar-chart';
import type { Marker } from '@/components/charts/series';
import { figure } from '@/components/data-table';
import { Panel } from '@/components/panel';
import { formatCompact, formatNumber } from '@/lib/format';
import { seriesColor } from '@/theme/colors';

const BEFORE = 'Previous period';

interface Counted<Row> {
  name: string;
  of: (row: Row) => number;
}

interface UsagePanelProps<Row extends { period: string }, Data extends Usage<Row>> {
  title: string;
  subtitle?: ReactNode;
  /** What is counted, for the axis: "Users". */
  unit: string;
  query: UseQueryResult<Data>;
  total: (row: Row) => number;
  /** The parts of the total, if there are several. */
  parts?: readonly Counted<Row>[];
  empty: ReactNode;
  /** What else to know about the data. */
  note?: (data: Data) => string | undefined;
  markers?: readonly Marker[];
}

/** A chart of a usage report, with the periods before behind it. */
export function UsagePanel<Row extends { period: string }, Data extends Usage<Row> = Usage<Row>>(
  props: UsagePanelProps<Row, Data>,
) {
  const { title, subtitle, unit, query, total, parts = [], empty, note, markers } = props;
  const { scheme } = useTheme().palette;
  const columns: readonly Counted<Row>[] = parts.length > 0 ? parts : [{ name: unit, of: total }];

  const summary = ({ shown, aggregate }: Data) => {
    const [first, ...others] = shown;
    if (first === undefined) return '';
    const most = others.reduce((one, other) => (total(other) > total(one) ? other : one), first);
    return `Most ${unit.toLowerCase()}: ${formatNumber(total(most))} (${longPeriod(most.period, aggregate)}).`;
  };
  const table = ({ shown, before, aggregate }: Data) => ({
    columns: [
      LENGTHS[aggregate].name,
      ...(parts.length > 0 ? [unit] : []),
      ...columns.map(({ name }) => name),
      BEFORE,
    ],
    rows: shown.map((row, at) => [
      longPeriod(row.period, aggregate),
      ...(parts.length > 0 ? [figure(total(row), formatNumber)] : []),
      ...columns.map(({ of }) => figure(of(row), formatNumber)),
      figure(before[at] && total(before[at]), formatNumber),
    ]),
  });

  return (
    <Panel
      title={title}
      subtitle={subtitle}
      query={query}
      isEmpty={({ shown, before }) => [...shown, ...before].every((row) => total(row) === 0)}
      empty={empty}
      minHeight={316}
      summary={summary}
      note={(data) =>
        [`The last ${data.aggregate} is not over yet.`, note?.(data)].filter(Boolean).join(' ')
      }
      table={table}
    >
      {({ shown, before, aggregate, zone }) => {
        const periods = shown.map(({ period }) => period);
        return (
          <BarChart
            xTitle={LENGTHS[aggregate].name}
            yTitle={`${unit} per ${aggregate}`}
            time={{
              edges: periodEdges(periods, aggregate, zone),
              partial: [periods.length - 1],
            }}
            categories={periods.map((period) => ({
              tick: shortPeriod(period, aggregate),
              title: longPeriod(period, aggregate),
            }))}
            series={columns.map(({ name, of }, place) => ({
              id: name,
              name,
              color: seriesColor(scheme, place),
              values: shown.map(of),
            }))}
            before={
              before.some((row) => total(row) > 0)
                ? {
                    id: 'before',
                    name: BEFORE,
                    color: scheme.text,
                    dash: '4 3',
                    values: before.map(total),
                  }
                : undefined
            }
            formatTick={formatCompact}
            format={formatNumber}
            markers={markers}
          />
        );
      }}
    </Panel>
  );
}
