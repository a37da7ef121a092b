import Button from '@mui/material/Button';
import { Link } from 'react-router';

import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { OVERVIEW } from '@/lib/paths';

/** The page for an unknown path. */
export const NotFound = () => (
  <Page title="Page not found">
    <Notice
      icon="search"
      title="There is no page at this address"
      action={
        <Button variant="outlined" component={Link} to={OVERVIEW}>
          Go to overview
        </Button>
      }
    >
      The address may be mistyped, or the page may have been removed.
    </Notice>
  </Page>
);
