"""Passwords: checked for strength, and hashed with argon2id as OWASP advises (19 MiB, two passes, one lane)."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from chalicelib.accounts.errors import WeakPassword

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
SHORTEST, LONGEST = 8, 128
FEWEST_CHARACTERS = 4
"""The fewest different characters: `aaaaaaaa` is in no list of common passwords, yet every cracker tries it."""

NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$n5QAmsbWCNiSfdmikDRC0w$7kE9FUNj8KAtd1zVs8IvemE+EWNgi5RotsQlIajTqq0"
"""A hash that no password matches: verifying against it takes as long as against any other. It is fixed, since the
first request to need it would take twice as long if it had to make it."""


class Passwords:
    """The only code that sees passwords. argon2 is imported at the first use: most requests bring a token."""

    def __init__(self) -> None:
        self._made: PasswordHasher | None = None

    @property
    def _hasher(self) -> PasswordHasher:
        if self._made is None:
            from argon2 import PasswordHasher, Type

            self._made = PasswordHasher(PASSES, MEMORY_KIB, LANES, type=Type.ID)
        return self._made

    def hash(self, password: str) -> str:
        return self._hasher.hash(normal(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password matches. Takes the same time for any password and hash, and for None (no account)."""
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._hasher.verify(password_hash or NOBODY, normal(password)) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def check_strength(password: str, *, email: str, username: str, field: str = "password") -> None:
    """WeakPassword for one that crackers try first; the request's model checks the length."""
    text = normal(password).casefold()
    if text in common():
        raise WeakPassword(field, "is one of the most common passwords")
    if len(set(text)) < FEWEST_CHARACTERS:
        raise WeakPassword(field, f"has fewer than {FEWEST_CHARACTERS} different characters")
    if text in {email.casefold(), email.partition("@")[0].casefold(), normal(username).casefold()}:
        raise WeakPassword(field, "is your email or username")


def normal(password: str) -> str:
    """The password in one normal form: another keyboard may send the same characters as other code points."""
    return unicodedata.normalize("NFKC", password)


@cache
def common() -> frozenset[str]:
    """The commonest passwords of eight or more characters, in lower case, from public lists of leaked ones."""
    return frozenset(files(__package__).joinpath("common_passwords.txt").read_text("utf-8").split())
