"""Encrypts secrets that must be readable, and hashes secrets that are only compared.

Dashboard tokens are encrypted at rest with a key derived from `PYDASH_SECRET_KEY`. API tokens and
one-time codes are long and random, so a plain SHA-256 hash is sufficient.
"""

import base64
import hashlib
import hmac
import secrets as _random

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pydash_app.errors import NotConfigured, PyDashError

_KEY_BYTES = 32
_cipher: Fernet | None = None
_code_key: bytes | None = None


class UnreadableSecret(PyDashError):  # noqa: N818 (see pydash_app.errors)
    """A stored secret cannot be decrypted, because the secret key has changed."""

    message = (
        "A stored secret cannot be decrypted, because PYDASH_SECRET_KEY has changed."
        " Restore the old key, or enter the secret again."
    )


def configure(secret_key: str) -> None:
    """Derive the keys of this process from the installation's secret key."""
    global _cipher, _code_key
    _code_key = derive_key(secret_key, "codes in links")
    _cipher = Fernet(base64.urlsafe_b64encode(derive_key(secret_key, "encryption at rest")))


def derive_key(secret_key: str, purpose: str) -> bytes:
    """Derive 32 bytes for one purpose (HKDF, RFC 5869), so that no two purposes share a key.

    >>> derive_key("k", "sessions") == derive_key("k", "encryption at rest")
    False
    """
    derivation = HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"pydash: {purpose}".encode())
    return derivation.derive(secret_key.encode())


def encrypt(text: str) -> str:
    """Encrypt a string for storage (AES-128-CBC with HMAC-SHA-256, in Fernet's format).

    :raises NotConfigured: this process has no key yet.

    >>> configure("an example key")
    >>> decrypt(encrypt("token"))
    'token'
    """
    return _configured_cipher().encrypt(text.encode()).decode("ascii")


def decrypt(encrypted: str) -> str:
    """Decrypt the output of `encrypt`.

    :raises NotConfigured: this process has no key yet.
    :raises UnreadableSecret: it was encrypted with another key, or is damaged.
    """
    try:
        return _configured_cipher().decrypt(encrypted.encode("ascii")).decode()
    except InvalidToken:
        raise UnreadableSecret from None


def new_code() -> str:
    """Return a random one-time code or token of 256 bits, which is safe in a URL."""
    return _random.token_urlsafe(_KEY_BYTES)


def derived_code(subject: str) -> str:
    """Return a code of 256 bits that is the same each time, until the secret key changes.

    So a link that is sent again and again need not be stored.

    :param subject: what it is for, in words that are used for nothing else.
    :raises NotConfigured: this process has no key yet.
    """
    if _code_key is None:
        raise NotConfigured
    code = hmac.digest(_code_key, subject.encode(), "sha256")
    return base64.urlsafe_b64encode(code).decode().rstrip("=")


def hash_code(code: str) -> str:
    """Hash a long random code for storage and lookup. This is unsuitable for passwords.

    >>> hash_code("abc")[:16]
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _configured_cipher() -> Fernet:
    if _cipher is None:
        raise NotConfigured
    return _cipher
