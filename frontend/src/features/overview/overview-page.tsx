import { lazy, memo, Suspense, useDeferredValue, useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import { useSearchParams } from 'react-router';

import { useActiveAlerts } from '@/api/alerts/alerts';
import { useDashboards } from '@/api/dashboards/dashboards';
import type { Dashboard } from '@/api/types';
import { QueryBoundary } from '@/components/query-boundary';
import { Icon } from '@/components/icon';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { ZoneNote } from '@/components/zone-note';
import { arrange, parseArrangement, tagsOf } from '@/features/overview/arrange';
import { DashboardCard } from '@/features/overview/dashboard-card';
import { FirstSteps } from '@/features/overview/first-steps';
import { LAYOUTS, OverviewToolbar, type Layout } from '@/features/overview/overview-toolbar';
import { countRequests } from '@/lib/format';
import { readPreference, writePreference } from '@/lib/preferences';

const AddDashboardDialog = lazy(async () => ({
  default: (await import('@/features/overview/add-dashboard-dialog')).AddDashboardDialog,
}));

const DashboardsTable = lazy(async () => ({
  default: (await import('@/features/overview/dashboards-table')).DashboardsTable,
}));

const NOT_YET = '\u00a0';

const grid = {
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 328px), 1fr))',
  gap: 2,
  m: 0,
  p: 0,
  listStyle: 'none',
} as const;

const CardSkeletons = () => (
  <Box sx={grid} role="status" aria-label="Loading dashboards">
    {['one', 'two', 'three'].map((key) => (
      <Skeleton key={key} variant="rounded" height={234} />
    ))}
  </Box>
);

interface ListProps {
  dashboards: readonly Dashboard[];
  layout: Layout;
}

/** Drawn anew only if one of its properties or the URL changes, since it may have hundreds of cards. */
const List = memo(function List({ dashboards, layout }: ListProps) {
  const [params] = useSearchParams();
  const alerts = useActiveAlerts().data ?? [];
  const alerted = new Set(alerts.flatMap(({ dashboard }) => dashboard?.id ?? []));
  const shown = arrange(dashboards, parseArrangement(params), alerted);
  if (shown.length === 0) {
    return <Notice icon="search" title="No dashboards match your search" />;
  }
  if (layout === 'table') {
    return (
      <Suspense fallback={<CardSkeletons />}>
        <DashboardsTable dashboards={shown} />
      </Suspense>
    );
  }
  return (
    <Box component="ul" aria-label="Dashboards" sx={grid}>
      {shown.map((dashboard) => (
        <DashboardCard key={dashboard.id} dashboard={dashboard} />
      ))}
    </Box>
  );
});

const totalVisits = (dashboards: readonly Dashboard[]) =>
  dashboards.reduce((sum, { summary }) => sum + summary.visits_today, 0);

/** Reserves its space while loading, so that the layout does not shift. */
const subtitleOf = (dashboards: readonly Dashboard[] | undefined) =>
  dashboards?.length !== 0 &&
  (dashboards ? (
    <>
      {countRequests(totalVisits(dashboards))} today · <ZoneNote />
    </>
  ) : (
    NOT_YET
  ));

/** All dashboards of the user. */
export function OverviewPage() {
  const dashboards = useDashboards();
  const [params, setParams] = useSearchParams();
  const [layout, setLayout] = useState(() => readPreference('layout', LAYOUTS, 'cards'));
  // Hundreds of cards take longer to draw than the choice.
  const listedLayout = useDeferredValue(layout);
  // In the URL, so that other pages can open the dialog, and the back button closes it.
  const isAdding = params.has('add');
  const setAdding = (shown: boolean) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (shown) after.set('add', '');
        else after.delete('add');
        return after;
      },
      { replace: !shown },
    );
  return (
    <Page
      title="Overview"
      subtitle={subtitleOf(dashboards.data)}
      actions={
        <Button variant="contained" startIcon={<Icon name="add" />} onClick={() => setAdding(true)}>
          Add dashboard
        </Button>
      }
    >
      {dashboards.data?.length !== 0 && (
        <OverviewToolbar
          tags={tagsOf(dashboards.data ?? [])}
          layout={layout}
          onLayout={(chosen) => {
            setLayout(chosen);
            writePreference('layout', chosen);
          }}
        />
      )}
      <QueryBoundary
        query={dashboards}
        minHeight={360}
        skeleton={<CardSkeletons />}
        isEmpty={(all) => all.length === 0}
        empty={<FirstSteps onAdd={() => setAdding(true)} />}
      >
        {(all) => <List dashboards={all} layout={listedLayout} />}
      </QueryBoundary>
      {isAdding && (
        <Suspense>
          <AddDashboardDialog onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </Page>
  );
}
