import Box from '@mui/material/Box';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useTheme } from '@mui/material/styles';
import type { GridColDef } from '@mui/x-data-grid';
import { Link } from 'react-router';

import { useAlertCount } from '@/api/alerts/alerts';
import { healthOf } from '@/api/dashboards/health';
import type { Dashboard } from '@/api/types';
import { Sparkline } from '@/components/charts/sparkline';
import { FigureGrid, figureColumn, flexible } from '@/components/figure-grid';
import { Icon } from '@/components/icon';
import { StateDot } from '@/components/state-dot';
import { uptimeOf } from '@/features/overview/dashboard-card';
import { FavoriteButton } from '@/features/overview/favorite-button';
import { formatDuration, formatFinePercent, formatNumber } from '@/lib/format';
import { ALERTS, dashboardPage } from '@/lib/paths';

type Column = GridColDef<Dashboard>;
type Figures = Dashboard['summary'];

const figure = (
  field: Exclude<keyof Figures, 'sparkline'>,
  headerName: string,
  description: string,
  format: (value: number | null) => string,
  width: number,
): Column =>
  figureColumn({
    ...{ field, headerName, description, format, width },
    valueOf: ({ summary }) => summary[field],
  });

const FIGURES: readonly Column[] = [
  figure('visits_today', 'Requests', 'Requests today', formatNumber, 94),
  figure('p50', 'p50', '50% of today’s requests are faster', formatDuration, 76),
  figure('p95', 'p95', '95% of today’s requests are faster', formatDuration, 76),
  figure('error_rate', 'Errors', 'Share of today’s 5xx responses', formatFinePercent, 76),
  {
    field: 'downtime_percentage',
    headerName: 'Uptime',
    description: 'Uptime over 90 days',
    type: 'number',
    ...flexible(104),
    valueGetter: (_, { monitor_downtime: monitored, downtime_percentage: down }) =>
      monitored && down !== null ? 100 - down : null,
    valueFormatter: (_, dashboard) => uptimeOf(dashboard),
  },
];

function Alerts({ dashboard }: { dashboard: Dashboard }) {
  const count = useAlertCount(dashboard.id);
  return (
    count > 0 && (
      <Box component={Link} to={ALERTS} sx={{ color: 'error.main', flexShrink: 0 }}>
        {count === 1 ? '1 alert' : `${count} alerts`}
      </Box>
    )
  );
}

const name: Column = {
  field: 'name',
  headerName: 'Dashboard',
  ...flexible(200),
  renderCell: ({ row }) => (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
      <StateDot dashboard={row} />
      <Box
        component={Link}
        to={dashboardPage(row.id)}
        title={row.url}
        sx={{
          color: 'text.primary',
          fontWeight: 500,
          overflow: 'hidden',
          textOverflow: 'ellipsis',
          textDecoration: 'none',
          '&:hover': { textDecoration: 'underline' },
        }}
      >
        {row.name}
      </Box>
      <Alerts dashboard={row} />
    </Box>
  ),
};

const COLUMNS: readonly Column[] = [
  {
    field: 'favorite',
    headerName: 'Favorite',
    type: 'boolean',
    width: 52,
    renderHeader: () => (
      <Box role="img" aria-label="Favorite" sx={{ lineHeight: 0 }}>
        <Icon name="star" size={14} />
      </Box>
    ),
    renderCell: ({ row }) => <FavoriteButton dashboard={row} />,
  },
  name,
  {
    field: 'state',
    headerName: 'State',
    ...flexible(130),
    valueGetter: (_, dashboard) => healthOf(dashboard).label,
  },
  {
    field: 'sparkline',
    headerName: 'Last 24 hours',
    description: 'Requests per hour',
    width: 104,
    sortable: false,
    filterable: false,
    renderCell: ({ row: { name: app, summary } }) => (
      <Box sx={{ width: '100%', height: '100%', display: 'flex', alignItems: 'center' }}>
        <Sparkline
          values={summary.sparkline}
          label={`Requests to ${app} per hour: ${summary.sparkline.join(', ')}`}
          width={88}
          height={22}
        />
      </Box>
    ),
  },
  ...FIGURES,
  {
    field: 'tags',
    headerName: 'Tags',
    ...flexible(100),
    valueGetter: (_, { tags }) => tags.join(', '),
  },
];

/** Pixels. Two figures fit next to the name on the smallest phone; its menu shows the others. */
const WIDTHS_ON_PHONES: Readonly<Record<string, number>> = {
  favorite: 40,
  visits_today: 76,
  error_rate: 60,
};

const onPhones = (column: Column): Column => {
  if (column.field === 'name') return { ...column, ...flexible(98) };
  const width = WIDTHS_ON_PHONES[column.field] ?? 78;
  return { ...column, flex: 0, width, minWidth: width, disableColumnMenu: true };
};

/** Fields without room beside the figures below these breakpoints; the column menu shows them. */
const HIDDEN_BELOW = { lg: ['state', 'sparkline', 'tags'], xl: ['tags'] };

/** The dashboards as rows, in their order until the user sorts by a column. */
export function DashboardsTable({ dashboards }: { dashboards: readonly Dashboard[] }) {
  const { down } = useTheme().breakpoints;
  const isPhone = useMediaQuery(down('sm'), { noSsr: true });
  const isNarrow = useMediaQuery(down('lg'), { noSsr: true });
  const isLaptop = useMediaQuery(down('xl'), { noSsr: true });
  const hidden = isNarrow ? HIDDEN_BELOW.lg : isLaptop ? HIDDEN_BELOW.xl : [];
  const isShown = ({ field }: Column) =>
    isPhone ? field === 'name' || field in WIDTHS_ON_PHONES : !hidden.includes(field);
  const columns = isPhone ? COLUMNS.map(onPhones) : COLUMNS;
  const visibility = Object.fromEntries(COLUMNS.map((column) => [column.field, isShown(column)]));
  return (
    <FigureGrid<Dashboard>
      label="Dashboards"
      rows={dashboards}
      columns={columns}
      initialState={{ columns: { columnVisibilityModel: visibility } }}
    />
  );
}
