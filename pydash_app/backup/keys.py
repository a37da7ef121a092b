"""The keys and tokens of an installation, as a file of a backup."""

import base64
import json
import os
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

import pydash_files
from pydash_app.secrets import derive_key
from pydash_database import BackupFailed

PLAIN, ENCRYPTED = "keys.json", "keys.encrypted.json"
FILES = ("secret_key", "self-monitoring-token", "demo-password", "demo/security-token")
"""The files of the data directory that no other data can replace."""
# About a quarter of a second and 128 MB for each guess.
_SCRYPT = {"length": 32, "n": 2**17, "r": 8, "p": 1}


def key_id(secret_key: str) -> str:
    """Return what identifies a secret key without revealing it."""
    return derive_key(secret_key, "identification of backups").hex()[:16]


def save(data_dir: Path, folder: Path, passphrase: str | None) -> None:
    """Write the keys of an installation into a backup.

    :param passphrase: encrypts them; without one, they can be read by whoever has the backup.
    """
    found = {name: data_dir / name for name in FILES}
    text = json.dumps(
        {name: path.read_text(encoding="utf-8") for name, path in found.items() if path.exists()}
    )
    if passphrase is None:
        pydash_files.create(folder / PLAIN, text)
        return
    salt = os.urandom(16)
    encrypted = _cipher(passphrase, salt).encrypt(text.encode()).decode()
    pydash_files.create(folder / ENCRYPTED, json.dumps({"salt": salt.hex(), "keys": encrypted}))


def load(folder: Path, passphrase: str | None) -> dict[str, str]:
    """Return the keys of a backup by their names in the data directory.

    :raises BackupFailed: they are encrypted, and the passphrase is missing or wrong.
    """
    found: dict[str, Any] = {}
    if (folder / PLAIN).exists():
        found = json.loads((folder / PLAIN).read_bytes())
    elif (folder / ENCRYPTED).exists():
        if passphrase is None:
            raise BackupFailed(
                "The keys in the backup are encrypted. Set PYDASH_BACKUP_PASSPHRASE_FILE."
            )
        given = json.loads((folder / ENCRYPTED).read_bytes())
        try:
            text = _cipher(passphrase, bytes.fromhex(given["salt"])).decrypt(given["keys"])
        except InvalidToken:
            raise BackupFailed(
                "PYDASH_BACKUP_PASSPHRASE is not the one with which the keys were encrypted."
            ) from None
        found = json.loads(text)
    return {name: found[name] for name in FILES if name in found}


def _cipher(passphrase: str, salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, **_SCRYPT).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))
