import type { ReactNode } from 'react';

import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import type { UseQueryResult } from '@tanstack/react-query';

import { hasStatus } from '@/api/core/errors';
import { ErrorBoundary } from '@/components/error-boundary';
import { Failure, Notice } from '@/components/notice';
import { RelativeTime } from '@/components/relative-time';

export interface QueryBoundaryProps<T> {
  query: UseQueryResult<T>;
  /** Shown while loading; should have the shape of the data. */
  skeleton?: ReactNode;
  isEmpty?: (data: T) => boolean;
  /** Shown if there is no data; should say what to do next. */
  empty?: ReactNode;
  /** The minimum height in every state, in pixels, so that the layout does not shift. */
  minHeight?: number;
  children: (data: T) => ReactNode;
}

const Refreshing = () => (
  <LinearProgress
    role="progressbar"
    aria-label="Loading"
    sx={{ position: 'absolute', top: 0, left: 0, right: 0, height: 2, zIndex: 1 }}
  />
);

/** The notice after a failed refresh; an unreachable server is reported above the page. */
function RefreshError<T>({ query }: Pick<QueryBoundaryProps<T>, 'query'>) {
  if (!query.isRefetchError || hasStatus(query.error, null)) return null;
  return (
    <Box role="status" sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>
      Refresh failed. Last updated{' '}
      <RelativeTime moment={new Date(query.dataUpdatedAt).toISOString()} />.{' '}
      <Link component="button" onClick={() => void query.refetch()}>
        Try again
      </Link>
    </Box>
  );
}

function Data<T>({ query, children, data }: QueryBoundaryProps<T> & { data: T }) {
  const stale = query.isPlaceholderData;
  return (
    <Box aria-busy={stale} sx={{ position: 'relative', minHeight: 'inherit', minWidth: 0 }}>
      {stale && <Refreshing />}
      <Box sx={{ minHeight: 'inherit', opacity: stale ? 0.6 : 1, transition: 'opacity 150ms' }}>
        {children(data)}
      </Box>
      <RefreshError query={query} />
    </Box>
  );
}

function QueryState<T>(props: QueryBoundaryProps<T>) {
  const { query, skeleton, isEmpty, empty, minHeight = 120 } = props;
  const { data } = query;
  if (data !== undefined) {
    if (!isEmpty?.(data)) return <Data {...props} data={data} />;
    return empty ?? <Notice icon="chart" title="No data in this time range" />;
  }
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return (
    skeleton ?? (
      <Skeleton variant="rounded" height={minHeight} role="progressbar" aria-label="Loading" />
    )
  );
}

/**
 * Renders the four states of a query: loading, empty, error with a retry button, data.
 *
 * Stale data stays visible, dimmed, until new data arrives. A failed refresh keeps it and shows a
 * notice.
 */
export function QueryBoundary<T>(props: QueryBoundaryProps<T>) {
  const retry = (reset: () => void) => () => {
    reset();
    void props.query.refetch();
  };
  return (
    <Box sx={{ minHeight: props.minHeight ?? 120, minWidth: 0 }}>
      <ErrorBoundary
        fallback={(error, reset) => (
          <Failure title="Something went wrong" error={error} retry={retry(reset)} />
        )}
      >
        <QueryState {...props} />
      </ErrorBoundary>
    </Box>
  );
}
