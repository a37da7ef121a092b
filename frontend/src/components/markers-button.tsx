import Button from '@mui/material/Button';

import { useLiveEvents } from '@/api/events/events';
import { Icon } from '@/components/icon';
import { useShowsMarkers } from '@/hooks/use-shows-markers';

/** Shows or hides the events on the charts of a page, which follow what happens. */
export function MarkersButton() {
  const [isShown, show] = useShowsMarkers();
  useLiveEvents(isShown);
  return (
    <Button
      data-not-pictured
      variant="outlined"
      aria-pressed={isShown}
      title="Mark deploys, versions and outages on the charts"
      startIcon={isShown ? <Icon name="check" /> : undefined}
      onClick={() => show(!isShown)}
    >
      Events
    </Button>
  );
}
