import { useId, type ReactNode } from 'react';

import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import MuiLink from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';

import { useOutlier } from '@/api/diagnosis/outliers';
import { shownName } from '@/api/statistics/names';
import type { Outlier, OutlierDetails } from '@/api/types';
import { DataTable } from '@/components/data-table';
import { Icon } from '@/components/icon';
import { QueryBoundary } from '@/components/query-boundary';
import { Facts } from '@/features/diagnosis/facts';
import { StackView } from '@/features/diagnosis/stack-view';
import { useZone } from '@/hooks/use-zone';
import {
  formatDateTime,
  formatDecimal,
  formatDuration,
  formatNumber,
  formatPercent,
  MISSING,
} from '@/lib/format';
import { dashboardPage } from '@/lib/paths';

/** "2.7× the median": whole numbers where decimals would not matter. */
const factorText = (factor: number) =>
  `${factor < 10 ? formatDecimal(factor) : formatNumber(factor)}× the median`;

const percentText = (percent: number | null) =>
  formatPercent(percent === null ? null : percent / 100);

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <Box component="section" aria-label={title} sx={{ minWidth: 0 }}>
    <Typography variant="h3" sx={{ mb: 0.5 }}>
      {title}
    </Typography>
    {children}
  </Box>
);

const fieldsTable = (fields: Readonly<Record<string, string>>) => ({
  columns: ['Name', 'Value'],
  rows: Object.entries(fields),
});

function Details({ dashboardId, outlier }: { dashboardId: string; outlier: OutlierDetails }) {
  const { endpoint, version, url, user, ip, status_code: status, cpu, memory } = outlier;
  const search = new URLSearchParams({ endpoint, version }).toString();
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['URL', url],
    ['User', user ?? MISSING],
    ['IP address', ip ?? MISSING],
    ['Status', status ?? MISSING],
    ['Median', formatDuration(outlier.median)],
    ['Processors', percentText(cpu)],
    ['Memory in use', percentText(memory)],
  ];
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2, pb: 2 }}>
      <Facts facts={facts} />
      <MuiLink
        component={Link}
        to={`${dashboardPage(dashboardId, 'profiles')}?${search}`}
        sx={{ justifySelf: 'start' }}
      >
        Profile of this endpoint and version
      </MuiLink>
      <Section title="Stack when it became slow">
        {outlier.stack.length > 0 ? (
          <StackView stack={outlier.stack} />
        ) : (
          <Typography variant="body2" color="textSecondary">
            The app did not record it.
          </Typography>
        )}
      </Section>
      <Section title="Headers">
        <DataTable caption="Headers" align="left" {...fieldsTable(outlier.headers)} />
      </Section>
      <Section title="Environment">
        <DataTable caption="Environment" align="left" {...fieldsTable(outlier.environment)} />
      </Section>
    </Box>
  );
}

interface LoadedProps {
  dashboardId: string;
  id: number;
}

function Loaded({ dashboardId, id }: LoadedProps) {
  const query = useOutlier(dashboardId, id);
  return (
    <QueryBoundary query={query} minHeight={200}>
      {(outlier) => <Details {...{ dashboardId, outlier }} />}
    </QueryBoundary>
  );
}

interface SlowRequestProps {
  dashboardId: string;
  outlier: Outlier;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
}

/** A slow request, which opens to show what is known about it. */
export function SlowRequest({ dashboardId, outlier, isOpen, onToggle }: SlowRequestProps) {
  const zone = useZone();
  const detailsId = useId();
  const { id, time, endpoint, version, duration, factor, url } = outlier;
  return (
    <Box component="li" sx={{ '&:not(:last-child)': { borderBottom: 1, borderColor: 'divider' } }}>
      <ButtonBase
        aria-expanded={isOpen}
        aria-controls={isOpen ? detailsId : undefined}
        onClick={() => onToggle(!isOpen)}
        sx={{
          width: '100%',
          minHeight: 56,
          py: 1,
          gap: 1,
          font: 'inherit',
          textAlign: 'left',
          justifyContent: 'flex-start',
          '&:hover': { bgcolor: 'action.hover' },
        }}
      >
        <Box sx={{ lineHeight: 0, transform: isOpen ? 'rotate(90deg)' : 'none' }}>
          <Icon name="chevron" />
        </Box>
        <Box
          sx={{
            flex: 1,
            minWidth: 0,
            display: 'grid',
            gridTemplateColumns: { xs: 'minmax(0, 1fr)', sm: 'minmax(0, 1fr) auto' },
            columnGap: 2,
            overflowWrap: 'anywhere',
          }}
        >
          <Box component="span" sx={{ fontWeight: 550 }}>
            {shownName('endpoint', endpoint)}
          </Box>
          <Box component="span" sx={{ textAlign: { sm: 'right' } }}>
            <Box component="span" sx={{ fontWeight: 550 }}>
              {formatDuration(duration)}
            </Box>
            {factor !== null && `, ${factorText(factor)}`}
          </Box>
          <Box component="span" sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>
            {url}
          </Box>
          <Box
            component="span"
            sx={{ fontSize: '0.75rem', color: 'text.secondary', textAlign: { sm: 'right' } }}
          >
            {formatDateTime(new Date(time), zone)}
            {version !== '' && `, version ${version}`}
          </Box>
        </Box>
      </ButtonBase>
      {isOpen && (
        <Box id={detailsId} sx={{ pl: { xs: 0, sm: 3.25 } }}>
          <Loaded {...{ dashboardId, id }} />
        </Box>
      )}
    </Box>
  );
}
