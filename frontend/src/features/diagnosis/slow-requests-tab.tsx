import Box from '@mui/material/Box';
import { useParams } from 'react-router';

import { useOutliers } from '@/api/diagnosis/outliers';
import type { OutlierOrder } from '@/api/types';
import { FilterBar } from '@/components/filter-bar';
import { List } from '@/components/list';
import { Notice } from '@/components/notice';
import { Panel } from '@/components/panel';
import { Segments } from '@/components/segments';
import { ShowMore } from '@/components/show-more';
import { ExportHint } from '@/features/diagnosis/export-hint';
import { SlowRequest } from '@/features/diagnosis/slow-request';
import { useUrlText } from '@/hooks/use-url-text';
import { useView } from '@/hooks/use-view';
import { formatNumber } from '@/lib/format';

const ORDERS: readonly { value: OutlierOrder; name: string }[] = [
  { value: 'time', name: 'Newest' },
  { value: 'duration', name: 'Slowest' },
];

const HOW =
  'Flask-MonitoringDashboard records slow requests of endpoints with monitor level 2 or 3. Set it on the page of each endpoint there, or in the app:';

const CODE = [
  'dashboard.config.monitor_level = 3  # of new endpoints',
  'dashboard.bind(app)',
  'pydash_exporter.bind(app, outliers=True)',
].join('\n');

/** The requests that took much longer than usual, with what is known about each. */
export function SlowRequestsTab() {
  const { dashboardId = '' } = useParams();
  const { view } = useView();
  const [chosen, choose] = useUrlText('sort', 'time');
  const [open, setOpen] = useUrlText('request', '');
  const order: OutlierOrder = chosen === 'duration' ? 'duration' : 'time';
  const query = useOutliers(dashboardId, view, order);
  const { recorded = 0, hint = null } = query.data ?? {};
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <FilterBar dashboardId={dashboardId} names={['endpoint', 'version']} overTime={false} />
      <Box>
        <Segments<OutlierOrder> label="Order" value={order} options={ORDERS} onChange={choose} />
      </Box>
      <Panel
        query={query}
        title="Slow requests"
        subtitle="By default, an app records requests that take 2.5 times the average of their endpoint"
        isEmpty={({ outliers }) => outliers.length === 0}
        empty={
          recorded > 0 ? (
            <Notice icon="check" title="No slow requests in this time range" />
          ) : (
            <ExportHint
              title={
                hint === null ? 'No slow requests yet' : 'This app does not export slow requests'
              }
              hint={hint}
              source={{ text: HOW, code: CODE }}
            />
          )
        }
        note={({ total, recorded: all }) =>
          all > total
            ? `${formatNumber(total)} of the ${formatNumber(all)} that the app has recorded. Of each endpoint, the newest 30 and the slowest 20 are kept.`
            : undefined
        }
      >
        {({ outliers }) => (
          <>
            <List label="Slow requests">
              {outliers.map((outlier) => (
                <SlowRequest
                  key={outlier.id}
                  {...{ dashboardId, outlier }}
                  isOpen={open === String(outlier.id)}
                  onToggle={(isOpen) => setOpen(isOpen ? String(outlier.id) : '')}
                />
              ))}
            </List>
            <ShowMore query={query} />
          </>
        )}
      </Panel>
    </Box>
  );
}
