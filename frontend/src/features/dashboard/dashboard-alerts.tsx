import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';

import type { Dashboard } from '@/api/types';
import { ImportBar } from '@/components/import-bar';

const PUBLIC_TOKEN =
  'This app still uses the default token of Flask-MonitoringDashboard, which is public. ' +
  'Set your own token in its configuration, then in the settings here.';

/** What the user should know before reading the figures: what failed, and what is not there yet. */
export function DashboardAlerts({ dashboard }: { dashboard: Dashboard }) {
  const { error, http_status: status, progress, default_token: isKnown } = dashboard;
  if (error === null && progress === null && !isKnown) return null;
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
      {isKnown && <Alert severity="warning">{PUBLIC_TOKEN}</Alert>}
    </Box>
  );
}
