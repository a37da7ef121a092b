import MuiLink from '@mui/material/Link';
import { Link } from 'react-router';

import { useExceptions } from '@/api/diagnosis/exceptions';
import { viewParams, type View } from '@/api/statistics/view';
import { ExceptionList } from '@/components/exceptions/exception-list';
import { Frame } from '@/components/panel';
import { formatNumber } from '@/lib/format';
import { dashboardPage } from '@/lib/paths';

/** How many groups are shown. */
const SHOWN = 3;

/** The exceptions of an endpoint that were first seen last; nothing if there are none. */
export function ExceptionsPanel({ dashboardId, view }: { dashboardId: string; view: View }) {
  const { range, zone, filters } = view;
  const { endpoint, version } = filters;
  const { data } = useExceptions({
    ...{ dashboardId, range, zone, endpoint, version },
    sort: 'first_seen',
    limit: SHOWN,
  });
  if (data === undefined || data.groups.length === 0) return null;
  const search = viewParams({ ...view, filters: { endpoint, version } }).toString();
  return (
    <Frame
      title="Exceptions"
      subtitle="Those that were first seen last"
      actions={
        <MuiLink
          component={Link}
          to={{ pathname: dashboardPage(dashboardId, 'exceptions'), search }}
          sx={{ fontSize: '0.8125rem' }}
        >
          {data.total > SHOWN ? `All ${formatNumber(data.total)}` : 'Show as list'}
        </MuiLink>
      }
    >
      <ExceptionList groups={data.groups} />
    </Frame>
  );
}
