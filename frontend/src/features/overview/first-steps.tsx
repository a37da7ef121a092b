import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router';

import { CodeBlock } from '@/components/code-block';
import { Icon } from '@/components/icon';
import { InstallCommand } from '@/components/install-command';
import { APP_LINES } from '@/lib/connect';

/** Instructions for a user without dashboards. */
export const FirstSteps = ({ onAdd }: { onAdd: () => void }) => (
  <Paper variant="outlined" sx={{ mx: 'auto', maxWidth: 640, p: { xs: 2, sm: 4 } }}>
    <Typography variant="h1" component="h2" sx={{ mb: 1 }}>
      Connect your first app
    </Typography>
    <Typography color="textSecondary" sx={{ mb: 3 }}>
      PyDash collects what Flask-MonitoringDashboard measures in your Flask apps. Install the
      exporter, add two lines to your app, and set your own token:
    </Typography>
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 1.5, mb: 3 }}>
      <InstallCommand />
      <CodeBlock label="the code for your app" code={APP_LINES} />
    </Box>
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 2 }}>
      <Button variant="contained" startIcon={<Icon name="add" />} onClick={onAdd}>
        Add your app
      </Button>
      <Link component={RouterLink} to="/help">
        Other versions and statistics explained
      </Link>
    </Box>
  </Paper>
);
