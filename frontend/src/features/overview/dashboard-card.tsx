import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';

import { useAlertCount } from '@/api/alerts/alerts';
import type { Dashboard } from '@/api/types';
import { Sparkline } from '@/components/charts/sparkline';
import { ImportBar } from '@/components/import-bar';
import { RelativeTime } from '@/components/relative-time';
import { StateDot } from '@/components/state-dot';
import { FavoriteButton } from '@/features/overview/favorite-button';
import { TagChips } from '@/features/overview/tag-chips';
import { formatDuration, formatFinePercent, formatNumber } from '@/lib/format';
import { healthOf } from '@/api/dashboards/health';
import { ALERTS, dashboardPage } from '@/lib/paths';

const Figure = ({ name, value }: { name: string; value: string }) => (
  <Box sx={{ minWidth: 0 }}>
    <Typography component="dt" variant="caption" color="textSecondary">
      {name}
    </Typography>
    <Box component="dd" sx={{ m: 0, fontWeight: 550, whiteSpace: 'nowrap' }}>
      {value}
    </Box>
  </Box>
);

const stretched = {
  color: 'inherit',
  textDecoration: 'none',
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  // The whole card is clickable.
  '&::after': { content: '""', position: 'absolute', inset: 0, borderRadius: 'inherit' },
} as const;

/** Above the link of the card. */
const raised = { position: 'relative', zIndex: 1 } as const;

/** The number of alerts that last for a dashboard, with a link to them. */
function AlertsBadge({ dashboard }: { dashboard: Dashboard }) {
  const count = useAlertCount(dashboard.id);
  if (count === 0) return null;
  return (
    <Chip
      component={Link}
      to={ALERTS}
      clickable
      size="small"
      color="error"
      label={count === 1 ? '1 alert' : `${count} alerts`}
      sx={{ ...raised, flexShrink: 0, ml: 'auto' }}
    />
  );
}

const Title = ({ dashboard }: { dashboard: Dashboard }) => (
  <Box sx={{ minWidth: 0 }}>
    <Typography variant="h2" sx={{ display: 'flex', alignItems: 'center', gap: 0.5 }}>
      <Box component={Link} to={dashboardPage(dashboard.id)} sx={stretched}>
        {dashboard.name}
      </Box>
      <AlertsBadge dashboard={dashboard} />
      <Box component="span" sx={{ ...raised, my: -0.5, mr: -0.75 }}>
        <FavoriteButton dashboard={dashboard} />
      </Box>
    </Typography>
    <Typography variant="caption" color="textSecondary" noWrap component="p">
      {dashboard.url.replace(/^https?:\/\//, '')}
    </Typography>
    {dashboard.tags.length > 0 && (
      <Box sx={{ ...raised, mt: 0.75 }}>
        <TagChips tags={dashboard.tags} label={`Tags of ${dashboard.name}`} />
      </Box>
    )}
  </Box>
);

export const uptimeOf = ({ monitor_downtime: monitored, downtime_percentage: down }: Dashboard) =>
  monitored && down !== null ? formatFinePercent(1 - down / 100) : 'not monitored';

const Figures = ({ dashboard }: { dashboard: Dashboard }) => (
  <Box
    component="dl"
    sx={{
      display: 'flex',
      flexWrap: 'wrap',
      justifyContent: 'space-between',
      gap: 1,
      m: 0,
      fontSize: '0.8125rem',
    }}
  >
    <Figure name="Requests" value={formatNumber(dashboard.summary.visits_today)} />
    <Figure name="p50" value={formatDuration(dashboard.summary.p50)} />
    <Figure name="p95" value={formatDuration(dashboard.summary.p95)} />
    <Figure name="Errors" value={formatFinePercent(dashboard.summary.error_rate)} />
    <Figure name="Uptime" value={uptimeOf(dashboard)} />
  </Box>
);

function Status({ dashboard }: { dashboard: Dashboard }) {
  const { level, label } = healthOf(dashboard);
  return (
    <Box sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 0.5 }}>
        <StateDot dashboard={dashboard} />
        <Box component="span" sx={{ color: level === 'bad' ? 'error.main' : undefined }}>
          {label}
        </Box>
        {dashboard.last_fetch_time && (
          // The exact time is shown on hover.
          <Box component="span" sx={{ ...raised, ml: 'auto' }}>
            <RelativeTime moment={dashboard.last_fetch_time} />
          </Box>
        )}
      </Box>
      {dashboard.error && (
        <Box sx={{ mt: 0.5, overflowWrap: 'anywhere', ...twoLines }} title={dashboard.error}>
          {dashboard.error}
        </Box>
      )}
      {level === 'busy' && dashboard.progress && <ImportBar progress={dashboard.progress} />}
    </Box>
  );
}

const twoLines = {
  display: '-webkit-box',
  WebkitLineClamp: 2,
  WebkitBoxOrient: 'vertical',
  overflow: 'hidden',
} as const;

/** The state and today's figures of a dashboard. */
export const DashboardCard = ({ dashboard }: { dashboard: Dashboard }) => (
  <Paper
    component="li"
    variant="outlined"
    sx={{
      position: 'relative',
      display: 'flex',
      flexDirection: 'column',
      gap: 1.5,
      p: 2,
      minWidth: 0,
      '&:hover': { borderColor: 'text.secondary' },
      // With hundreds of cards, only those in view cost time.
      contentVisibility: 'auto',
      containIntrinsicSize: 'auto 234px',
    }}
  >
    <Title dashboard={dashboard} />
    <Sparkline
      values={dashboard.summary.sparkline}
      label={`Requests per hour over the last 24 hours: ${dashboard.summary.sparkline.join(', ')}`}
      width={800}
      height={44}
    />
    <Box>
      <Typography variant="caption" color="textSecondary" component="p" sx={{ mb: 0.5 }}>
        Today; uptime over 90 days
      </Typography>
      <Figures dashboard={dashboard} />
    </Box>
    <Box sx={{ mt: 'auto', pt: 1, borderTop: 1, borderColor: 'divider' }}>
      <Status dashboard={dashboard} />
    </Box>
  </Paper>
);
