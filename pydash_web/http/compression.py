"""Compresses JSON responses, which reduces a year of hourly values to a tenth of its size.

The files of the front end are compressed at build time. Exports are not compressed, to save
processor time.
"""

from flask import Flask, Request, g
from flask_compress import Compress

from pydash_cube.cache import Cache

# Fast levels, because stronger ones cost more time than they save in transmission.
BROTLI_QUALITY = 4
GZIP_LEVEL = 4
MIN_BYTES = 1_000
# The maximum size of all cached bodies together.
CAPACITY = 16 * 1024**2


class CompressedBodies:
    """A cache of compressed bodies.

    Keys are the algorithm and the tag of the body. Bodies without a tag are not cached.
    """

    def __init__(self) -> None:
        self._bodies: Cache[bytes] = Cache(CAPACITY, len)

    def get(self, key: str) -> bytes | None:
        """Return a compressed body; None if it is not cached."""
        return self._bodies.find(key)

    def set(self, key: str, body: bytes) -> None:
        """Cache a compressed body."""
        if not key.endswith(";"):
            self._bodies.store(key, body)


def _tag_of_body(_request: Request) -> str:
    return str(g.get("body_tag", ""))


def install(app: Flask) -> None:
    """Install the compression of responses."""
    app.config.update(
        COMPRESS_MIMETYPES=["application/json"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=BROTLI_QUALITY,
        COMPRESS_LEVEL=GZIP_LEVEL,
        COMPRESS_MIN_SIZE=MIN_BYTES,
        COMPRESS_STREAMS=False,
        COMPRESS_CACHE_BACKEND=CompressedBodies,
        COMPRESS_CACHE_KEY=_tag_of_body,
    )
    Compress(app)
