import { useState } from 'react';

import Button from '@mui/material/Button';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { Link } from 'react-router';

import { fixedParams, replaceView, type View } from '@/api/statistics/view';
import { Icon } from '@/components/icon';
import { useCopy } from '@/components/use-copy';
import { useView } from '@/hooks/use-view';
import { dashboardPage } from '@/lib/paths';

/** Returns the address of this page with a range that is the same in every time zone. */
function fixedAddress(view: View): string {
  const url = new URL(window.location.href);
  url.search = replaceView(url.searchParams, fixedParams(view, new Date())).toString();
  return url.href;
}

/** Shares this page: the address of the view, or a read-only link to its dashboard. */
export function ShareButton({ dashboardId }: { dashboardId: string }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { view } = useView();
  const copy = useCopy('Copy the address of the page instead.');
  const close = () => setAnchor(null);
  const copyAddress = (address: string) => {
    close();
    copy(address);
  };
  const preset = 'preset' in view.range ? view.range.preset : undefined;
  return (
    <>
      <Button
        variant="outlined"
        startIcon={<Icon name="share" />}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
      >
        Share
      </Button>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={close}>
        <MenuItem onClick={() => copyAddress(preset ? window.location.href : fixedAddress(view))}>
          Copy link to this view
        </MenuItem>
        {preset && preset !== 'all' && (
          <MenuItem onClick={() => copyAddress(fixedAddress(view))}>
            Copy link with these times
          </MenuItem>
        )}
        <MenuItem
          component={Link}
          to={`${dashboardPage(dashboardId, 'settings')}#links`}
          onClick={close}
        >
          Read-only links
        </MenuItem>
      </Menu>
    </>
  );
}
