"""Compresses JSON responses: a year of hours shrinks to a tenth.

The files of the front end are compressed when they are built. Exports are not compressed, to use as
little processor time as possible.
"""

from flask import Flask
from flask_compress import Compress

# Fast levels: better ones would cost more time than they save in transmission.
BROTLI_QUALITY = 4
GZIP_LEVEL = 4
MIN_BYTES = 1_000


def install(app: Flask) -> None:
    """Install the compression of responses."""
    app.config.update(
        COMPRESS_MIMETYPES=["application/json"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=BROTLI_QUALITY,
        COMPRESS_LEVEL=GZIP_LEVEL,
        COMPRESS_MIN_SIZE=MIN_BYTES,
        COMPRESS_STREAMS=False,
    )
    Compress(app)
