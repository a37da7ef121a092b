"""Marks statistics that may be too small, in responses whose shape has no place for this."""

from flask import Response, after_this_request

from pydash_cube.query import QueryResult


def mark_lower_bounds(result: QueryResult) -> None:
    """Name those statistics that are lower bounds in the header `X-Lower-Bounds`."""
    if not result.lower_bounds:
        return

    @after_this_request
    def mark(response: Response) -> Response:
        response.headers["X-Lower-Bounds"] = ",".join(result.lower_bounds)
        return response
