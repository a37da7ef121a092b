"""Certificates for TLS, created with the `openssl` command."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a directory of its own."""

    directory: Path

    @classmethod
    def create(cls, directory: Path) -> "Authority":
        """Create an authority."""
        directory.mkdir()
        authority = cls(directory)
        authority._request("-subj", "/CN=Test authority", certificate="ca.pem", key="ca.key")
        return authority

    @property
    def ca(self) -> Path:
        """The certificate of the authority."""
        return self.directory / "ca.pem"

    def issue(self, name: str) -> Path:
        """Issue a certificate for this machine; return the file of certificate and key."""
        self._request(
            *("-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-CA", str(self.ca), "-CAkey", str(self.directory / "ca.key")),
            certificate=f"{name}.crt",
            key=f"{name}.key",
        )
        parts = [self.directory / f"{name}.{suffix}" for suffix in ("crt", "key")]
        both = self.directory / f"{name}.pem"
        both.write_text("".join(part.read_text() for part in parts))
        return both

    def _request(self, *options: str, certificate: str, key: str) -> None:
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec"),
                *("-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *options),
                *("-out", self.directory / certificate, "-keyout", self.directory / key),
            ],
            check=True,
            capture_output=True,
        )
