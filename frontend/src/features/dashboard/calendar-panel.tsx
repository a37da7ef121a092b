import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';

import { useYear } from '@/api/statistics/time-series';
import { YearCalendar } from '@/components/charts/year-calendar';
import { Icon } from '@/components/icon';
import { Notice } from '@/components/notice';
import { Panel } from '@/components/panel';
import { useUrlText } from '@/hooks/use-url-text';
import { formatNumber } from '@/lib/format';
import type { View } from '@/api/statistics/view';

const formatVisits = (value: number) => `${formatNumber(value)} requests`;

interface YearSelectProps {
  year: number;
  onChange: (year: number) => void;
}

const YearSelect = ({ year, onChange }: YearSelectProps) => (
  <Box sx={{ display: 'flex', alignItems: 'center' }}>
    <IconButton size="small" aria-label="Previous year" onClick={() => onChange(year - 1)}>
      <Box component="span" sx={{ display: 'flex', rotate: '180deg' }}>
        <Icon name="chevron" />
      </Box>
    </IconButton>
    <Box aria-live="polite">{year}</Box>
    <IconButton
      size="small"
      aria-label="Next year"
      disabled={year >= new Date().getUTCFullYear()}
      onClick={() => onChange(year + 1)}
    >
      <Icon name="chevron" />
    </IconButton>
  </Box>
);

type Days = Readonly<Record<string, number>>;

function summaryOf(days: Days): string {
  const visited = Object.entries(days).filter(([, visits]) => visits > 0);
  const [date, visits] = visited.reduce((one, other) => (other[1] > one[1] ? other : one));
  return `Requests on ${formatNumber(visited.length)} days; most on ${date}: ${formatNumber(visits)}.`;
}

/** The requests of each day of a calendar year. */
export function CalendarPanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const thisYear = new Date().getUTCFullYear();
  const [chosen, choose] = useUrlText('year', String(thisYear));
  const year = /^\d{4}$/.test(chosen) ? Number(chosen) : thisYear;
  const query = useYear(dashboardId, year, view.filters);
  return (
    <Panel
      title="Daily activity"
      actions={<YearSelect year={year} onChange={(changed) => choose(String(changed))} />}
      query={query}
      isEmpty={(days) => !Object.values(days).some((visits) => visits > 0)}
      empty={<Notice icon="calendar" title={`No requests in ${year}`} />}
      minHeight={180}
      summary={summaryOf}
      table={(days) => ({
        columns: ['Day (UTC)', 'Requests'],
        rows: Object.entries(days).map(([date, visits]) => [date, formatNumber(visits)]),
      })}
    >
      {(days) => <YearCalendar year={year} values={days} format={formatVisits} />}
    </Panel>
  );
}
