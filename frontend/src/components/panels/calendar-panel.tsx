import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';

import { useYear, type YearVisits } from '@/api/statistics/time-series';
import { resolutionNote } from '@/api/statistics/query';
import { YearCalendar } from '@/components/charts/year-calendar';
import { figure } from '@/components/data-table';
import { Icon } from '@/components/icon';
import { Notice } from '@/components/notice';
import { Panel } from '@/components/panel';
import { useUrlText } from '@/hooks/use-url-text';
import { countRequests, formatNumber } from '@/lib/format';
import { dateIn } from '@/lib/time-zone';
import type { View } from '@/api/statistics/view';

const formatVisits = (value: number) => countRequests(value);

interface YearSelectProps {
  year: number;
  thisYear: number;
  onChange: (year: number) => void;
}

const YearSelect = ({ year, thisYear, onChange }: YearSelectProps) => (
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
      disabled={year >= thisYear}
      onClick={() => onChange(year + 1)}
    >
      <Icon name="chevron" />
    </IconButton>
  </Box>
);

function summaryOf({ days }: YearVisits): string {
  const visited = Object.entries(days).filter(([, visits]) => visits > 0);
  const [date, visits] = visited.reduce((one, other) => (other[1] > one[1] ? other : one));
  return `Requests on ${formatNumber(visited.length)} days; most on ${date}: ${formatNumber(visits)}.`;
}

/** The requests of each day of a calendar year. */
export function CalendarPanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const thisYear = Number(dateIn(view.zone, new Date()).slice(0, 4));
  const [chosen, choose] = useUrlText('year', String(thisYear));
  const year = /^\d{4}$/.test(chosen) ? Number(chosen) : thisYear;
  const query = useYear(dashboardId, year, view);
  return (
    <Panel
      title="Daily activity"
      actions={
        <YearSelect
          year={year}
          thisYear={thisYear}
          onChange={(changed) => choose(String(changed))}
        />
      }
      query={query}
      isEmpty={({ days }) => !Object.values(days).some((visits) => visits > 0)}
      empty={<Notice icon="calendar" title={`No requests in ${year}`} />}
      minHeight={180}
      summary={summaryOf}
      note={({ resolution }) => resolutionNote(resolution)}
      table={({ days }) => ({
        columns: ['Day', 'Requests'],
        rows: Object.entries(days).map(([date, visits]) => [date, figure(visits, formatNumber)]),
      })}
    >
      {({ days }) => <YearCalendar year={year} values={days} format={formatVisits} />}
    </Panel>
  );
}
