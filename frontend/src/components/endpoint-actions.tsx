import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';

import { messageOf } from '@/api/core/errors';
import {
  useChangeEndpointSettings,
  type EndpointChange,
  type ListedEndpoint,
} from '@/api/dashboards/endpoints';
import { Icon } from '@/components/icon';
import { useNotify } from '@/components/snackbar';

/** Returns what changes the settings of an endpoint, and says so. */
export function useChangeEndpoint(dashboardId: string) {
  const change = useChangeEndpointSettings(dashboardId);
  const notify = useNotify();
  return (endpoint: EndpointChange) =>
    change.mutate(endpoint, {
      onSuccess: ({ message }) => notify(message),
      onError: (error) => notify(messageOf(error), 'error'),
    });
}

interface EndpointActionsProps {
  endpoint: Pick<ListedEndpoint, 'name' | 'hidden' | 'pinned'>;
  onChange: (endpoint: EndpointChange) => void;
}

/** Buttons that pin an endpoint, and hide it. */
export function EndpointActions({ endpoint, onChange }: EndpointActionsProps) {
  const { name, hidden, pinned } = endpoint;
  const [pin, hide] = [pinned ? 'Unpin' : 'Pin', hidden ? 'Show' : 'Hide'];
  return (
    <>
      <Tooltip title={pinned ? 'Unpin' : 'Pin: list before others'}>
        <IconButton
          size="small"
          aria-label={`${pin} ${name}`}
          onClick={() => onChange({ name, pinned: !pinned })}
        >
          <Icon
            name="pin"
            size={16}
            isFilled={pinned}
            color={pinned ? 'primary.main' : undefined}
          />
        </IconButton>
      </Tooltip>
      <Tooltip title={hidden ? 'Show' : 'Hide from lists; its requests still count'}>
        <IconButton
          size="small"
          aria-label={`${hide} ${name}`}
          onClick={() => onChange({ name, hidden: !hidden })}
        >
          <Icon name={hidden ? 'eyeOff' : 'eye'} size={16} />
        </IconButton>
      </Tooltip>
    </>
  );
}
