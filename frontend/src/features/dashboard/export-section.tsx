import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

import { exportUrl, type ExportFormat } from '@/api/dashboards/export';
import { FilterBar } from '@/components/filter-bar';
import { Icon } from '@/components/icon';
import { Frame } from '@/components/panel';
import { useView } from '@/hooks/use-view';

const FORMATS: readonly { format: ExportFormat; label: string }[] = [
  { format: 'csv', label: 'Export as CSV' },
  { format: 'json', label: 'Export as JSON' },
];

/** Exports the raw requests of a time range that match the filters. */
export function ExportSection({ dashboardId }: { dashboardId: string }) {
  const { view } = useView();
  return (
    <Frame title="Export" subtitle="Raw requests in this time range that match these filters.">
      <Box sx={{ display: 'flex', flexDirection: 'column', gap: 2 }}>
        <FilterBar dashboardId={dashboardId} overTime={false} />
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          {FORMATS.map(({ format, label }) => (
            <Button
              key={format}
              variant="outlined"
              startIcon={<Icon name="download" />}
              href={exportUrl(dashboardId, view, format)}
              download
            >
              {label}
            </Button>
          ))}
        </Box>
      </Box>
    </Frame>
  );
}
