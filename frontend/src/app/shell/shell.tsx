import { useEffect, useRef } from 'react';

import Box from '@mui/material/Box';
import { Outlet, useLocation } from 'react-router';

import { DRAWER_WIDTH, TOP_BAR_HEIGHT } from '@/app/shell/dimensions';
import { BottomBar, Drawer } from '@/app/shell/navigation';
import { OfflineBanner } from '@/app/shell/offline-banner';
import { Shortcuts } from '@/app/shell/shortcuts';
import { TopBar } from '@/app/shell/top-bar';
import { usePreloading } from '@/app/shell/use-preloading';

/** Moves the focus to the content on navigation, as a page load would. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname]);
  return main;
}

const SkipLink = () => (
  <Box
    component="a"
    href="#content"
    sx={{
      position: 'fixed',
      zIndex: 'tooltip',
      top: -64,
      left: 8,
      px: 2,
      py: 1,
      bgcolor: 'primary.main',
      color: 'primary.contrastText',
      '&:focus': { top: 8 },
    }}
  >
    Skip to content
  </Box>
);

/** The layout of every page for signed-in users. */
export function Shell() {
  const main = useFocusOnNavigation();
  usePreloading();
  return (
    <>
      <SkipLink />
      <TopBar />
      <Drawer />
      <Box
        component="main"
        id="content"
        ref={main}
        tabIndex={-1}
        sx={{
          ml: { md: `${DRAWER_WIDTH}px` },
          pt: `${TOP_BAR_HEIGHT}px`,
          pb: { xs: 9, md: 0 },
          outline: 'none',
        }}
      >
        <OfflineBanner />
        <Outlet />
      </Box>
      <BottomBar />
      <Shortcuts />
    </>
  );
}
