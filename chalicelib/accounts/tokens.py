"""Signed tokens: access tokens identify the caller without a look-up; refresh tokens name a stored session."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.accounts.people import SCOPES, User
from chalicelib.jobs.errors import Unauthorized
from chalicelib.jobs.ports.outside import Clock

ALGORITHM = "HS256"
ISSUER, AUDIENCE = "millrace", "millrace-api"
ACCESS, REFRESH = "access", "refresh"
FOR_CHECKING, FOR_SIGNING = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class RefreshToken:
    """id: changes with each use; the session knows the current one."""

    user_id: str
    session: str
    id: str


class Tokens:
    """Signs with one key and accepts earlier ones too: `kid` names the key, so that keys can be rotated.

    look: the keys as they are now, the one to sign with first. It is called when a token names a key unknown here,
    though not for every forged one, and from time to time, so that no token is signed with a retired key.
    """

    def __init__(
        self, key: str, clock: Clock, previous: Sequence[str] = (), look: Callable[[], Sequence[str]] | None = None
    ) -> None:
        self._clock = clock
        self._look = look
        self._take((key, *previous))

    def _take(self, keys: Sequence[str]) -> None:
        self._current, self._keys = key_id(keys[0]), {key_id(key): key for key in keys}
        self._looked_at = self._clock()

    def _look_after(self, age: timedelta) -> None:
        if self._look and self._clock() - self._looked_at >= age:
            self._take(self._look())

    def issue(self, user_id: str, role: str, seconds: int, session: str | None = None) -> str:
        return self._sign(ACCESS, seconds, {"sub": user_id, "role": role} | ({"sid": session} if session else {}))

    def issue_refresh(self, token: RefreshToken, seconds: int) -> str:
        return self._sign(REFRESH, seconds, {"sub": token.user_id, "sid": token.session, "jti": token.id})

    def verify(self, token: str) -> User:
        """Unauthorized for anything but an access token of ours that is in force; the error gives no reason."""
        claims = self._claims(token, ACCESS, ["role"])
        role = str(claims["role"])
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        return User(str(claims["sub"]), role, SCOPES.get(role, frozenset()), claims.get("sid"), expires_at)

    def verify_refresh(self, token: str) -> RefreshToken:
        """Unauthorized, as above. Whether the session still stands isn't checked here."""
        claims = self._claims(token, REFRESH, ["sid", "jti"])
        return RefreshToken(str(claims["sub"]), str(claims["sid"]), str(claims["jti"]))

    def _sign(self, typ: str, seconds: int, claims: dict[str, Any]) -> str:
        import jwt

        self._look_after(FOR_SIGNING)
        now = self._clock()
        common = {"typ": typ, "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + timedelta(seconds=seconds)}
        return jwt.encode(claims | common, self._keys[self._current], ALGORITHM, headers={"kid": self._current})

    def _claims(self, token: str, typ: str, required: list[str]) -> dict[str, Any]:
        import jwt  # imported at the first token, since it brings an HTTP client along

        try:
            named = jwt.get_unverified_header(token)["kid"]
            if named not in self._keys:
                self._look_after(FOR_CHECKING)
            key = self._keys[named]
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={
                    "require": ["sub", "typ", "iss", "aud", "exp", *required],
                    "verify_exp": False,  # below, by our own clock
                    "verify_iat": False,
                },
            )
            in_force = claims["typ"] == typ and int(claims["exp"]) > self._clock().timestamp()
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError):
            in_force = False
        if not in_force:
            raise Unauthorized("The token is missing, wrong or has expired. Sign in again.")
        return claims


def key_id(key: str) -> str:
    return hashlib.sha256(b"millrace key id " + key.encode()).hexdigest()[:12]
