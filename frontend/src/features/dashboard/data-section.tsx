import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { messageOf } from '@/api/errors';
import { exportUrl, type ExportFormat } from '@/api/export-url';
import { useFetchDashboard } from '@/api/fetch-dashboard';
import type { Dashboard } from '@/api/types';
import { Icon } from '@/components/icon';
import { Frame } from '@/components/panel';
import { RelativeTime } from '@/components/relative-time';
import { useNotify } from '@/components/snackbar';
import { Notices } from '@/features/dashboard/notices';
import { useView } from '@/hooks/use-view';
import { rangeName } from '@/lib/view';

const FORMATS: readonly { format: ExportFormat; label: string }[] = [
  { format: 'csv', label: 'Export as CSV' },
  { format: 'json', label: 'Export as JSON' },
];

function FetchNow({ dashboard }: { dashboard: Dashboard }) {
  const fetchNow = useFetchDashboard(dashboard.id);
  const notify = useNotify();
  const start = () =>
    fetchNow.mutate(undefined, {
      onSuccess: ({ message }) => notify(message),
      onError: (error) => notify(messageOf(error), 'error'),
    });
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5 }}>
      <Button
        variant="outlined"
        startIcon={<Icon name="refresh" />}
        loading={fetchNow.isPending}
        onClick={start}
      >
        Fetch now
      </Button>
      <Typography variant="body2" color="textSecondary">
        {dashboard.last_fetch_time ? (
          <>
            Last fetched <RelativeTime moment={dashboard.last_fetch_time} />
          </>
        ) : (
          'Not fetched yet'
        )}
      </Typography>
    </Box>
  );
}

/** Getting the newest calls in, and all calls out. */
export function DataSection({ dashboard }: { dashboard: Dashboard }) {
  const { view } = useView();
  return (
    <Frame
      title="Data"
      subtitle={`The export has the single calls of: ${rangeName(view.range).toLowerCase()}`}
    >
      <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
        <FetchNow dashboard={dashboard} />
        {dashboard.notices.length > 0 && <Notices notices={dashboard.notices} />}
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          {FORMATS.map(({ format, label }) => (
            <Button
              key={format}
              variant="outlined"
              startIcon={<Icon name="download" />}
              href={exportUrl(dashboard.id, view, format)}
              download
            >
              {label}
            </Button>
          ))}
        </Box>
      </Box>
    </Frame>
  );
}
