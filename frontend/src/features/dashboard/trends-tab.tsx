import Box from '@mui/material/Box';
import { useParams } from 'react-router';

import { MAX_ENDPOINTS, useTrends } from '@/api/statistics/trends';
import type { TrendBy } from '@/api/types';
import { FilterBar } from '@/components/filter-bar';
import { MarkersButton } from '@/components/markers-button';
import { Notice } from '@/components/notice';
import { PanelGrid } from '@/components/panel-grid';
import { QueryBoundary } from '@/components/query-boundary';
import { Segments } from '@/components/segments';
import {
  TREND_STATISTICS,
  TrendPanel,
  type TrendStatistic,
} from '@/features/dashboard/trend-panel';
import { useUrlText } from '@/hooks/use-url-text';
import { useView } from '@/hooks/use-view';

const BYS: readonly { value: TrendBy; name: string }[] = [
  { value: 'day', name: 'Day' },
  { value: 'version', name: 'Version' },
];

const OPTIONS = TREND_STATISTICS.map(({ statistic: value, name }) => ({ value, name }));

/** How execution times develop by day or version, with what the rules allow drawn in. */
export function TrendsTab() {
  const { dashboardId = '' } = useParams();
  const { view } = useView();
  const [chosenBy, chooseBy] = useUrlText('by', 'day');
  const [chosen, choose] = useUrlText('statistic', 'average_execution_time');
  const by: TrendBy = chosenBy === 'version' ? 'version' : 'day';
  const statistic =
    OPTIONS.find(({ value }) => value === chosen)?.value ?? 'average_execution_time';
  const query = useTrends(dashboardId, by, view);
  const isOne = view.filters.endpoint !== undefined;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <FilterBar dashboardId={dashboardId} overTime={false} />
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <Segments label="Trend by" value={by} options={BYS} onChange={chooseBy} />
        {by === 'day' && <MarkersButton />}
        {!isOne && (
          <Segments<TrendStatistic>
            label="Statistic"
            value={statistic}
            options={OPTIONS}
            onChange={choose}
          />
        )}
      </Box>
      <QueryBoundary
        query={query}
        minHeight={300}
        isEmpty={({ trends }) => trends.every(({ values }) => !values.total_visits?.some(Boolean))}
        empty={<Notice icon="chart" title="No requests in this time range" />}
      >
        {({ trends }) => (
          <PanelGrid>
            {isOne
              ? OPTIONS.map(({ value }) => (
                  <TrendPanel
                    key={value}
                    {...{ dashboardId, by, view }}
                    endpoint={view.filters.endpoint ?? null}
                    statistic={value}
                    titled="statistic"
                  />
                ))
              : trends.map(({ endpoint }) => (
                  <TrendPanel
                    key={endpoint}
                    {...{ dashboardId, by, view, endpoint, statistic }}
                    titled="endpoint"
                  />
                ))}
          </PanelGrid>
        )}
      </QueryBoundary>
      {!isOne && (query.data?.trends.length ?? 0) > MAX_ENDPOINTS && (
        <Box component="p" sx={{ m: 0, fontSize: '0.75rem', color: 'text.secondary' }}>
          The {MAX_ENDPOINTS} endpoints with the most requests. Filter by another one to see it.
        </Box>
      )}
    </Box>
  );
}
