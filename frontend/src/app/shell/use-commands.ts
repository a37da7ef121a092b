import { useMatches, useNavigate, type To } from 'react-router';

import { useLogout } from '@/api/auth/logout';
import { useUser } from '@/api/auth/user';
import { messageOf } from '@/api/core/errors';
import { useDashboards } from '@/api/dashboards/dashboards';
import { useAllEndpoints } from '@/api/dashboards/endpoints';
import { usePlaces } from '@/app/shell/places';
import type { IconName } from '@/components/icon';
import { useNotify } from '@/components/snackbar';
import { useViewSearch } from '@/hooks/use-view';
import { ADD_DASHBOARD, DASHBOARD_TABS, dashboardPage, endpointPage, SYSTEM } from '@/lib/paths';
import { COLOR_MODES, useColorMode } from '@/theme/color-mode';

/** The kinds of commands, in the order in which they are listed. */
export const GROUPS = ['This dashboard', 'Dashboards', 'Pages', 'Actions', 'Endpoints'] as const;

export interface Command {
  id: string;
  group: (typeof GROUPS)[number];
  label: string;
  /** What tells it from others with the same label. */
  detail?: string;
  icon: IconName;
  run: () => void;
}

type Go = (to: To) => () => void;

function useEndpointCommands(go: Go): Command[] {
  return (useAllEndpoints().data ?? []).flatMap(({ id, name: dashboard, endpoints }) =>
    endpoints.map(({ name }) => ({
      id: `${id} ${name}`,
      group: 'Endpoints',
      label: name,
      detail: dashboard,
      icon: 'chart',
      run: go(endpointPage(id, name)),
    })),
  );
}

/** The tabs of the dashboard that is shown, which keep the view. */
function useTabCommands(go: Go): Command[] {
  const search = useViewSearch();
  const id = useMatches().findLast(({ params }) => params.dashboardId)?.params.dashboardId;
  if (id === undefined) return [];
  return DASHBOARD_TABS.map(({ tab, name }) => ({
    id: `tab ${name}`,
    group: 'This dashboard',
    label: name,
    icon: 'table',
    run: go({ pathname: dashboardPage(id, tab), search }),
  }));
}

function usePageCommands(go: Go): Command[] {
  const isAdmin = useUser().data?.admin ?? false;
  const places = [
    ...usePlaces(),
    { to: '/contact', label: 'Contact', icon: 'help' as const },
    ...(isAdmin ? [{ to: SYSTEM, label: 'System', icon: 'monitor' as const }] : []),
  ];
  return places.map(({ to, label, icon }) => ({
    id: to,
    group: 'Pages',
    label,
    icon,
    run: go(to),
  }));
}

function useActionCommands(go: Go): Command[] {
  const { setMode } = useColorMode();
  const notify = useNotify();
  const logout = useLogout();
  const signOut = () =>
    logout.mutate(undefined, { onError: (error) => notify(messageOf(error), 'error') });
  const actions: Omit<Command, 'group' | 'id'>[] = [
    { label: 'Add dashboard', icon: 'add', run: go(ADD_DASHBOARD) },
    ...COLOR_MODES.map((mode) => ({
      label: `Use the ${mode} theme`,
      icon: 'sun' as const,
      run: () => setMode(mode),
    })),
    { label: 'Sign out', icon: 'logout', run: signOut },
  ];
  return actions.map((action) => ({ ...action, id: action.label, group: 'Actions' }));
}

/** Everything that the command palette offers. */
export function useCommands(): readonly Command[] {
  const navigate = useNavigate();
  const go: Go = (to) => () => void navigate(to);
  const dashboards = (useDashboards().data ?? []).map(({ id, name, url }): Command => ({
    id,
    group: 'Dashboards',
    label: name,
    detail: url,
    icon: 'overview',
    run: go(dashboardPage(id)),
  }));
  return [
    ...useTabCommands(go),
    ...dashboards,
    ...usePageCommands(go),
    ...useActionCommands(go),
    ...useEndpointCommands(go),
  ];
}

/** The most commands of each group that are listed. */
const MAX_PER_GROUP = 10;

/** Returns the commands that contain each of the words; those that begin with the text first. */
export function findCommands(commands: readonly Command[], typed: string): Command[] {
  const text = typed.trim().toLowerCase();
  const words = text.split(/\s+/);
  const matches = commands.filter(({ label, detail = '', group }) => {
    const searched = `${label} ${detail} ${group}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
  const rank = ({ label }: Command) => Number(!label.toLowerCase().startsWith(text));
  return GROUPS.flatMap((group) =>
    matches
      .filter((command) => command.group === group)
      .toSorted((one, other) => rank(one) - rank(other))
      .slice(0, MAX_PER_GROUP),
  );
}
