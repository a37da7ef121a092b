import Button from '@mui/material/Button';
import { Link, useRouteError } from 'react-router';

import { messageOf } from '@/api/errors';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { OVERVIEW } from '@/lib/paths';

/** In place of a page that broke, or whose code is gone because a new version is out. */
export function RouteError() {
  const error = useRouteError();
  return (
    <Notice
      icon="alert"
      tone="error"
      title="This page could not be shown"
      action={
        <Button variant="outlined" onClick={() => window.location.reload()}>
          Load the page again
        </Button>
      }
    >
      {messageOf(error)}
    </Notice>
  );
}

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
