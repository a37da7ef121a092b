import { useLayoutEffect, useRef } from 'react';

import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';
import { NavLink, useLocation } from 'react-router';

import { scrollHint } from '@/theme/scroll-hint';

const Tab = styled(NavLink)(({ theme }) => ({
  ...theme.typography.button,
  flexShrink: 0,
  padding: '8px 9px',
  borderBottom: '2px solid transparent',
  color: theme.palette.text.secondary,
  textDecoration: 'none',
  '&:hover': { color: theme.palette.text.primary },
  '&:focus-visible': { outlineOffset: -2 },
  '&.active': { borderColor: theme.palette.primary.main, color: theme.palette.text.primary },
}));

interface NavTabsProps {
  label: string;
  /** A tab with parts is also active on the pages below it. */
  tabs: readonly { to: string; name: string; hasParts?: boolean }[];
  /** The search string that all tabs keep, including the "?". */
  search?: string;
}

/** Scrolls the active tab into view, which may be hidden on phones. */
function useActiveInSight() {
  const row = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useLayoutEffect(() => {
    const active = row.current?.querySelector<HTMLElement>('[aria-current=page]');
    if (!row.current || !active) return;
    const right = active.offsetLeft + active.offsetWidth - row.current.offsetLeft;
    row.current.scrollLeft = Math.max(0, right - row.current.clientWidth);
  }, [pathname]);
  return row;
}

/** Related pages as a row of links. */
export function NavTabs({ label, tabs, search = '' }: NavTabsProps) {
  const row = useActiveInSight();
  return (
    <Box
      component="nav"
      ref={row}
      aria-label={label}
      sx={(theme) => ({
        display: 'flex',
        overflowX: 'auto',
        mb: 2,
        background: scrollHint(theme, 'default'),
        // A shadow instead of a border, which the borders of the tabs would cover.
        boxShadow: `inset 0 -1px ${theme.palette.divider}`,
      })}
    >
      {tabs.map(({ to, name, hasParts = false }) => (
        <Tab key={to} to={to + search} end={!hasParts}>
          {name}
        </Tab>
      ))}
    </Box>
  );
}
