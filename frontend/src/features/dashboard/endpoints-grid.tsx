import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useTheme } from '@mui/material/styles';
import type { GridColDef } from '@mui/x-data-grid';
import { Link } from 'react-router';

import type { EndpointVisibility } from '@/api/dashboards/settings';
import { FigureGrid, figureColumn, flexible } from '@/components/figure-grid';
import { Swatch } from '@/components/charts/legend';
import { Sparkline } from '@/components/charts/sparkline';
import { Icon } from '@/components/icon';
import { MiddleEllipsis } from '@/components/middle-ellipsis';
import { RelativeTime } from '@/components/relative-time';
import type { EndpointRow } from '@/features/dashboard/endpoint-rows';
import { useEndpointColor } from '@/hooks/use-endpoint-color';
import { useViewSearch } from '@/hooks/use-view';
import {
  formatDuration,
  formatFinePercent,
  formatNumber,
  formatPercent,
  MISSING,
} from '@/lib/format';
import { endpointPage } from '@/lib/paths';

type Column = GridColDef<EndpointRow>;
type Numbers = EndpointRow['numbers'];

const figure = (
  field: keyof Numbers,
  headerName: string,
  description: string,
  format: (value: number | null) => string,
  width = 76,
): Column =>
  figureColumn({
    ...{ field, headerName, description, format, width },
    valueOf: ({ numbers }) => numbers[field] ?? null,
  });

const FIGURES: readonly Column[] = [
  figure('total_visits', 'Requests', 'Requests in the time range', formatNumber, 104),
  {
    field: 'share',
    headerName: 'Share',
    description: 'Share of all requests in the time range',
    type: 'number',
    ...flexible(66),
    valueFormatter: (value: number | null) => formatPercent(value),
  },
  figure('unique_visitors', 'Unique', 'Distinct IP addresses', formatNumber, 70),
  figure('average_execution_time', 'Average', 'Mean execution time', formatDuration),
  figure('median_execution_time', 'p50', '50% of requests are faster', formatDuration),
  figure(
    'ninety-fifth_percentile_execution_time',
    'p95',
    '95% of requests are faster',
    formatDuration,
  ),
  figure(
    'ninety-ninth_percentile_execution_time',
    'p99',
    '99% of requests are faster',
    formatDuration,
  ),
  figure(
    'total_execution_time',
    'Total time',
    'Total execution time of all requests',
    formatDuration,
    86,
  ),
  figure('error_rate', 'Errors', 'Share of requests with a 5xx status', formatFinePercent, 66),
];

const lastCall: Column = {
  field: 'lastCall',
  headerName: 'Last request',
  type: 'dateTime',
  ...flexible(98),
  align: 'right',
  headerAlign: 'right',
  renderCell: ({ row }) =>
    row.lastCall ? <RelativeTime moment={row.lastCall.toISOString()} /> : MISSING,
};

const trend = (colorOf: (endpoint: string) => string): Column => ({
  field: 'visits',
  headerName: 'Trend',
  description: 'Requests over the time range',
  width: 80,
  sortable: false,
  filterable: false,
  renderCell: ({ row: { name, visits } }) =>
    visits && (
      <Box sx={{ width: '100%', height: '100%', display: 'flex', alignItems: 'center' }}>
        <Sparkline
          values={visits}
          label={`Requests to ${name} over time`}
          color={colorOf(name)}
          width={64}
          height={22}
        />
      </Box>
    ),
});

interface NameProps {
  dashboardId: string;
  row: EndpointRow;
  color: string;
}

function Name({ dashboardId, row: { name, hidden, enabled }, color }: NameProps) {
  const search = useViewSearch();
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, opacity: hidden ? 0.6 : 1 }}>
      <Swatch color={color} />
      <Box
        component={Link}
        to={endpointPage(dashboardId, name) + search}
        title={name}
        sx={{
          color: 'text.primary',
          fontWeight: 500,
          textDecoration: 'none',
          '&:hover': { textDecoration: 'underline' },
          minWidth: 0,
        }}
      >
        <MiddleEllipsis text={name} />
      </Box>
      {!enabled && (
        <Box
          component="span"
          title="Your app does not monitor this endpoint"
          sx={{ color: 'text.secondary', fontSize: '0.75rem', flexShrink: 0 }}
        >
          not monitored
        </Box>
      )}
    </Box>
  );
}

interface VisibilityButtonProps {
  row: EndpointRow;
  onChange: (endpoint: EndpointVisibility) => void;
}

function VisibilityButton({ row: { name, hidden }, onChange }: VisibilityButtonProps) {
  const action = hidden ? 'Show' : 'Hide';
  return (
    <Tooltip title={action}>
      <IconButton
        size="small"
        aria-label={`${action} ${name}`}
        onClick={() => onChange({ name, hidden: !hidden })}
      >
        <Icon name={hidden ? 'eyeOff' : 'eye'} />
      </IconButton>
    </Tooltip>
  );
}

/** The column menu shows the figures that do not fit next to a readable name. */
const HIDDEN_ON_LAPTOPS = { average_execution_time: false, total_execution_time: false };

/** Two columns of figures fit next to the name on the smallest phone. */
const onPhones = (column: Column): Column => {
  const width = column.field === 'total_visits' ? 102 : 70;
  return { ...column, width, minWidth: width, flex: 0 };
};

/** A phone shows a few columns; the column menu shows the others. */
const HIDDEN_ON_PHONES = Object.fromEntries(
  [...FIGURES.map(({ field }) => field), 'lastCall', 'visits', 'hidden']
    .filter((field) => field !== 'total_visits' && field !== 'median_execution_time')
    .map((field) => [field, false]),
);

interface EndpointsGridProps {
  dashboardId: string;
  rows: readonly EndpointRow[];
  onVisibility: (endpoint: EndpointVisibility) => void;
}

/** A grid of endpoints that can be sorted and filtered by any figure. */
export function EndpointsGrid({ dashboardId, rows, onVisibility }: EndpointsGridProps) {
  const colorOf = useEndpointColor(dashboardId);
  const theme = useTheme();
  const isPhone = useMediaQuery(theme.breakpoints.down('sm'), { noSsr: true });
  const isWide = useMediaQuery(theme.breakpoints.up('xl'), { noSsr: true });
  const visibility = isPhone ? HIDDEN_ON_PHONES : isWide ? {} : HIDDEN_ON_LAPTOPS;
  const columns: Column[] = [
    {
      field: 'name',
      headerName: 'Endpoint',
      ...(isPhone ? flexible(98) : { minWidth: 200, flex: 300 }),
      renderCell: ({ row }) => (
        <Name dashboardId={dashboardId} row={row} color={colorOf(row.name)} />
      ),
    },
    trend(colorOf),
    ...FIGURES.map((column) => (isPhone ? onPhones(column) : column)),
    lastCall,
    {
      field: 'hidden',
      headerName: 'Shown',
      width: 60,
      sortable: false,
      filterable: false,
      align: 'center',
      renderCell: ({ row }) => <VisibilityButton row={row} onChange={onVisibility} />,
    },
  ];
  return (
    <FigureGrid<EndpointRow>
      label="Endpoints"
      rows={rows}
      columns={columns}
      getRowId={({ name }) => name}
      initialState={{
        sorting: { sortModel: [{ field: 'total_visits', sort: 'desc' }] },
        columns: { columnVisibilityModel: visibility },
      }}
    />
  );
}
