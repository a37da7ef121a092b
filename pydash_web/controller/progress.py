"""Returns the progress of importing a dashboard's history."""

from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.dashboard import Progress


def get_progress(dashboard_id: str) -> Progress:
    """Return the progress of importing a dashboard's history."""
    fetching = find_dashboard(dashboard_id).fetching
    done = fetching.state.has_history
    return Progress(
        state=fetching.state.name,
        fraction=1.0 if done else fetching.progress.fraction,
        calls=fetching.progress.calls,
        seconds_left=0.0 if done else fetching.progress.seconds_left,
        error=fetching.error,
    )
