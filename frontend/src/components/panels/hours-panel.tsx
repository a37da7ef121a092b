import { MAX_DAYS, useHourly, type Hourly } from '@/api/statistics/time-series';
import { Heatmap } from '@/components/charts/heatmap';
import { figure } from '@/components/data-table';
import { Panel } from '@/components/panel';
import { resolutionNote } from '@/api/statistics/query';
import { formatDecimal, formatNumber } from '@/lib/format';
import { arrangeHours, hourName, type HourDay } from '@/lib/hours';
import type { View } from '@/api/statistics/view';

const LABELS = {
  visits: { title: 'Requests by hour', unit: 'requests' },
  visitors: { title: 'Unique visitors by hour', unit: 'unique visitors' },
} as const;

interface HoursPanelProps {
  dashboardId: string;
  view: View;
  of: keyof typeof LABELS;
}

const hourNames = () => Array.from({ length: 24 }, (_, hour) => hourName(hour));

const rowsOf = (days: readonly HourDay[]) =>
  hourNames().map((title, hour) => ({
    id: title,
    tick: title,
    title,
    values: days.map(({ values }) => values[hour] ?? null),
  }));

/** A heat map with a column per day (or day of the week) and a row per hour. */
export function HoursPanel({ dashboardId, view, of }: HoursPanelProps) {
  const query = useHourly(dashboardId, view);
  const { title, unit } = LABELS[of];
  const arrange = ({ hours }: Hourly) =>
    arrangeHours(hours.map((hour) => ({ ...hour, value: hour[of] })));

  const summary = ({ hours }: Hourly) => {
    const busiest = hours.reduce((one, other) => (other[of] > one[of] ? other : one));
    return `Busiest hour: ${formatNumber(busiest[of])} ${unit}, on ${busiest.date} at ${hourName(busiest.hour)}.`;
  };
  const table = (hourly: Hourly) => ({
    columns: ['Day', ...hourNames()],
    rows: arrange(hourly).days.map((day) => [
      day.title,
      ...day.values.map((value) =>
        figure(value, (shown) => (shown === null ? '' : formatDecimal(shown))),
      ),
    ]),
  });

  return (
    <Panel
      title={title}
      subtitle={query.data?.isCut && `The last ${MAX_DAYS} days`}
      query={query}
      isEmpty={({ hours }) => !hours.some((hour) => hour[of] > 0)}
      minHeight={372}
      summary={summary}
      note={({ resolution }) => resolutionNote(resolution)}
      table={table}
    >
      {(hourly) => {
        const { days, areMeans } = arrange(hourly);
        return (
          <Heatmap
            rows={rowsOf(days)}
            columns={days}
            yTitle="Hour"
            xTitle={areMeans ? 'Mean per weekday' : 'Day'}
            format={(value) => `${formatDecimal(value)} ${unit}`}
            rowHeight={12}
            labelWidth={48}
            columnLabelWidth={56}
          />
        );
      }}
    </Panel>
  );
}
