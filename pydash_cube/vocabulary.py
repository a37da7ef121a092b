"""All names and limits of queries, and the error for invalid queries.

These are the only lists of statistics, fields and time units. The models of the API, its OpenAPI
document and the types of the front end are generated from them.
"""

from enum import StrEnum

# The maximum number of slices of a query.
MAX_SLICES = 10_000
# The maximum number of values of a query with a breakdown and slices, that is, groups times slices
# times statistics, which are about 4 MB of JSON.
MAX_VALUES = 200_000


class StatisticName(StrEnum):
    """The statistics that can be computed for a set of requests."""

    TOTAL_VISITS = "total_visits"
    TOTAL_EXECUTION_TIME = "total_execution_time"
    AVERAGE_EXECUTION_TIME = "average_execution_time"
    STANDARD_DEVIATION = "standard_deviation_execution_time"
    VISITS_PER_IP = "visits_per_ip"
    UNIQUE_VISITORS = "unique_visitors"
    FASTEST_MEASURED = "fastest_measured_execution_time"
    FASTEST_QUARTILE = "fastest_quartile_execution_time"
    MEDIAN = "median_execution_time"
    SLOWEST_QUARTILE = "slowest_quartile_execution_time"
    NINETIETH_PERCENTILE = "ninetieth_percentile_execution_time"
    NINETY_FIFTH_PERCENTILE = "ninety-fifth_percentile_execution_time"
    NINETY_NINTH_PERCENTILE = "ninety-ninth_percentile_execution_time"
    NINETY_NINE_POINT_NINTH_PERCENTILE = "ninety-nine-point-ninth_percentile_execution_time"
    SLOWEST_MEASURED = "slowest_measured_execution_time"
    VERSIONS = "versions"
    ERROR_RATE = "error_rate"
    FIRST_CALL = "first_call"
    LAST_CALL = "last_call"


class CallField(StrEnum):
    """The fields by which requests can be filtered and grouped."""

    ENDPOINT = "endpoint"
    VERSION = "version"
    IP = "ip"
    GROUP_BY = "group_by"
    STATUS_CLASS = "status_class"


class EndpointNaming(StrEnum):
    """The names under which a breakdown counts endpoints."""

    MERGED = "merged"
    OWN = "own"
    BLUEPRINT = "blueprint"


class TimeUnit(StrEnum):
    """The lengths of time slices, longest first."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"


class StatusClass(StrEnum):
    """The first digit of an HTTP status; 0 stands for an unknown status."""

    UNKNOWN = "unknown"
    INFORMATION = "1xx"
    SUCCESS = "2xx"
    REDIRECTION = "3xx"
    CLIENT_ERROR = "4xx"
    SERVER_ERROR = "5xx"
    # Non-standard, but accepted from apps that use them.
    STATUS_6XX = "6xx"
    STATUS_7XX = "7xx"
    STATUS_8XX = "8xx"
    STATUS_9XX = "9xx"


# The maximum number of values that a statistic lists, such as the addresses of `visits_per_ip`, in
# all groups and slices together. Every group and slice lists at least its most frequent value.
MAX_LISTED = 20_000
# The maximum number of distinct values of each field that are stored as strings. Calls with further
# values are stored, too, with one code for all of these.

MAX_DISTINCT = {
    CallField.ENDPOINT: 10_000,
    CallField.VERSION: 10_000,
    CallField.IP: 1_000_000,
    CallField.GROUP_BY: 1_000_000,
}


class QueryError(ValueError):
    """An invalid query.

    :ivar parameter: the name of the invalid parameter in `Query`.
    :ivar reason: what is wrong with it.
    """

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter}: {reason}")
        self.parameter = parameter
        self.reason = reason
