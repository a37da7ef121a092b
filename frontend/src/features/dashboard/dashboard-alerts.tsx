import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import type { Dashboard } from '@/api/types';
import { ImportBar } from '@/components/import-bar';
import { formatNumber } from '@/lib/format';

const PUBLIC_TOKEN =
  'This app still uses the default token of Flask-MonitoringDashboard, which is public. ' +
  'Set your own token in its configuration, then in the settings here.';

const IMPLAUSIBLE =
  'a time before 2000 or more than a day ahead, a negative duration or one of more than a day, or ' +
  'no endpoint. Check the clock of the app’s server.';

const FIELD_NAMES: Record<string, string> = {
  endpoint: 'endpoints',
  version: 'versions',
  ip: 'IP addresses',
  group_by: 'groups',
};

/** Alerts that affect the figures: failed fetches, running imports, limits reached, a public token. */
export function DashboardAlerts({ dashboard }: { dashboard: Dashboard }) {
  const { error, http_status: status, progress, default_token: isKnown } = dashboard;
  const { limits_reached: limits, set_aside: setAside } = dashboard;
  const isQuiet = error === null && progress === null && !isKnown && limits.length === 0;
  if (isQuiet && setAside === 0) return null;
  return (
    <Box sx={{ display: 'grid', gap: 1, mb: 2 }}>
      {error !== null && (
        <Alert severity="error">
          The last fetch failed{status !== null && ` with HTTP status ${status}`}. {error}
        </Alert>
      )}
      {progress && (
        <Alert severity="info" sx={{ '& .MuiAlert-message': { flex: 1 } }}>
          The history is being imported. Figures are incomplete until the import finishes.
          <ImportBar progress={progress} />
        </Alert>
      )}
      {limits.map(({ field, limit, name }) => (
        <Alert severity="warning" key={field}>
          This app has more than {formatNumber(limit)} different {FIELD_NAMES[field] ?? field}. All
          further ones are counted together as “{name}”. Totals are exact; numbers of different{' '}
          {FIELD_NAMES[field] ?? field} are lower bounds.
        </Alert>
      ))}
      {isKnown && <Alert severity="warning">{PUBLIC_TOKEN}</Alert>}
      {setAside > 0 && (
        <Typography variant="body2" color="textSecondary">
          {formatNumber(setAside)} {setAside === 1 ? 'request is' : 'requests are'} not counted
          because of an implausible value: {IMPLAUSIBLE}
        </Typography>
      )}
    </Box>
  );
}
