"""Access tokens: signed, short-lived, saying who calls."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import jwt

from chalicelib.jobs.errors import Unauthorized
from chalicelib.jobs.ports import Clock

ALGORITHM = "HS256"
ISSUER, AUDIENCE, ACCESS = "millrace", "millrace-api", "access"


@dataclass(frozen=True)
class User:
    """Who calls. role: `guest`, `user` or `admin`. scopes: what these credentials may be used for."""

    id: str
    role: str
    scopes: frozenset[str] = frozenset({"upload", "read"})


class Tokens:
    """Issues and checks tokens with one key; its `kid` tells which one, so that keys can be changed."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._keys = {key_id(key): key}
        self._current = key_id(key)
        self._clock = clock

    def issue(self, user_id: str, role: str, seconds: int) -> str:
        now = self._clock()
        claims = {
            "sub": user_id,
            "role": role,
            "typ": ACCESS,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + timedelta(seconds=seconds),
        }
        return jwt.encode(claims, self._keys[self._current], ALGORITHM, headers={"kid": self._current})

    def verify(self, token: str) -> User:
        """Unauthorized for anything but a token of ours that is in force; the reason is not told."""
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            required = ["sub", "role", "typ", "iss", "aud", "exp"]
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": required, "verify_exp": False, "verify_iat": False},
            )
            in_force = claims["typ"] == ACCESS and int(claims["exp"]) > self._clock().timestamp()
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            in_force = False
        if not in_force:
            raise Unauthorized("The access token is missing, wrong or has expired. Sign in again.")
        return User(str(claims["sub"]), str(claims["role"]))

    def authenticate(self, headers: Mapping[str, str]) -> User:
        """Who sent these headers (names in lower case). Unauthorized."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return self.verify(token.strip() if scheme.lower() == "bearer" else "")


def key_id(key: str) -> str:
    return hashlib.sha256(b"millrace key id " + key.encode()).hexdigest()[:12]
