import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { archiveUrl, exportUrl, type ExportFormat } from '@/api/dashboards/export';
import { FilterBar } from '@/components/filter-bar';
import { Icon } from '@/components/icon';
import { Frame } from '@/components/panel';
import { useView } from '@/hooks/use-view';

const FORMATS: readonly { format: ExportFormat; label: string }[] = [
  { format: 'csv', label: 'Export as CSV' },
  { format: 'json', label: 'Export as JSON' },
];

/** Exports the raw requests of a time range that match the filters, or a sample archive. */
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
        <Typography component="h3" sx={{ fontWeight: 550 }}>
          Sample archive
        </Typography>
        <Typography variant="body2" color="textSecondary">
          The last five complete days for a developer or a bug report. Addresses, users and endpoint
          names with digits or @ are replaced. <code>pydash demo replay</code> serves the file as an
          app.
        </Typography>
        <Box>
          <Button
            variant="outlined"
            startIcon={<Icon name="download" />}
            href={archiveUrl(dashboardId)}
            download
          >
            Download sample archive
          </Button>
        </Box>
      </Box>
    </Frame>
  );
}
