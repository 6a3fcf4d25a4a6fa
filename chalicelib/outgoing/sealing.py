"""Keys of other servers at rest: AES-256-GCM (NIST SP 800-38D) under a key derived from the installation's."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

NONCE = 12
PURPOSE = b"millrace connections 1"


class CannotOpen(Exception):
    """None of the installation's keys opens it."""


class Seals:
    """keys: the installation's secret and earlier ones, looked up at the first use. The first seals; any of them
    opens."""

    def __init__(self, keys: Callable[[], Sequence[str]]) -> None:
        self._keys = keys
        self._ciphers: list[bytes] | None = None

    def sealed(self, text: str, about: str) -> bytes:
        """about: the connection to which the key belongs; opening needs the same value."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(NONCE)
        return nonce + AESGCM(self._derived()[0]).encrypt(nonce, text.encode(), about.encode())

    def opened(self, content: bytes, about: str) -> str:
        """Raises CannotOpen."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        for key in self._derived():
            try:
                return AESGCM(key).decrypt(content[:NONCE], content[NONCE:], about.encode()).decode()
            except InvalidTag:
                continue
        raise CannotOpen("The key can't be read, because the installation's own key has changed. Enter it again.")

    def _derived(self) -> list[bytes]:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        if self._ciphers is None:
            self._ciphers = [HKDF(SHA256(), 32, None, PURPOSE).derive(key.encode()) for key in self._keys()]
        return self._ciphers
