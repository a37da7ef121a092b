import Link from '@mui/material/Link';
import { Link as RouterLink } from 'react-router';

import { shownName } from '@/api/statistics/names';
import type { EndpointComparison } from '@/api/types';
import { DataTable } from '@/components/data-table';
import { VerdictLabel } from '@/components/verdict-label';
import { formatChange, formatDuration, formatFinePercent, formatNumber } from '@/lib/format';
import { endpointOfVersion, exceptionsOfVersion } from '@/lib/paths';

/** "45 ms to 80 ms (+78%)"; one value if both look the same. */
function changeOf(
  before: number | null,
  now: number | null,
  format: (value: number | null) => string,
): string {
  const change = formatChange(now, before);
  if (format(before) === format(now)) return format(now);
  return `${format(before)} to ${format(now)}${change ? ` (${change})` : ''}`;
}

interface VersionEndpointsProps {
  dashboardId: string;
  version: string;
  against: string;
  endpoints: readonly EndpointComparison[];
  /** The number of all endpoints, of which the worst are listed. */
  count: number;
}

/** The endpoints of a version compared with those of another one, the worst first. */
export const VersionEndpoints = ({
  dashboardId,
  version,
  against,
  endpoints,
  count,
}: VersionEndpointsProps) => (
  <>
    <DataTable
      caption={`Endpoints of ${version} compared with ${against}`}
      maxHeight={480}
      align="left"
      columns={['Endpoint', 'Verdict', 'p95', 'Error rate (5xx)', 'Requests', 'Exceptions']}
      rows={endpoints.map((one) => [
        <Link
          key="endpoint"
          component={RouterLink}
          to={endpointOfVersion(dashboardId, one.endpoint, version)}
        >
          {shownName('endpoint', one.endpoint)}
        </Link>,
        <VerdictLabel key="verdict" state={one.verdict} />,
        changeOf(one.against_p95, one.p95, formatDuration),
        changeOf(one.against_error_rate, one.error_rate, formatFinePercent),
        `${formatNumber(one.against_visits)} and ${formatNumber(one.visits)}`,
        one.errors === 'worse' ? (
          <Link
            key="exceptions"
            component={RouterLink}
            to={exceptionsOfVersion(dashboardId, one.endpoint, version)}
            aria-label={`Exceptions of ${shownName('endpoint', one.endpoint)} in ${version}`}
          >
            Exceptions
          </Link>
        ) : (
          ''
        ),
      ])}
    />
    {count > endpoints.length &&
      `The worst ${endpoints.length} of ${formatNumber(count)} endpoints`}
  </>
);
