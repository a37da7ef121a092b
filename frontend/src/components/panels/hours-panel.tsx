import { useHourly, type Hour } from '@/api/get-hourly';
import { Heatmap } from '@/components/charts/heatmap';
import { Panel } from '@/components/panel';
import { formatNumber } from '@/lib/format';
import { HOURS, hourRows } from '@/lib/hours';
import type { View } from '@/lib/view';

const WHAT = {
  visits: { title: 'Visits by hour', unit: 'visits' },
  visitors: { title: 'Unique visitors by hour', unit: 'unique visitors' },
} as const;

interface HoursPanelProps {
  dashboardId: string;
  view: View;
  of: keyof typeof WHAT;
}

const oneDecimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** When people come: a heat map with a row per day (or day of the week) and a column per hour. */
export function HoursPanel({ dashboardId, view, of }: HoursPanelProps) {
  const query = useHourly(dashboardId, view);
  const { title, unit } = WHAT[of];
  const rowsOf = (hours: readonly Hour[]) =>
    hourRows(hours.map((hour) => ({ ...hour, value: hour[of] })));
  const format = (value: number) => `${oneDecimal.format(value)} ${unit}`;

  const summary = (hours: readonly Hour[]) => {
    const busiest = hours.reduce((one, other) => (other[of] > one[of] ? other : one));
    return `Most in one hour: ${formatNumber(busiest[of])} ${unit}, on ${busiest.date} at ${busiest.hour}:00 UTC.`;
  };
  const table = (hours: readonly Hour[]) => ({
    columns: ['Day', ...HOURS],
    rows: rowsOf(hours).rows.map((row) => [
      row.title,
      ...row.values.map((value) => (value === null ? '' : oneDecimal.format(value))),
    ]),
  });

  return (
    <Panel
      title={title}
      query={query}
      isEmpty={(hours) => !hours.some((hour) => hour[of] > 0)}
      minHeight={220}
      summary={summary}
      table={table}
    >
      {(hours) => {
        const { rows, areMeans } = rowsOf(hours);
        return (
          <Heatmap
            rows={rows}
            columns={HOURS}
            yTitle={areMeans ? `Mean of each day of the week, ${unit}` : `Day, ${unit}`}
            xTitle="Hour (UTC)"
            format={format}
            rowHeight={rows.length > 7 ? 14 : 22}
          />
        );
      }}
    </Panel>
  );
}
