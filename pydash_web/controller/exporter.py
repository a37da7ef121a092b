"""The exporter that monitored apps install."""

from pydash_web import exporter_wheel
from pydash_web.models.operations import Exporter, Wheel


def get_exporter() -> Exporter:
    """Return the wheel of the exporter.

    It is served at `/exporter/<file>`.
    """
    found = exporter_wheel.find()
    return Exporter(wheel=Wheel(file=found[0], sha256=found[1]) if found else None)
