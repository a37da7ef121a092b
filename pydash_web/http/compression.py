"""Answers in JSON are compressed for who can read that: a year of hours shrinks to a tenth.

The files of the front end are compressed once, when they are built. Exports are not compressed at
all, so that they keep the processor for as short a time as possible.
"""

from flask import Flask
from flask_compress import Compress

# Quick ones: a better level would take longer than the bytes it saves.
BROTLI_QUALITY = 4
GZIP_LEVEL = 4
SHORTEST = 1_000


def install(app: Flask) -> None:
    """Let the app compress its answers."""
    app.config.update(
        COMPRESS_MIMETYPES=["application/json"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=BROTLI_QUALITY,
        COMPRESS_LEVEL=GZIP_LEVEL,
        COMPRESS_MIN_SIZE=SHORTEST,
        COMPRESS_STREAMS=False,
    )
    Compress(app)
