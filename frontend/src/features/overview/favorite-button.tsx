import IconButton from '@mui/material/IconButton';

import { messageOf } from '@/api/core/errors';
import { useChangeDashboardSettings } from '@/api/dashboards/settings';
import type { Dashboard } from '@/api/types';
import { Icon } from '@/components/icon';
import { useNotify } from '@/components/snackbar';

/** Makes a dashboard a favorite, which is listed before others. */
export function FavoriteButton({ dashboard }: { dashboard: Dashboard }) {
  const change = useChangeDashboardSettings(dashboard.id);
  const notify = useNotify();
  return (
    <IconButton
      size="small"
      aria-label={`Favorite ${dashboard.name}`}
      aria-pressed={dashboard.favorite}
      title={dashboard.favorite ? 'Remove from favorites' : 'List before others'}
      // A disabled button would lose the focus.
      aria-disabled={change.isPending}
      onClick={() => {
        if (change.isPending) return;
        change.mutate(
          { favorite: !dashboard.favorite },
          { onError: (error) => notify(messageOf(error), 'error') },
        );
      }}
    >
      <Icon
        name="star"
        size={16}
        isFilled={dashboard.favorite}
        color={dashboard.favorite ? 'warning.main' : 'text.secondary'}
      />
    </IconButton>
  );
}
