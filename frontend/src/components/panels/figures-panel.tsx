import Box from '@mui/material/Box';
import Paper from '@mui/material/Paper';
import Skeleton from '@mui/material/Skeleton';

import { sharedDashboard } from '@/api/core/link';
import { useDashboardSummary } from '@/api/dashboards/dashboards';
import { useFigures, type ComparedFigures, type Figures } from '@/api/statistics/figures';
import { QueryBoundary } from '@/components/query-boundary';
import { formatChange, formatDuration, formatFinePercent, formatNumber } from '@/lib/format';
import type { View } from '@/api/statistics/view';

interface Figure {
  name: keyof Figures;
  label: string;
  format: (value: number | null) => string;
  /** Whether an increase is good or bad. */
  increase: 'good' | 'bad';
}

const FIGURES: readonly Figure[] = [
  { name: 'total_visits', label: 'Requests', format: formatNumber, increase: 'good' },
  { name: 'unique_visitors', label: 'Unique visitors', format: formatNumber, increase: 'good' },
  {
    name: 'median_execution_time',
    label: 'Median time (p50)',
    format: formatDuration,
    increase: 'bad',
  },
  {
    name: 'ninety-fifth_percentile_execution_time',
    label: '95th percentile (p95)',
    format: formatDuration,
    increase: 'bad',
  },
  { name: 'error_rate', label: 'Error rate (5xx)', format: formatFinePercent, increase: 'bad' },
];

interface ChangeProps {
  figure: Figure;
  figures: ComparedFigures;
}

/** Smaller changes are noise: they have no colour and no arrow. */
const MIN_VISIBLE_CHANGE = 0.01;

/** Figures of fewer requests vary by chance: their changes are noise, too. */
const MIN_REQUESTS = 30;

/** A growth of more than ten times is not shown as a percentage. */
const isComparable = (now: number | null, before: number | null) =>
  now !== null && before !== null && now <= 10 * before;

/** The change from the previous period: an arrow and a percentage, green for an improvement. */
function Change({ figure: { name, increase, format }, figures: { now, before } }: ChangeProps) {
  if (before === undefined) return 'no earlier requests';
  const change = formatChange(now[name], before[name]);
  if (change === undefined || !isComparable(now[name], before[name]))
    return <>previously {format(before[name])}</>;
  const growth = (now[name] ?? 0) / (before[name] ?? 1) - 1;
  const counts = [now.total_visits, before.total_visits];
  const isNoise = counts.some((count) => count < MIN_REQUESTS);
  const rises = !isNoise && growth >= MIN_VISIBLE_CHANGE;
  const falls = !isNoise && growth <= -MIN_VISIBLE_CHANGE;
  const good = increase === 'good' ? rises : falls;
  return (
    <>
      <Box
        component="span"
        sx={{ color: rises || falls ? (good ? 'success.main' : 'error.main') : undefined }}
      >
        {rises ? '▲ ' : falls ? '▼ ' : ''}
        {change}
      </Box>{' '}
      {/* The unit stays beside its number. */}
      from {format(before[name]).replaceAll(' ', '\u00a0')}
    </>
  );
}

const gridOf = (figures: number) => ({
  display: 'grid',
  gridTemplateColumns: { xs: '1fr 1fr', sm: '1fr 1fr 1fr', lg: `repeat(${figures}, 1fr)` },
  // Lines between the figures, however they wrap.
  gap: '1px',
  bgcolor: 'divider',
  m: 0,
  '& > *': { bgcolor: 'background.paper', px: 2, py: 1.5, m: 0, minWidth: 0 },
  // The last one fills its row: there are five, or four for visitors.
  '& > :last-child': {
    gridColumn: { xs: `span ${1 + (figures % 2)}`, sm: `span ${7 - figures}`, lg: 'auto' },
  },
});

/** The figures that are shown: to visitors, some of them. */
const shownFigures = () =>
  FIGURES.filter(({ name }) => sharedDashboard()?.statistics.includes(name) ?? true);

const Loading = () => (
  <Box sx={gridOf(shownFigures().length)} role="progressbar" aria-label="Loading">
    {shownFigures().map(({ name, label }) => (
      <div key={name}>
        <Box sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>{label}</Box>
        <Skeleton width="60%" height={34} />
        <Skeleton width="80%" height={17} />
      </div>
    ))}
  </Box>
);

/** The main figures, each with its change from the previous period. */
export function FiguresPanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const query = useFigures(dashboardId, view);
  const limits =
    useDashboardSummary(sharedDashboard() ? undefined : dashboardId)?.limits_reached ?? [];
  const isLowerBound = (name: keyof Figures) =>
    name === 'unique_visitors' && limits.some(({ field }) => field === 'ip');
  return (
    <Paper
      component="section"
      aria-label="Figures"
      variant="outlined"
      sx={{ overflow: 'hidden', '& [role=status]': { px: 2, pb: 1 } }}
    >
      <QueryBoundary query={query} skeleton={<Loading />} minHeight={88}>
        {(figures) => (
          <Box component="dl" sx={gridOf(shownFigures().length)}>
            {shownFigures().map((figure) => (
              <div key={figure.name}>
                <Box component="dt" sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>
                  {figure.label}
                </Box>
                <Box
                  component="dd"
                  sx={{ m: 0, fontSize: '1.5rem', fontWeight: 600, letterSpacing: '-0.02em' }}
                >
                  {isLowerBound(figure.name) && '≥ '}
                  {figure.format(figures.now[figure.name])}
                </Box>
                <Box
                  component="dd"
                  sx={{ m: 0, fontSize: '0.75rem', color: 'text.secondary', minHeight: 17 }}
                >
                  <Change figure={figure} figures={figures} />
                </Box>
              </div>
            ))}
          </Box>
        )}
      </QueryBoundary>
    </Paper>
  );
}
