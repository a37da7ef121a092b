import { lazy, Suspense, type ComponentType } from 'react';

import Skeleton from '@mui/material/Skeleton';
import { useParams } from 'react-router';

import { NavTabs } from '@/components/nav-tabs';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { ZoneNote } from '@/components/zone-note';
import { ALERTS } from '@/lib/paths';

interface Tab {
  /** The last part of its path; the first tab has none. */
  tab: string | undefined;
  name: string;
  Content: ComponentType;
}

const TABS: readonly Tab[] = [
  {
    tab: undefined,
    name: 'Firing',
    Content: lazy(async () => ({
      default: (await import('@/features/alerts/firing-tab')).FiringTab,
    })),
  },
  {
    tab: 'history',
    name: 'History',
    Content: lazy(async () => ({
      default: (await import('@/features/alerts/history-tab')).HistoryTab,
    })),
  },
  {
    tab: 'rules',
    name: 'Rules',
    Content: lazy(async () => ({
      default: (await import('@/features/alerts/rules-tab')).RulesTab,
    })),
  },
  {
    tab: 'channels',
    name: 'Channels',
    Content: lazy(async () => ({
      default: (await import('@/features/alerts/channels-tab')).ChannelsTab,
    })),
  },
  {
    tab: 'maintenance',
    name: 'Maintenance',
    Content: lazy(async () => ({
      default: (await import('@/features/alerts/maintenance-tab')).MaintenanceTab,
    })),
  },
];

/** Who is notified about what: alerts, rules, channels. */
export function AlertsPage() {
  const { tab } = useParams();
  const shown = TABS.find((one) => one.tab === tab);
  return (
    <Page title="Alerts" part={shown?.name} subtitle={<ZoneNote />} maxWidth={1080}>
      <NavTabs
        label="Alerts"
        tabs={TABS.map((one) => ({
          to: [ALERTS, one.tab].filter(Boolean).join('/'),
          name: one.name,
        }))}
      />
      {shown ? (
        <Suspense
          fallback={
            <Skeleton variant="rounded" height={240} role="progressbar" aria-label="Loading" />
          }
        >
          <shown.Content />
        </Suspense>
      ) : (
        <Notice icon="search" title="Page not found" />
      )}
    </Page>
  );
}
