import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router';

import { useVersions, type Version } from '@/api/statistics/history';
import { shownName } from '@/api/statistics/names';
import { List, ListRow } from '@/components/list';
import { Frame, Panel } from '@/components/panel';
import { RelativeTime } from '@/components/relative-time';
import { VerdictLabel, verdictName } from '@/components/verdict-label';
import { VersionEndpoints } from '@/components/version-endpoints';
import { useUrlText } from '@/hooks/use-url-text';
import { useZone } from '@/hooks/use-zone';
import { formatDateTime, formatDuration, formatFinePercent, formatSpan } from '@/lib/format';
import { comparedVersions, versionPage } from '@/lib/paths';

/** Versions that are listed at first. */
const FEW = 8;

/** "search: p95 45 ms to 80 ms", for the endpoint that decides. */
function reasonOf({ verdict }: Version): string | undefined {
  const [worst] = verdict?.endpoints ?? [];
  if (worst === undefined || worst.verdict !== verdict?.state || worst.verdict === 'same') {
    return undefined;
  }
  const name = shownName('endpoint', worst.endpoint);
  return worst.latency === verdict.state
    ? `${name}: p95 ${formatDuration(worst.against_p95)} to ${formatDuration(worst.p95)}`
    : `${name}: errors ${formatFinePercent(worst.against_error_rate)} to ${formatFinePercent(worst.error_rate)}`;
}

const DeployLink = ({ deploy }: { deploy: NonNullable<Version['deploy']> }) => {
  const name = deploy.commit ?? 'deploy';
  return deploy.url === null ? (
    <>{name}</>
  ) : (
    <Link href={deploy.url} rel="noreferrer" target="_blank">
      {name}
    </Link>
  );
};

function VersionRow({ dashboardId, version }: { dashboardId: string; version: Version }) {
  const { name, since, verdict, deploy } = version;
  const reason = reasonOf(version);
  const shown = shownName('version', name);
  return (
    <ListRow
      action={
        verdict && (
          <Box sx={{ flexShrink: 0 }}>
            <VerdictLabel state={verdict.state} />
          </Box>
        )
      }
    >
      {verdict ? (
        <Link
          component={RouterLink}
          to={versionPage(dashboardId, name)}
          aria-label={`Verdict on ${shown}: ${verdictName(verdict.state)}`}
          sx={{ fontWeight: 550 }}
        >
          {shown}
        </Link>
      ) : (
        <Box component="span" sx={{ fontWeight: 550 }}>
          {shown}
        </Box>
      )}
      <Typography variant="caption" color="textSecondary" component="div">
        <RelativeTime moment={since.toISOString()} />
        {deploy && (
          <>
            {', '}
            <DeployLink deploy={deploy} />
          </>
        )}
        {reason && `, ${reason}`}
      </Typography>
    </ListRow>
  );
}

/** What the checks of a version found, endpoint by endpoint. */
function VerdictPanel({ dashboardId, version }: { dashboardId: string; version: Version }) {
  const zone = useZone();
  const { name, verdict } = version;
  if (!verdict) return null;
  const { against, against_since: since, checks, endpoints, endpoint_count: count } = verdict;
  const span = formatSpan(verdict.after);
  const subtitle =
    against !== null && since !== null
      ? `The first ${span}, compared with the ${span} of ${against} from ${formatDateTime(new Date(since), zone)}`
      : verdict.state === 'pending'
        ? `It is compared with the version before ${span} after its first request`
        : `In its first ${span}, it or the version before had too few requests to be compared`;
  return (
    <Frame
      title={`Verdict on ${shownName('version', name)}`}
      subtitle={subtitle}
      actions={
        against !== null && (
          <Button
            component={RouterLink}
            to={comparedVersions(dashboardId, { of: name, against })}
            variant="outlined"
          >
            Compare
          </Button>
        )
      }
    >
      <Box
        component="ul"
        aria-label="Checks"
        sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, m: 0, mb: 1.5, p: 0, listStyle: 'none' }}
      >
        {checks.map(({ after, state }) => (
          <Box component="li" key={after}>
            After {formatSpan(after)}: <VerdictLabel state={state} />
          </Box>
        ))}
      </Box>
      {against !== null && endpoints.length > 0 && (
        <VersionEndpoints {...{ dashboardId, version: name, against, endpoints, count }} />
      )}
    </Frame>
  );
}

/** The versions of an app with their verdicts, and the one that is chosen in the URL. */
export function VersionsPanel({ dashboardId }: { dashboardId: string }) {
  const query = useVersions(dashboardId);
  const [judged] = useUrlText('judged', '');
  const [isLong, setLong] = useState(false);
  const chosen = query.data?.find(({ name }) => name === judged);
  return (
    <>
      {chosen && <VerdictPanel dashboardId={dashboardId} version={chosen} />}
      <Panel
        title="Versions"
        subtitle="Each is compared with the one before: after 30 minutes, 2 hours and 24 hours"
        actions={
          (query.data?.length ?? 0) > 1 && (
            <Button component={RouterLink} to={comparedVersions(dashboardId)} variant="outlined">
              Compare versions
            </Button>
          )
        }
        query={query}
        isEmpty={(versions) => versions.length === 0}
      >
        {(versions) => (
          <>
            <List label="Versions">
              {versions
                .toReversed()
                .slice(0, isLong ? undefined : FEW)
                .map((version) => (
                  <VersionRow key={version.name} {...{ dashboardId, version }} />
                ))}
            </List>
            {versions.length > FEW && !isLong && (
              <Button variant="outlined" onClick={() => setLong(true)} sx={{ mt: 1 }}>
                Show all {versions.length}
              </Button>
            )}
          </>
        )}
      </Panel>
    </>
  );
}
