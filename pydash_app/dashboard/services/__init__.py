"""The services of dashboards, which involve entities, storage and the remote side."""

from urllib.parse import urlsplit


def is_valid_dashboard(url: str) -> bool:
    """Return whether a URL is well-formed; `registration.probe` contacts the app.

    >>> is_valid_dashboard("https://example.com/dashboard"), is_valid_dashboard("ftp://example.com")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
