import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Paper from '@mui/material/Paper';
import { Link as RouterLink } from 'react-router';

import { useHasRequests } from '@/api/statistics/history';
import { Notice } from '@/components/notice';
import { useView } from '@/hooks/use-view';
import { dashboardPage } from '@/lib/paths';

const REASONS: readonly (readonly [title: string, what: string])[] = [
  ['Nobody has used the app yet', 'Open one of its pages, then wait for the next fetch.'],
  [
    'Its endpoints are not measured',
    'Call dashboard.bind(app) after all routes are defined, and check in the rules of ' +
      'Flask-MonitoringDashboard that the monitoring level is at least 1.',
  ],
  [
    'It stores its measurements elsewhere',
    'If dashboard.config.database_name is a relative path, each working directory has its own ' +
      'database. Use an absolute path or a database server.',
  ],
  [
    'Another app responds at this URL',
    'Check in the settings that it is the URL of the app that receives the requests.',
  ],
];

const Framed = ({ children }: { children: ReactNode }) => (
  <Paper component="section" aria-label="No requests" variant="outlined">
    {children}
  </Paper>
);

/** Instead of empty panels: why there is nothing to see, and what to do. */
export function NoRequests({ dashboardId }: { dashboardId: string }) {
  const { view, change } = useView();
  const hasRequests = useHasRequests(dashboardId);
  if (hasRequests !== false) {
    const isFiltered = Object.keys(view.filters).length > 0;
    return (
      <Framed>
        <Notice
          icon="chart"
          title={isFiltered ? 'No request matches the filters' : 'No data in this time range'}
          action={
            <Button
              variant="outlined"
              onClick={() => change(isFiltered ? { filters: {} } : { range: { preset: 'all' } })}
            >
              {isFiltered ? 'Remove the filters' : 'Show all time'}
            </Button>
          }
        />
      </Framed>
    );
  }
  return (
    <Framed>
      <Notice icon="chart" title="This app has no requests yet">
        <Box component="dl" sx={{ mt: 1, mb: 0, textAlign: 'left' }}>
          {REASONS.map(([title, what]) => (
            <div key={title}>
              <Box component="dt" sx={{ mt: 1.5, fontWeight: 550, color: 'text.primary' }}>
                {title}
              </Box>
              <Box component="dd" sx={{ m: 0 }}>
                {what}
              </Box>
            </div>
          ))}
        </Box>
        <Box sx={{ mt: 2 }}>
          <Link component={RouterLink} to={dashboardPage(dashboardId, 'settings')}>
            Settings of this dashboard
          </Link>
        </Box>
      </Notice>
    </Framed>
  );
}
