"""Settings that an admin changes while Millrace runs: stored beside the accounts, over those of the environment.

Addresses and secrets come from the deployment alone: a wrong address could lock the admin out, and secrets belong in a
store of their own.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib import settings
from chalicelib.accounts.audit import Audit
from chalicelib.accounts.errors import SettingNotFound
from chalicelib.accounts.ports import SettingStore
from chalicelib.jobs.errors import FieldError, InvalidFields, TryAgain
from chalicelib.settings import Settings

log = logging.getLogger(__name__)

MASK = "********"
SECRET = frozenset({"token_key", "token_key_secret", "previous_token_keys", "connection_key", "connection_key_secret"})
DAY, MiB, GiB = 24 * 3600, 1024**2, 1024**3
TRIES = 5
ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9a-f:]+\]")

Check = Callable[[Any], Any]


@dataclass(frozen=True)
class Whole:
    """Takes whole numbers of this range, both ends in it."""

    least: int
    most: int

    def __call__(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise ValueError(f"must be a whole number from {self.least:,} to {self.most:,}")
        return value


def user(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^\s]{0,254}", value):
        raise ValueError("must be the id or the email of a user, or empty")
    return value


def origins(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > 50 or not all(_is_origin(origin) for origin in value):
        raise ValueError("must be a list of up to 50 origins such as https://page.example")
    return tuple(value)


def _is_origin(value: Any) -> bool:
    return isinstance(value, str) and ORIGIN.fullmatch(value) is not None


CHANGEABLE: dict[str, Check] = {
    "cors_origins": origins,
    "drop_owner": user,
    "token_seconds": Whole(60, DAY),
    "refresh_seconds": Whole(600, 90 * DAY),
    "guest_seconds": Whole(600, 365 * DAY),
    "allow_guests": Whole(0, 1),
    "allow_registration": Whole(0, 1),
    "guests_per_hour": Whole(1, 100_000),
    "limit_files_per_request": Whole(1, 500),
    "limit_files_per_job": Whole(1, 1_000_000),
    "limit_active_jobs": Whole(0, 100_000),
    "limit_stored_bytes": Whole(0, 1024**5),
    "limit_guest_bytes": Whole(0, 1024**5),
    "limit_multipart_from": Whole(5 * MiB, 5 * GiB),
    "limit_upload_url_seconds": Whole(60, 7 * DAY),  # the longest time that SigV4 signs for
    "limit_download_url_seconds": Whole(60, 7 * DAY),
    "limit_archive_seconds": Whole(600, 365 * DAY),
    "limit_upload_patience": Whole(600, 30 * DAY),
    "limit_quiet_seconds": Whole(1, DAY),
}


@dataclass(frozen=True)
class Setting:
    """value: the effective value, masked if secret. source: its origin. least, most: bounds of a changeable number."""

    name: str
    value: Any
    source: Literal["default", "environment", "stored"]
    secret: bool
    changeable: bool
    least: int | None
    most: int | None


def effective(base: Settings, stored: Mapping[str, Any]) -> Settings:
    """`base` with the stored values over it, but for those that another version stored and this one can't take."""
    values = {}
    for known, value in stored.items():
        try:
            values[known] = CHANGEABLE[known](value)
        except (KeyError, ValueError):
            log.warning("The stored setting %s is unknown or out of its range here: it is not used.", known)
    return settings.changed(base, values)


class StoredSettings:
    """base: the settings without stored values. given: names of those that the environment sets. is_user: whether there
    is a user with that id or email."""

    def __init__(
        self,
        store: SettingStore,
        audit: Audit,
        base: Settings,
        given: Collection[str],
        is_user: Callable[[str], bool],
    ) -> None:
        self._store = store
        self._audit = audit
        self._base = base
        self._given = given
        self._is_user = is_user

    def all(self) -> list[Setting]:
        stored, _ = self._store.stored()
        return self._described(stored)

    def one(self, wanted: str) -> Setting:
        """SettingNotFound."""
        for setting in self.all():
            if setting.name == wanted:
                return setting
        raise SettingNotFound

    def change(
        self, actor_id: str, changes: Mapping[str, Any], agree: Callable[[list[Setting]], None] = lambda before: None
    ) -> list[Setting]:
        """Makes all of the changes or none; None restores the deployment's value. InvalidFields.

        agree: receives the very settings that will be changed, and raises to refuse."""
        wanted = self._checked(changes)
        for _ in range(TRIES):
            stored, version = self._store.stored()
            agree(self._described(stored))
            fresh = {known: value for known, value in (stored | wanted).items() if value is not None}
            if fresh == stored:
                return self._described(stored)
            before, after = (settings.flat(effective(self._base, values)) for values in (stored, fresh))
            details = {n: {"before": before[n], "after": after[n]} for n in wanted if stored.get(n) != fresh.get(n)}
            entry = self._audit.entry(actor_id, "settings.changed", "settings", details)
            if self._store.store(fresh, version, entry):
                return self._described(fresh)
        raise TryAgain("The settings are being changed by others. Try again.")

    def _checked(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        wanted, errors = {}, []
        for known, value in changes.items():
            try:
                if known not in settings.flat(self._base):
                    raise ValueError("is not a setting")
                if known not in CHANGEABLE:
                    raise ValueError("is set by the deployment")
                checked = None if value is None else CHANGEABLE[known](value)
                if CHANGEABLE[known] is user and checked and not self._is_user(checked):
                    raise ValueError("is not a user here: give a user's id or email")
                wanted[known] = list(checked) if isinstance(checked, tuple) else checked
            except ValueError as wrong:
                errors.append(FieldError(known, str(wrong)))
        if errors:
            raise InvalidFields("Nothing was changed.", errors=errors)
        return wanted

    def _described(self, stored: Mapping[str, Any]) -> list[Setting]:
        return [
            Setting(
                name=known,
                value=MASK if known in SECRET else value,
                source="stored" if known in stored else "environment" if known in self._given else "default",
                secret=known in SECRET,
                changeable=known in CHANGEABLE,
                least=takes.least if isinstance(takes := CHANGEABLE.get(known), Whole) else None,
                most=takes.most if isinstance(takes, Whole) else None,
            )
            for known, value in settings.flat(effective(self._base, stored)).items()
        ]
