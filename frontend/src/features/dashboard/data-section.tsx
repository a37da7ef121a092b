import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { messageOf } from '@/api/core/errors';
import { useFetchDashboard } from '@/api/dashboards/fetch';
import type { Dashboard } from '@/api/types';
import { BusyButton } from '@/components/busy-button';
import { Icon } from '@/components/icon';
import { Frame } from '@/components/panel';
import { RelativeTime } from '@/components/relative-time';
import { useNotify } from '@/components/snackbar';
import { Notices } from '@/features/dashboard/notices';

const STILL_RUNNING = 'The fetch is taking a while. It continues in the background.';

function FetchNow({ dashboard }: { dashboard: Dashboard }) {
  const fetchNow = useFetchDashboard(dashboard.id);
  const notify = useNotify();
  const start = () =>
    fetchNow.mutate(undefined, {
      onSuccess: ({ outcome, error }) => {
        if (outcome === 'fetched') notify('Fetch complete.');
        else if (error !== null) notify(error, 'error');
        else notify(STILL_RUNNING, 'info');
      },
      onError: (error) => notify(messageOf(error), 'error'),
    });
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5 }}>
      <BusyButton
        variant="outlined"
        startIcon={<Icon name="refresh" />}
        busy={fetchNow.isPending}
        onClick={start}
      >
        Fetch now
      </BusyButton>
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

/** Fetches new requests and shows notices about the data. */
export const DataSection = ({ dashboard }: { dashboard: Dashboard }) => (
  <Frame title="Data">
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <FetchNow dashboard={dashboard} />
      {dashboard.notices.length > 0 && <Notices notices={dashboard.notices} />}
    </Box>
  </Frame>
);
