"""Marks inexact statistics in headers, for responses whose shape is fixed."""

from pydash_cube.query import QueryResult


def inexact_headers(result: QueryResult) -> dict[str, str]:
    """Return the headers `X-Lower-Bounds`, `X-Estimates` and `X-Resolution`, where they apply."""
    headers = {
        "X-Lower-Bounds": ",".join(result.lower_bounds),
        "X-Estimates": ",".join(result.estimates),
        "X-Resolution": result.resolution,
    }
    return {name: text for name, text in headers.items() if text}
