import Box from '@mui/material/Box';

import { RangeControls } from '@/components/filter-bar';
import { Page } from '@/components/page';
import { ZoneNote } from '@/components/zone-note';
import { Exceptions } from '@/features/diagnosis/exceptions';

/** The exceptions of all dashboards. */
export const ExceptionsPage = () => (
  <Page title="Exceptions">
    <Exceptions
      dashboardId={undefined}
      filterBar={
        <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
          <RangeControls />
          <Box sx={{ ml: { sm: 'auto' } }}>
            <ZoneNote />
          </Box>
        </Box>
      }
      filters={{}}
    />
  </Page>
);
