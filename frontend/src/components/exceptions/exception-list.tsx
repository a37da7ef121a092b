import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import MuiLink from '@mui/material/Link';
import { Link } from 'react-router';

import { useDashboards } from '@/api/dashboards/dashboards';
import { shownName } from '@/api/statistics/names';
import { viewParams } from '@/api/statistics/view';
import type { ExceptionGroup } from '@/api/types';
import { StateChip } from '@/components/exceptions/state-chip';
import { List } from '@/components/list';
import { RelativeTime } from '@/components/relative-time';
import { useView } from '@/hooks/use-view';
import { formatNumber } from '@/lib/format';
import { dashboardPage, exceptionPage } from '@/lib/paths';

/** "pay", "pay and cart", "pay, cart and 3 more". */
export function endpointsText(names: readonly string[]): string {
  const [first = '', second, ...others] = names.map((name) => shownName('endpoint', name));
  if (second === undefined) return first;
  return others.length > 0
    ? `${first}, ${second} and ${formatNumber(others.length)} more`
    : `${first} and ${second}`;
}

/** "version 1.0", "versions 1.0 to 2.0"; empty if the app has none. */
export function versionsText({ first_version: first, last_version: last }: ExceptionGroup): string {
  if (first === last) return first && `version ${first}`;
  return `versions ${shownName('version', first)} to ${shownName('version', last)}`;
}

const Figure = ({ value, name }: { value: ReactNode; name: string }) => (
  <Box sx={{ textAlign: { md: 'right' } }}>
    <Box component="span" sx={{ fontWeight: 550, whiteSpace: 'nowrap' }}>
      {value}
    </Box>{' '}
    <Box
      component="span"
      sx={{ display: { md: 'block' }, fontSize: '0.75rem', color: 'text.secondary' }}
    >
      {name}
    </Box>
  </Box>
);

/** A number and what it counts; nothing if it is not known. */
const Count = ({ count, one, many }: { count: number | null; one: string; many: string }) =>
  count === null ? (
    // Keeps its column.
    <Box sx={{ display: { xs: 'none', md: 'block' } }} />
  ) : (
    <Figure value={formatNumber(count)} name={count === 1 ? one : many} />
  );

interface RowProps {
  group: ExceptionGroup;
  /** That of the group's page. */
  search: string;
  /** The dashboard's, if it is to be shown. */
  dashboardName: string | undefined;
}

const Row = ({ group, search, dashboardName }: RowProps) => (
  <Box
    component="li"
    sx={{
      display: 'grid',
      gridTemplateColumns: {
        xs: 'minmax(0, 1fr)',
        md: 'minmax(0, 1fr) 88px 56px 72px 80px 80px',
      },
      columnGap: 2,
      rowGap: 0.5,
      py: 1.5,
      '&:not(:last-child)': { borderBottom: 1, borderColor: 'divider' },
    }}
  >
    <Box sx={{ minWidth: 0, overflowWrap: 'anywhere' }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 1 }}>
        <MuiLink
          component={Link}
          to={{ pathname: exceptionPage(group.dashboard_id, group.id), search }}
          sx={{ minWidth: 0 }}
        >
          <Box component="span" sx={{ fontWeight: 600 }}>
            {group.type}
          </Box>
          {group.function && ` in ${group.function}`}
        </MuiLink>
        <StateChip state={group.state} />
      </Box>
      <Box
        sx={{
          display: '-webkit-box',
          WebkitBoxOrient: 'vertical',
          WebkitLineClamp: 2,
          overflow: 'hidden',
        }}
      >
        {group.message}
      </Box>
      <Box sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>
        {dashboardName !== undefined && (
          <>
            <MuiLink component={Link} to={dashboardPage(group.dashboard_id, 'exceptions')}>
              {dashboardName}
            </MuiLink>
            {' · '}
          </>
        )}
        {[endpointsText(group.endpoints), versionsText(group)].filter(Boolean).join(' · ')}
      </Box>
    </Box>
    <Box
      sx={{
        display: { xs: 'flex', md: 'contents' },
        flexWrap: 'wrap',
        columnGap: 2,
        rowGap: 0.25,
      }}
    >
      <Count count={group.count} one="exception" many="exceptions" />
      <Count count={group.users} one="user" many="users" />
      <Count count={group.addresses} one="address" many="addresses" />
      <Figure value={<RelativeTime moment={group.last_seen} />} name="last seen" />
      <Figure value={<RelativeTime moment={group.first_seen} />} name="first seen" />
    </Box>
  </Box>
);

interface ExceptionListProps {
  groups: readonly ExceptionGroup[];
  /** Whether to name the dashboard of each group. */
  showDashboard?: boolean;
}

/** Groups of exceptions, with links to their pages, which keep the time range. */
export function ExceptionList({ groups, showDashboard = false }: ExceptionListProps) {
  const { view } = useView();
  const search = viewParams({ ...view, filters: {} }).toString();
  const dashboards = useDashboards().data ?? [];
  const names = new Map(dashboards.map(({ id, name }) => [id, name]));
  return (
    <List label="Exceptions">
      {groups.map((group) => (
        <Row
          key={`${group.dashboard_id} ${group.id}`}
          group={group}
          search={search}
          dashboardName={showDashboard ? names.get(group.dashboard_id) : undefined}
        />
      ))}
    </List>
  );
}
