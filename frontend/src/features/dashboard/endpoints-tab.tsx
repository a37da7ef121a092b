import { lazy, Suspense, useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Paper from '@mui/material/Paper';
import Skeleton from '@mui/material/Skeleton';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import type { GridSortModel } from '@mui/x-data-grid';
import { useParams } from 'react-router';

import { useKnownEndpoints } from '@/api/dashboards/endpoints';
import { useEndpoints, type CalledEndpoints } from '@/api/statistics/groups';
import { MAX_GROUPS } from '@/api/statistics/query';
import { useChangeEndpoint } from '@/components/endpoint-actions';
import { QueryBoundary } from '@/components/query-boundary';
import { FilterBar } from '@/components/filter-bar';
import { FocusFallback } from '@/components/focus-fallback';
import { Icon } from '@/components/icon';
import { Notice } from '@/components/notice';
import { BoxPanel } from '@/components/panels/box-panel';
import { SpreadPanel } from '@/components/panels/spread-panel';
import { SearchInput } from '@/components/search-input';
import {
  blueprintOf,
  blueprintRows,
  endpointRows,
  nestRows,
  sortRows,
  type EndpointRow,
} from '@/features/dashboard/endpoint-rows';
import { useEndpointColor } from '@/hooks/use-endpoint-color';
import { useUrlText } from '@/hooks/use-url-text';
import { useView } from '@/hooks/use-view';
import { formatNumber } from '@/lib/format';

// The grid is larger than the rest of the page, so its code is loaded on demand.
const EndpointsGrid = lazy(async () => ({
  default: (await import('@/features/dashboard/endpoints-grid')).EndpointsGrid,
}));
const MergeDialog = lazy(async () => ({
  default: (await import('@/features/dashboard/merge-dialog')).MergeDialog,
}));

const MIN_HEIGHT = 360;
const Loading = () => (
  <Skeleton variant="rounded" height={MIN_HEIGHT} role="progressbar" aria-label="Loading" />
);

interface ToggleProps {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  disabled?: boolean;
}

const Toggle = ({ label, isOn, onChange, disabled }: ToggleProps) => (
  <FormControlLabel
    control={
      <Switch
        size="small"
        checked={isOn}
        disabled={disabled}
        onChange={(_, checked) => onChange(checked)}
      />
    }
    label={label}
    slotProps={{ typography: { variant: 'body2' } }}
  />
);

/** Opens the dialog with the rules that merge endpoints. */
function MergeButton({ dashboardId }: { dashboardId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="outlined"
        startIcon={<Icon name="merge" />}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        Merge endpoints
      </Button>
      {isOpen && (
        <Suspense>
          <MergeDialog dashboardId={dashboardId} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

interface EndpointListProps {
  dashboardId: string;
  rows: readonly EndpointRow[];
  /** The figures of the blueprints; undefined if endpoints are not grouped by them. */
  blueprints: CalledEndpoints | undefined;
  isCut: boolean;
}

function EndpointList({ dashboardId, rows, blueprints, isCut }: EndpointListProps) {
  const [search, setSearch] = useState('');
  const [showsHidden, setShowsHidden] = useState(false);
  const [order, setOrder] = useState<GridSortModel>([{ field: 'total_visits', sort: 'desc' }]);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [, group] = useUrlText('group', '');
  const changeEndpoint = useChangeEndpoint(dashboardId);
  const hidden = rows.filter((row) => row.hidden).length;
  const hasBlueprints = rows.some(({ name }) => blueprintOf(name) !== '');
  const listed = rows.filter(
    (row) => (!row.hidden || showsHidden) && row.name.toLowerCase().includes(search.toLowerCase()),
  );
  // What was searched for is not left folded away.
  const isOpen = (name: string) => search !== '' || opened.has(name);
  const toggle = (name: string) =>
    setOpened((before) => {
      const after = new Set(before);
      if (!after.delete(name)) after.add(name);
      return after;
    });
  const shown = blueprints
    ? nestRows(blueprintRows(blueprints, rows), listed, order, isOpen)
    : sortRows(listed, order);
  return (
    <>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5, p: 1.5 }}>
        <Box sx={{ width: { xs: '100%', sm: 260 } }}>
          <SearchInput label="Search endpoints" shortcut="/" value={search} onChange={setSearch} />
        </Box>
        {(hasBlueprints || blueprints) && (
          <Toggle
            label="Group by blueprint"
            isOn={blueprints !== undefined}
            onChange={(isOn) => group(isOn ? 'blueprint' : '')}
          />
        )}
        <Toggle
          label={`Show hidden (${hidden})`}
          isOn={showsHidden}
          onChange={setShowsHidden}
          disabled={hidden === 0}
        />
        <Box sx={{ ml: { sm: 'auto' } }}>
          <MergeButton dashboardId={dashboardId} />
        </Box>
        {(hidden > 0 || isCut) && (
          <Typography variant="caption" color="textSecondary" sx={{ width: '100%' }}>
            {hidden > 0 && 'Hidden endpoints still count in all totals. '}
            {isCut &&
              `Only the ${formatNumber(MAX_GROUPS)} endpoints with the most requests are listed;` +
                ' merge those whose names your app makes up.'}
          </Typography>
        )}
      </Box>
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
            <EndpointsGrid
              {...{ dashboardId, isOpen }}
              rows={shown}
              order={order}
              onOrder={setOrder}
              onToggle={toggle}
              onChange={changeEndpoint}
            />
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
  const [grouping] = useUrlText('group', '');
  const isGrouped = grouping === 'blueprint';
  const query = useEndpoints(dashboardId, view);
  const blueprints = useEndpoints(dashboardId, view, 'blueprint', isGrouped);
  const known = useKnownEndpoints(dashboardId).data;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
      <FilterBar dashboardId={dashboardId} overTime={false} hasSearch />
      <Paper component="section" aria-label="Endpoints" variant="outlined" sx={{ minWidth: 0 }}>
        <QueryBoundary
          query={query}
          skeleton={<Loading />}
          minHeight={MIN_HEIGHT}
          isEmpty={({ endpoints }) => endpoints.length + (known?.endpoints.length ?? 0) === 0}
          empty={
            <Notice icon="table" title="No endpoints yet">
              Endpoints appear once your app has received requests and PyDash has fetched them.
            </Notice>
          }
        >
          {(called) =>
            known && (!isGrouped || blueprints.data) ? (
              <EndpointList
                dashboardId={dashboardId}
                rows={endpointRows(called, known)}
                blueprints={isGrouped ? blueprints.data : undefined}
                isCut={called.isCut}
              />
            ) : (
              <Loading />
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
