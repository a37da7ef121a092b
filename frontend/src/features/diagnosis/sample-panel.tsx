import Box from '@mui/material/Box';
import MuiLink from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';

import { shownName } from '@/api/statistics/names';
import { viewParams } from '@/api/statistics/view';
import type { ExceptionGroup, ExceptionSample } from '@/api/types';
import { CopyButton } from '@/components/code-block';
import { Frame } from '@/components/panel';
import { Select } from '@/components/select';
import { Facts } from '@/features/diagnosis/facts';
import { StackView, tracebackOf } from '@/features/diagnosis/stack-view';
import { useUrlText } from '@/hooks/use-url-text';
import { useView } from '@/hooks/use-view';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime, formatDuration, MISSING } from '@/lib/format';
import { endpointPage } from '@/lib/paths';
import { MONOSPACE } from '@/theme/theme';

interface SampleProps {
  group: ExceptionGroup;
  sample: ExceptionSample;
}

function Sample({ group, sample }: SampleProps) {
  const zone = useZone();
  const { endpoint, version, message, user, ip, status_code: status, stack } = sample;
  const { view } = useView();
  const search = viewParams({ ...view, filters: { version } }).toString();
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <Box
        component="pre"
        // It may be long.
        role="region"
        tabIndex={0}
        aria-label="Message"
        sx={{
          m: 0,
          p: 1.5,
          maxHeight: 200,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          fontFamily: MONOSPACE,
          fontSize: '0.8125rem',
          bgcolor: 'action.hover',
          borderRadius: 1,
        }}
      >
        {message === '' ? group.type : `${group.type}: ${message}`}
      </Box>
      <Box component="section" aria-label="Stack" sx={{ minWidth: 0 }}>
        <Box
          sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', mb: 0.5 }}
        >
          <Typography variant="h3">Stack</Typography>
          <CopyButton label="the stack" code={tracebackOf(stack, `${group.type}: ${message}`)} />
        </Box>
        {stack.length > 0 ? (
          // Another stack starts folded.
          <StackView key={sample.id} stack={stack} />
        ) : (
          <Typography variant="body2" color="textSecondary">
            The app did not record it.
          </Typography>
        )}
      </Box>
      <Box component="section" aria-label="Request">
        <Typography variant="h3" sx={{ mb: 0.5 }}>
          Request
        </Typography>
        <Facts
          facts={[
            ['Time', formatDateTime(new Date(sample.time), zone)],
            [
              'Endpoint',
              <MuiLink
                key="endpoint"
                component={Link}
                to={{ pathname: endpointPage(group.dashboard_id, endpoint), search }}
              >
                {shownName('endpoint', endpoint)}
              </MuiLink>,
            ],
            ['Version', shownName('version', version)],
            ['User', user ?? MISSING],
            ['IP address', ip ?? MISSING],
            ['Status', status ?? MISSING],
            ['Duration', formatDuration(sample.duration)],
            ['Caught', sample.captured ? 'Yes, by the app' : 'No'],
          ]}
        />
      </Box>
    </Box>
  );
}

interface SamplePanelProps {
  group: ExceptionGroup;
  /** Newest first. */
  samples: readonly ExceptionSample[];
}

/** One of the exceptions of a group, with its stack and its request. */
export function SamplePanel({ group, samples }: SamplePanelProps) {
  const zone = useZone();
  const [chosen, choose] = useUrlText('sample', '');
  const sample = samples.find(({ id }) => String(id) === chosen) ?? samples[0];
  if (sample === undefined) return null;
  return (
    <Frame
      title="Example"
      actions={
        samples.length > 1 && (
          <Select
            label="Example"
            value={String(sample.id)}
            options={samples.map(({ id, time, version }) => ({
              value: String(id),
              name: [formatDateTime(new Date(time), zone), version && `version ${version}`]
                .filter(Boolean)
                .join(', '),
            }))}
            onChange={choose}
          />
        )
      }
    >
      <Sample group={group} sample={sample} />
    </Frame>
  );
}
