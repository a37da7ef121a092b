import { lazy, Suspense, useState } from 'react';

import Box from '@mui/material/Box';
import FormControlLabel from '@mui/material/FormControlLabel';
import Paper from '@mui/material/Paper';
import Skeleton from '@mui/material/Skeleton';
import Switch from '@mui/material/Switch';
import { useTheme } from '@mui/material/styles';
import { useParams } from 'react-router';

import { messageOf } from '@/api/core/errors';
import { useKnownEndpoints } from '@/api/dashboards/endpoints';
import { useChangeEndpointSettings, type EndpointVisibility } from '@/api/dashboards/settings';
import { useEndpoints } from '@/api/statistics/groups';
import { QueryBoundary } from '@/components/query-boundary';
import { FilterBar } from '@/components/filter-bar';
import { FocusFallback } from '@/components/focus-fallback';
import { Notice } from '@/components/notice';
import { BoxPanel } from '@/components/panels/box-panel';
import { SpreadPanel } from '@/components/panels/spread-panel';
import { SearchInput } from '@/components/search-input';
import { useNotify } from '@/components/snackbar';
import { endpointRows, type EndpointRow } from '@/features/dashboard/endpoint-rows';
import { useEndpointColor } from '@/hooks/use-endpoint-color';
import { useView } from '@/hooks/use-view';

// The grid is larger than the rest of the page, so its code is loaded on demand.
const EndpointsGrid = lazy(async () => ({
  default: (await import('@/features/dashboard/endpoints-grid')).EndpointsGrid,
}));

const MIN_HEIGHT = 360;
const Loading = () => <Skeleton variant="rounded" height={MIN_HEIGHT} aria-label="Loading" />;

interface ToolbarProps {
  search: string;
  onSearch: (search: string) => void;
  hidden: number;
  showsHidden: boolean;
  onShowHidden: (shown: boolean) => void;
}

const Toolbar = ({ search, onSearch, hidden, showsHidden, onShowHidden }: ToolbarProps) => (
  <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5, p: 1.5 }}>
    <Box sx={{ width: { xs: '100%', sm: 260 } }}>
      <SearchInput label="Search endpoints" shortcut="/" value={search} onChange={onSearch} />
    </Box>
    <FormControlLabel
      control={
        <Switch
          size="small"
          checked={showsHidden}
          onChange={(_, shown) => onShowHidden(shown)}
          disabled={hidden === 0}
        />
      }
      label={`Show hidden (${hidden})`}
      slotProps={{ typography: { variant: 'body2' } }}
    />
  </Box>
);

interface EndpointListProps {
  dashboardId: string;
  rows: readonly EndpointRow[];
}

function EndpointList({ dashboardId, rows }: EndpointListProps) {
  const [search, setSearch] = useState('');
  const [showsHidden, setShowsHidden] = useState(false);
  const change = useChangeEndpointSettings(dashboardId);
  const notify = useNotify();
  const setVisibility = (endpoint: EndpointVisibility) =>
    change.mutate(endpoint, {
      onSuccess: ({ message }) => notify(message),
      onError: (error) => notify(messageOf(error), 'error'),
    });
  const shown = rows.filter(
    ({ name, hidden }) =>
      (!hidden || showsHidden) && name.toLowerCase().includes(search.toLowerCase()),
  );
  return (
    <>
      <Toolbar
        search={search}
        onSearch={setSearch}
        hidden={rows.filter(({ hidden }) => hidden).length}
        showsHidden={showsHidden}
        onShowHidden={setShowsHidden}
      />
      <FocusFallback label="Endpoints">
        <Suspense fallback={<Loading />}>
          {/* A column of a flex box, so that the grid is as high as its rows, but not so high that
              its head and its scroll bars are out of sight. */}
          <Box
            sx={{
              display: 'flex',
              flexDirection: 'column',
              minHeight: MIN_HEIGHT,
              maxHeight: `max(${MIN_HEIGHT}px, 60vh)`,
            }}
          >
            <EndpointsGrid dashboardId={dashboardId} rows={shown} onVisibility={setVisibility} />
          </Box>
        </Suspense>
      </FocusFallback>
    </>
  );
}

/** All endpoints of a dashboard with their figures and box plots. */
export function EndpointsTab() {
  const { dashboardId = '' } = useParams();
  const { view } = useView();
  const colorOf = useEndpointColor(dashboardId);
  const { scheme } = useTheme().palette;
  const query = useEndpoints(dashboardId, view);
  const { data: known = [], isPending } = useKnownEndpoints(dashboardId);
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <FilterBar dashboardId={dashboardId} overTime={false} hasSearch />
      <Paper component="section" aria-label="Endpoints" variant="outlined" sx={{ minWidth: 0 }}>
        <QueryBoundary
          query={query}
          skeleton={<Loading />}
          minHeight={MIN_HEIGHT}
          isEmpty={({ endpoints }) => endpoints.length + known.length === 0}
          empty={
            <Notice icon="table" title="No endpoints yet">
              Endpoints appear once your app has received requests and PyDash has fetched them.
            </Notice>
          }
        >
          {(called) =>
            isPending ? (
              <Loading />
            ) : (
              <EndpointList dashboardId={dashboardId} rows={endpointRows(called, known)} />
            )
          }
        </QueryBoundary>
      </Paper>
      <BoxPanel
        {...{ dashboardId, view, colorOf }}
        title="Execution time by endpoint"
        dimension="endpoint"
      />
      <SpreadPanel {...{ dashboardId, view }} color={scheme.accent} />
    </Box>
  );
}
