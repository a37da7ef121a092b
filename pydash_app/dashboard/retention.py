"""How long a dashboard keeps the details of its calls."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Retention:
    """For how many days details are kept; None: for ever.

    Coarser numbers stay: dropped calls leave their hours behind, dropped hours their days, for
    every combination of filters.

    :ivar calls_days: single calls.
    :ivar fine_cells_days: cells shorter than a day; at least as long as calls.
    :raises ValueError: names the parameter that is wrong.
    """

    calls_days: int | None = None
    fine_cells_days: int | None = None

    def __post_init__(self) -> None:
        for name in ("calls_days", "fine_cells_days"):
            days = getattr(self, name)
            if days is not None and days < 1:
                raise ValueError(f"{name}: must be at least 1, or None to keep them for ever")
        if self.fine_cells_days is not None and (
            self.calls_days is None or self.calls_days > self.fine_cells_days
        ):
            raise ValueError("fine_cells_days: calls cannot be kept longer than their cells")
