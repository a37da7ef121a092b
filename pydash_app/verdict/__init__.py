"""Whether a version of a monitored app is better or worse than the one before.

`statistics` decides, `judging` reads what it needs from the cube, and a `VersionLog` stores what
was found. The package knows the cube, but not dashboards.
"""

from pydash_app.verdict.judging import CALLS_SETTLE, Comparison, compare_versions, judge_next
from pydash_app.verdict.log import Check, JudgedVersion, VersionLog
from pydash_app.verdict.statistics import CHECKS, EndpointVerdict, Verdict

__all__ = [
    "CALLS_SETTLE",
    "CHECKS",
    "Check",
    "Comparison",
    "EndpointVerdict",
    "JudgedVersion",
    "Verdict",
    "VersionLog",
    "compare_versions",
    "judge_next",
]
