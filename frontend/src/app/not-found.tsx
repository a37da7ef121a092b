import Button from '@mui/material/Button';
import { Link } from 'react-router';

import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { OVERVIEW } from '@/lib/paths';

/** For an address where nothing is. */
export const NotFound = () => (
  <Page title="There is no such page">
    <Notice
      icon="search"
      title="Nothing is at this address"
      action={
        <Button variant="outlined" component={Link} to={OVERVIEW}>
          To the overview
        </Button>
      }
    >
      It may be mistyped, or what it showed may have been deleted.
    </Notice>
  </Page>
);
