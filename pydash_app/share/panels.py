"""The panels that a read-only link can show, and what each of them needs.

The grants of its panels are all that a link permits. Whatever is named in none of them is refused:
addresses and groups (users) above all.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from pydash_cube.vocabulary import CallField, StatisticName


class Panel(StrEnum):
    """A panel, by its name in the API."""

    FIGURES = "figures"
    REQUESTS = "requests"
    EXECUTION_TIMES = "execution_times"
    HOURS = "hours"
    CALENDAR = "calendar"
    ENDPOINTS = "endpoints"
    VERSIONS = "versions"


class Grant(NamedTuple):
    """What may be queried.

    :ivar fields: those to group and to filter by.
    """

    statistics: frozenset[StatisticName]
    fields: frozenset[CallField] = frozenset()


_REQUESTS = frozenset({StatisticName.TOTAL_VISITS})
_BOXES = frozenset(
    {
        StatisticName.TOTAL_VISITS,
        StatisticName.TOTAL_EXECUTION_TIME,
        StatisticName.AVERAGE_EXECUTION_TIME,
        StatisticName.FASTEST_MEASURED,
        StatisticName.FASTEST_QUARTILE,
        StatisticName.MEDIAN,
        StatisticName.SLOWEST_QUARTILE,
        StatisticName.NINETIETH_PERCENTILE,
        StatisticName.NINETY_NINTH_PERCENTILE,
        StatisticName.SLOWEST_MEASURED,
    }
)
# Every panel needs it: "all time" begins with the first request.
_ALWAYS = frozenset({StatisticName.FIRST_CALL})

GRANTS: dict[Panel, Grant] = {
    Panel.FIGURES: Grant(
        frozenset(
            {
                StatisticName.TOTAL_VISITS,
                StatisticName.MEDIAN,
                StatisticName.NINETY_FIFTH_PERCENTILE,
                StatisticName.ERROR_RATE,
            }
        )
    ),
    Panel.REQUESTS: Grant(_REQUESTS, frozenset({CallField.STATUS_CLASS})),
    Panel.EXECUTION_TIMES: Grant(
        frozenset(
            {
                StatisticName.MEDIAN,
                StatisticName.NINETIETH_PERCENTILE,
                StatisticName.NINETY_NINTH_PERCENTILE,
            }
        )
    ),
    Panel.HOURS: Grant(_REQUESTS),
    Panel.CALENDAR: Grant(_REQUESTS),
    Panel.ENDPOINTS: Grant(_BOXES, frozenset({CallField.ENDPOINT})),
    Panel.VERSIONS: Grant(_BOXES, frozenset({CallField.VERSION})),
}


def grant_of(panels: Iterable[Panel]) -> Grant:
    """Return what may be queried for some panels together.

    >>> sorted(grant_of([Panel.REQUESTS]).statistics)
    [<StatisticName.FIRST_CALL: 'first_call'>, <StatisticName.TOTAL_VISITS: 'total_visits'>]
    """
    grants = [GRANTS[panel] for panel in panels]
    return Grant(
        _ALWAYS.union(*(grant.statistics for grant in grants)),
        frozenset().union(*(grant.fields for grant in grants)),
    )
