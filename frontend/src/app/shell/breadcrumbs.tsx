import Box from '@mui/material/Box';
import { Link, useMatches, type UIMatch } from 'react-router';

import type { RouteHandle } from '@/app/route-handle';
import { Icon } from '@/components/icon';
import { useViewSearch } from '@/hooks/use-view';

type Match = UIMatch<unknown, RouteHandle | undefined>;

function Name({ match }: { match: Match }) {
  const Crumb = match.handle?.crumb;
  return typeof Crumb === 'string' || Crumb === undefined ? Crumb : <Crumb params={match.params} />;
}

const shortened = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;

interface StepProps {
  match: Match;
  isLast: boolean;
  /** The view that all pages of a dashboard share. */
  search: string;
}

const Step = ({ match, isLast, search }: StepProps) => (
  <Box
    component="li"
    sx={{
      display: { xs: isLast ? 'flex' : 'none', sm: 'flex' },
      alignItems: 'center',
      gap: 0.5,
      minWidth: 0,
    }}
  >
    {isLast ? (
      <Box component="span" aria-current="page" sx={shortened}>
        <Name match={match} />
      </Box>
    ) : (
      <Box
        component={Link}
        to={match.params.dashboardId ? { pathname: match.pathname, search } : match.pathname}
        sx={{
          ...shortened,
          color: 'text.secondary',
          textDecoration: 'none',
          '&:hover': { color: 'text.primary' },
        }}
      >
        <Name match={match} />
      </Box>
    )}
    {!isLast && <Icon name="chevron" size={14} color="text.secondary" />}
  </Box>
);

/** The path from the overview to this page. */
export function Breadcrumbs() {
  const search = useViewSearch();
  const matches = (useMatches() as Match[]).filter(({ handle }) => handle?.crumb !== undefined);
  return (
    <nav aria-label="Breadcrumbs">
      <Box
        component="ol"
        sx={{ display: 'flex', gap: 0.5, m: 0, p: 0, listStyle: 'none', fontSize: '0.8125rem' }}
      >
        {matches.map((match, at) => (
          <Step key={match.id} match={match} isLast={at === matches.length - 1} search={search} />
        ))}
      </Box>
    </nav>
  );
}
