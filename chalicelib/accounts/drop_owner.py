"""The owners of the jobs that drop folders open: existing users, who can see what became of the files."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.accounts.audit import Audit
from chalicelib.accounts.people import Account
from chalicelib.accounts.ports import AccountStore, SettingStore
from chalicelib.jobs.ids import is_id

SETTING = "drop_owner"
TRIES = 5


class DropOwners:
    """standing: the setting. has_jobs: whether a user without an account, a guest, has ever had a job."""

    def __init__(self, accounts: AccountStore, standing: str, has_jobs: Callable[[str], bool]) -> None:
        self._accounts = accounts
        self._standing = standing
        self._has_jobs = has_jobs

    def owner(self, named: str | None) -> str | None:
        """The id of the user whom a path names by id or email, else of the one that the setting names. None where there
        is no such user."""
        given = named or self._standing
        return self.known(given) if given else None

    def known(self, given: str) -> str | None:
        """The id of the user with that id or email; None where there is none."""
        if not is_id(given):
            return self._accounts.id_by_email(given.lower())
        return given if self._accounts.is_account(given) or self._has_jobs(given) else None


def adopt(settings: SettingStore, audit: Audit, admin: Account, actor: str, given: str) -> bool:
    """Makes an admin the owner of drop folders. False where the deployment (`given`) or the settings name one
    already."""
    if given:
        return False
    for _ in range(TRIES):
        stored, version = settings.stored()
        if SETTING in stored:
            return False
        details = {SETTING: {"before": "", "after": admin.id}}
        entry = audit.entry(actor, "settings.changed", "settings", details)
        if settings.store({**stored, SETTING: admin.id}, version, entry):
            return True
    return False
