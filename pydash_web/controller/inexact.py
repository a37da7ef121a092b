"""Marks statistics that are not exact, in responses whose shape has no place for this."""

from flask import Response, after_this_request

from pydash_cube.query import QueryResult


def mark_inexact(result: QueryResult) -> None:
    """Name lower bounds in the header `X-Lower-Bounds`, and a `resolution` in `X-Resolution`."""
    headers = {"X-Lower-Bounds": ",".join(result.lower_bounds), "X-Resolution": result.resolution}
    given = {name: text for name, text in headers.items() if text}
    if not given:
        return

    @after_this_request
    def mark(response: Response) -> Response:
        response.headers.update(given)
        return response
