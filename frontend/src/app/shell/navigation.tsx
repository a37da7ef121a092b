import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';
import { NavLink } from 'react-router';

import { useDashboards } from '@/api/dashboards/dashboards';
import { AlertsCount } from '@/app/shell/alerts-count';
import { DRAWER_WIDTH, TOP_BAR_HEIGHT } from '@/app/shell/dimensions';
import { usePlaces } from '@/app/shell/places';
import { Icon } from '@/components/icon';
import { StateDot } from '@/components/state-dot';
import { useView } from '@/hooks/use-view';
import { ALERTS, dashboardPage, OVERVIEW } from '@/lib/paths';
import { viewParams } from '@/api/statistics/view';

const DrawerLink = styled(NavLink)(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 10,
  minHeight: 32,
  padding: '4px 8px',
  borderRadius: 6,
  color: theme.palette.text.secondary,
  fontSize: '0.8125rem',
  fontWeight: 500,
  textDecoration: 'none',
  overflow: 'hidden',
  '& > span': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  '&:hover': { background: theme.palette.action.hover, color: theme.palette.text.primary },
  '&.active': { background: theme.palette.scheme.raised, color: theme.palette.text.primary },
}));

const Heading = ({ children }: { children: ReactNode }) => (
  <Box
    component="h2"
    sx={{
      m: 0,
      px: 1,
      pt: 2,
      pb: 0.5,
      fontSize: '0.75rem',
      fontWeight: 500,
      color: 'text.secondary',
    }}
  >
    {children}
  </Box>
);

function DashboardLinks() {
  const dashboards = useDashboards().data ?? [];
  const { view } = useView();
  // Another dashboard keeps the time range, but not the filters.
  const search = viewParams({ ...view, filters: {} }).toString();
  if (dashboards.length === 0) return null;
  return (
    <>
      <Heading>Dashboards</Heading>
      {dashboards.map((dashboard) => (
        <DrawerLink
          key={dashboard.id}
          to={{ pathname: dashboardPage(dashboard.id), search }}
          title={dashboard.name}
        >
          <StateDot dashboard={dashboard} />
          <span>{dashboard.name}</span>
        </DrawerLink>
      ))}
    </>
  );
}

/** Navigation on the left of wide screens. */
export const Drawer = () => (
  <Box
    component="nav"
    aria-label="Main"
    sx={{
      display: { xs: 'none', md: 'flex' },
      flexDirection: 'column',
      gap: '2px',
      position: 'fixed',
      inset: `${TOP_BAR_HEIGHT}px auto 0 0`,
      width: DRAWER_WIDTH,
      p: 1,
      overflowY: 'auto',
      borderRight: 1,
      borderColor: 'divider',
    }}
  >
    {usePlaces().map(({ to, label, icon }) => (
      <DrawerLink key={to} to={to} end={to === OVERVIEW}>
        <Icon name={icon} />
        <span>{label}</span>
        {to === ALERTS && <AlertsCount />}
      </DrawerLink>
    ))}
    <DashboardLinks />
  </Box>
);

const BottomLink = styled(NavLink)(({ theme }) => ({
  position: 'relative',
  flex: 1,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 2,
  fontSize: '0.6875rem',
  color: theme.palette.text.secondary,
  textDecoration: 'none',
  '&.active': { color: theme.palette.primary.main },
}));

/** Navigation at the bottom of narrow screens. */
export function BottomBar() {
  const places = usePlaces().filter(({ isForWide = false }) => !isForWide);
  return (
    <Box
      component="nav"
      aria-label="Main"
      sx={{
        display: { xs: 'flex', md: 'none' },
        position: 'fixed',
        inset: 'auto 0 0 0',
        zIndex: 'appBar',
        height: 56,
        pb: 'env(safe-area-inset-bottom)',
        bgcolor: 'background.paper',
        borderTop: 1,
        borderColor: 'divider',
      }}
    >
      {places.map(({ to, label, icon }) => (
        <BottomLink key={to} to={to} end={to === OVERVIEW}>
          <Icon name={icon} size={20} />
          {label}
          {to === ALERTS && (
            <Box sx={{ position: 'absolute', top: 2, left: 'calc(50% + 6px)', display: 'grid' }}>
              <AlertsCount />
            </Box>
          )}
        </BottomLink>
      ))}
    </Box>
  );
}
