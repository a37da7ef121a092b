"""Services of the dashboard concern: work that crosses entities, storage and the remote side."""

from urllib.parse import urlsplit


def is_valid_dashboard(url: str) -> bool:
    """Tell whether a URL can be that of a dashboard; `registration.probe` asks the remote side.

    >>> is_valid_dashboard("https://example.com/dashboard"), is_valid_dashboard("ftp://example.com")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
