"""Opens the databases of earlier versions."""

import lzma
from pathlib import Path

import pydash_app
from pydash_app.configuration import Configuration
from tests.stored_data.write import SECRET_KEY

DIRECTORY = Path(__file__).parent
VERSIONS = sorted(path.parent.name for path in DIRECTORY.glob("*/expected.json"))


def unpack(version: str, directory: Path) -> Path:
    """Unpack the database of a version into a directory; return its path."""
    path = directory / "pydash.fs"
    path.write_bytes(lzma.decompress((DIRECTORY / version / "pydash.fs.xz").read_bytes()))
    return path


def configure(path: Path) -> None:
    """Configure this process with the database at a path."""
    pydash_app.configure(
        Configuration.from_environment(
            {
                "PYDASH_DATA_DIR": str(path.parent),
                "PYDASH_DATABASE_URI": f"file://{path}",
                "PYDASH_SECRET_KEY": SECRET_KEY,
                "PYDASH_FETCH_ALLOW": "loopback",
            }
        )
    )
