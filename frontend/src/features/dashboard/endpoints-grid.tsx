import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useTheme } from '@mui/material/styles';
import { DataGrid, type GridColDef } from '@mui/x-data-grid';
import { Link } from 'react-router';

import type { EndpointVisibility } from '@/api/change-endpoint-settings';
import { Swatch } from '@/components/charts/legend';
import { Sparkline } from '@/components/charts/sparkline';
import { Icon } from '@/components/icon';
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
): Column => ({
  field,
  headerName,
  description,
  type: 'number',
  width: 96,
  valueGetter: (_, { numbers }) => numbers[field],
  valueFormatter: (value: number | null) => format(value),
});

const FIGURES: readonly Column[] = [
  figure('total_visits', 'Visits', 'Calls in the time range', formatNumber),
  {
    field: 'share',
    headerName: 'Share',
    description: 'Of all visits in the time range',
    type: 'number',
    width: 84,
    valueFormatter: (value: number | null) => formatPercent(value),
  },
  figure('unique_visitors', 'Unique', 'Distinct IP addresses', formatNumber),
  figure('average_execution_time', 'Average', 'Mean execution time', formatDuration),
  figure('median_execution_time', 'p50', 'Half of the calls are faster', formatDuration),
  figure(
    'ninety-fifth_percentile_execution_time',
    'p95',
    '95 of 100 calls are faster',
    formatDuration,
  ),
  figure(
    'ninety-ninth_percentile_execution_time',
    'p99',
    '99 of 100 calls are faster',
    formatDuration,
  ),
  figure(
    'total_execution_time',
    'Total time',
    'Execution time of all calls together',
    formatDuration,
  ),
  figure('error_rate', 'Errors', 'Share of calls answered 5xx', formatFinePercent),
];

const lastCall: Column = {
  field: 'lastCall',
  headerName: 'Last call',
  type: 'dateTime',
  width: 110,
  align: 'right',
  headerAlign: 'right',
  renderCell: ({ row }) =>
    row.lastCall ? <RelativeTime moment={row.lastCall.toISOString()} /> : MISSING,
};

const trend = (colorOf: (endpoint: string) => string): Column => ({
  field: 'visits',
  headerName: 'Trend',
  description: 'Visits over the time range',
  width: 120,
  sortable: false,
  filterable: false,
  renderCell: ({ row: { name, visits } }) =>
    visits && (
      <Box sx={{ width: '100%', height: '100%', display: 'flex', alignItems: 'center' }}>
        <Sparkline
          values={visits}
          label={`Visits to ${name} over time`}
          color={colorOf(name)}
          width={100}
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

function Name({ dashboardId, row: { name, hidden }, color }: NameProps) {
  const search = useViewSearch();
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, opacity: hidden ? 0.6 : 1 }}>
      <Swatch color={color} />
      <Box
        component={Link}
        to={endpointPage(dashboardId, name) + search}
        sx={{
          color: 'text.primary',
          fontWeight: 500,
          textDecoration: 'none',
          '&:hover': { textDecoration: 'underline' },
          overflow: 'hidden',
          textOverflow: 'ellipsis',
        }}
      >
        {name}
      </Box>
    </Box>
  );
}

interface VisibilityButtonProps {
  row: EndpointRow;
  onChange: (endpoint: EndpointVisibility) => void;
}

function VisibilityButton({ row: { name, hidden }, onChange }: VisibilityButtonProps) {
  const action = hidden ? 'Show again' : 'Hide';
  return (
    <Tooltip title={action}>
      <IconButton
        size="small"
        aria-label={`${action}: ${name}`}
        onClick={() => onChange({ name, hidden: !hidden })}
      >
        <Icon name={hidden ? 'eyeOff' : 'eye'} />
      </IconButton>
    </Tooltip>
  );
}

/** Two columns of figures stand beside the name on the smallest phone. */
const PHONE_WIDTH = 80;

/** On a phone there is room for a few columns; the others can be had from the column menu. */
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

/** The endpoints with their figures, to be sorted and filtered by any of them. */
export function EndpointsGrid({ dashboardId, rows, onVisibility }: EndpointsGridProps) {
  const colorOf = useEndpointColor(dashboardId);
  const theme = useTheme();
  const isPhone = useMediaQuery(theme.breakpoints.down('sm'), { noSsr: true });
  const columns: Column[] = [
    {
      field: 'name',
      headerName: 'Endpoint',
      flex: 1,
      minWidth: isPhone ? 104 : 200,
      renderCell: ({ row }) => (
        <Name dashboardId={dashboardId} row={row} color={colorOf(row.name)} />
      ),
    },
    trend(colorOf),
    ...FIGURES.map((column) => (isPhone ? { ...column, width: PHONE_WIDTH } : column)),
    lastCall,
    {
      field: 'hidden',
      headerName: 'Shown',
      width: 64,
      sortable: false,
      filterable: false,
      align: 'center',
      renderCell: ({ row }) => <VisibilityButton row={row} onChange={onVisibility} />,
    },
  ];
  return (
    <DataGrid<EndpointRow>
      aria-label="Endpoints"
      rows={rows}
      columns={columns}
      getRowId={({ name }) => name}
      density="compact"
      disableRowSelectionOnClick
      hideFooter={rows.length <= 100}
      initialState={{
        sorting: { sortModel: [{ field: 'total_visits', sort: 'desc' }] },
        columns: { columnVisibilityModel: isPhone ? HIDDEN_ON_PHONES : {} },
      }}
      sx={{ border: 0, fontSize: '0.8125rem' }}
    />
  );
}
