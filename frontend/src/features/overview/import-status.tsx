import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';

import { useDashboardSummary } from '@/api/dashboards/dashboards';
import type { Dashboard } from '@/api/types';
import { ImportBar } from '@/components/import-bar';
import { formatNumber } from '@/lib/format';
import { healthOf } from '@/api/dashboards/health';
import { dashboardPage } from '@/lib/paths';

const UNKNOWN = { fraction: null, calls: 0, seconds_left: null };

function Progress({ dashboard }: { dashboard: Dashboard }) {
  if (dashboard.error) return <Alert severity="error">{dashboard.error}</Alert>;
  if (healthOf(dashboard).level === 'busy')
    return <ImportBar progress={dashboard.progress ?? UNKNOWN} />;
  return <Alert severity="success">{done(dashboard)}</Alert>;
}

const done = ({ progress }: Dashboard) =>
  progress ? `Imported all ${formatNumber(progress.calls)} requests.` : 'Import complete.';

interface ImportStatusProps {
  dashboard: Dashboard;
  onClose: () => void;
}

/** The import progress of a dashboard that was just added. */
export function ImportStatus({ dashboard, onClose }: ImportStatusProps) {
  const current = useDashboardSummary(dashboard.id) ?? dashboard;
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Typography>
        Dashboard added. Its history is imported in the background; you can close this dialog.
      </Typography>
      <Box role="status" sx={{ fontSize: '0.8125rem' }}>
        <Progress dashboard={current} />
      </Box>
      <Box sx={{ display: 'flex', gap: 1 }}>
        <Button variant="contained" component={Link} to={dashboardPage(dashboard.id)}>
          Open dashboard
        </Button>
        <Button onClick={onClose}>Close</Button>
      </Box>
    </Box>
  );
}
