import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useTheme } from '@mui/material/styles';
import type { GridColDef, GridSortModel } from '@mui/x-data-grid';
import { Link } from 'react-router';

import type { EndpointChange } from '@/api/dashboards/endpoints';
import { EndpointActions } from '@/components/endpoint-actions';
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
  countOf,
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

const NO_BLUEPRINT = 'No blueprint';

const trend = (colorOf: (endpoint: string) => string): Column => ({
  field: 'visits',
  headerName: 'Trend',
  description: 'Requests over the time range',
  width: 80,
  sortable: false,
  filterable: false,
  renderCell: ({ row: { name, visits, blueprint } }) =>
    visits && (
      <Box sx={{ width: '100%', height: '100%', display: 'flex', alignItems: 'center' }}>
        <Sparkline
          values={visits}
          label={`Requests to ${name || NO_BLUEPRINT} over time`}
          color={blueprint ? 'currentColor' : colorOf(name)}
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

interface AsideProps {
  title?: string;
  /** Whether it gives way to the name on a phone. */
  isMinor?: boolean;
  children: string;
}

const Aside = ({ title, isMinor = false, children }: AsideProps) => (
  <Box
    component="span"
    title={title}
    sx={{
      display: isMinor ? { xs: 'none', sm: 'inline' } : undefined,
      color: 'text.secondary',
      fontSize: '0.75rem',
      flexShrink: 0,
    }}
  >
    {children}
  </Box>
);

interface BlueprintProps {
  name: string;
  blueprint: NonNullable<EndpointRow['blueprint']>;
  isOpen: boolean;
  onToggle: () => void;
}

/** The name of a blueprint, which shows and hides the rows of its endpoints. */
function Blueprint({ name, blueprint, isOpen, onToggle }: BlueprintProps) {
  const { endpoints, hidden } = blueprint;
  const size = countOf(endpoints, 'endpoint') + (hidden > 0 ? `, ${hidden} hidden` : '');
  return (
    <ButtonBase
      aria-expanded={isOpen}
      aria-label={`${name || NO_BLUEPRINT}: ${size}`}
      title={name}
      onClick={onToggle}
      sx={{ font: 'inherit', fontWeight: 600, gap: 1, maxWidth: '100%', borderRadius: '4px' }}
    >
      <Box sx={{ lineHeight: 0, transform: isOpen ? 'rotate(90deg)' : undefined }}>
        <Icon name="chevron" size={14} />
      </Box>
      <Box component="span" sx={{ minWidth: 0 }}>
        <MiddleEllipsis text={name || NO_BLUEPRINT} />
      </Box>
      <Aside isMinor>{size}</Aside>
    </ButtonBase>
  );
}

function Name({ dashboardId, row, color }: NameProps) {
  const { name, hidden, pinned, enabled, merged } = row;
  const search = useViewSearch();
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, opacity: hidden ? 0.6 : 1 }}>
      <Swatch color={color} />
      {pinned && <Icon name="pin" size={14} isFilled color="text.secondary" />}
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
      {!enabled && <Aside title="Your app does not monitor this endpoint">not monitored</Aside>}
      {merged !== undefined && (
        <Aside isMinor title={`${countOf(merged, 'endpoint')} of your app, merged by a rule`}>
          {`${formatNumber(merged)} merged`}
        </Aside>
      )}
    </Box>
  );
}

/** The column menu shows the figures that do not fit next to a readable name. */
const HIDDEN_ON_LAPTOPS = { average_execution_time: false, total_execution_time: false };
const HIDDEN_ON_TABLETS = {
  ...HIDDEN_ON_LAPTOPS,
  ...{ share: false, unique_visitors: false, visits: false },
};

/** Two columns of figures fit next to the name on the smallest phone. */
const onPhones = (column: Column): Column => {
  const width = column.field === 'total_visits' ? 112 : 70;
  return { ...column, width, minWidth: width, flex: 0, disableColumnMenu: true };
};

/** A phone shows a few columns; the menu of the first one shows the others. */
const HIDDEN_ON_PHONES = Object.fromEntries(
  [...FIGURES.map(({ field }) => field), 'lastCall', 'visits', 'hidden']
    .filter((field) => field !== 'total_visits' && field !== 'median_execution_time')
    .map((field) => [field, false]),
);

interface EndpointsGridProps {
  dashboardId: string;
  rows: readonly EndpointRow[];
  order: GridSortModel;
  onOrder: (order: GridSortModel) => void;
  /** Whether the endpoints of a blueprint are shown below it, and how to change that. */
  isOpen: (blueprint: string) => boolean;
  onToggle: (blueprint: string) => void;
  onChange: (endpoint: EndpointChange) => void;
}

/**
 * A grid of endpoints that can be sorted and filtered by any figure, and grouped by blueprint.
 *
 * The rows are sorted already, because pinned ones and those of a blueprint have their places.
 */
export function EndpointsGrid({ dashboardId, rows, ...props }: EndpointsGridProps) {
  const { order, onOrder, isOpen, onToggle, onChange } = props;
  const colorOf = useEndpointColor(dashboardId);
  const theme = useTheme();
  const isPhone = useMediaQuery(theme.breakpoints.down('sm'), { noSsr: true });
  const isWide = useMediaQuery(theme.breakpoints.up('xl'), { noSsr: true });
  const isTablet = useMediaQuery(theme.breakpoints.down('lg'), { noSsr: true });
  const onLaptops = isTablet ? HIDDEN_ON_TABLETS : HIDDEN_ON_LAPTOPS;
  const visibility = isPhone ? HIDDEN_ON_PHONES : isWide ? {} : onLaptops;
  const isGrouped = rows.some(({ blueprint }) => blueprint);
  const columns: Column[] = [
    {
      field: 'name',
      headerName: 'Endpoint',
      ...(isPhone ? flexible(98) : { minWidth: isTablet ? 160 : 200, flex: 300 }),
      renderCell: ({ row }) =>
        row.blueprint ? (
          <Blueprint
            name={row.name}
            blueprint={row.blueprint}
            isOpen={isOpen(row.name)}
            onToggle={() => onToggle(row.name)}
          />
        ) : (
          <Box sx={{ pl: isGrouped ? 2.5 : 0 }}>
            <Name dashboardId={dashboardId} row={row} color={colorOf(row.name)} />
          </Box>
        ),
    },
    trend(colorOf),
    ...FIGURES.map((column) => (isPhone ? onPhones(column) : column)),
    lastCall,
    {
      field: 'hidden',
      headerName: 'Listed',
      description: 'Pin endpoints to list them first, or hide them',
      width: 76,
      sortable: false,
      filterable: false,
      align: 'center',
      renderCell: ({ row }) =>
        row.blueprint ? null : <EndpointActions endpoint={row} onChange={onChange} />,
    },
  ];
  return (
    <FigureGrid<EndpointRow>
      label="Endpoints"
      rows={rows}
      columns={columns}
      sortingMode="server"
      sortingOrder={['desc', 'asc']}
      sortModel={order}
      onSortModelChange={onOrder}
      initialState={{
        columns: { columnVisibilityModel: visibility },
      }}
    />
  );
}
