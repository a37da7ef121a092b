"""The retention of a dashboard's calls."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Retention:
    """The numbers of days for which details are kept; None keeps them forever.

    Coarser aggregates remain for every combination of filters: hours after calls are dropped, and
    days after hours are dropped.

    :ivar calls_days: the retention of raw calls.
    :ivar fine_cells_days: the retention of cells shorter than a day, at least that of calls.
    :raises ValueError: a parameter is invalid. The message names it.
    """

    calls_days: int | None = None
    fine_cells_days: int | None = None

    def __post_init__(self) -> None:
        for name in ("calls_days", "fine_cells_days"):
            days = getattr(self, name)
            if days is not None and days < 1:
                raise ValueError(f"{name}: must be at least 1, or None to keep them forever")
        if self.fine_cells_days is not None and (
            self.calls_days is None or self.calls_days > self.fine_cells_days
        ):
            raise ValueError("fine_cells_days: calls cannot be kept longer than their cells")
