"""Accounts: made, read, changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.accounts.attempts import Attempts
from chalicelib.accounts.audit import Audit
from chalicelib.accounts.errors import GuestTokenRefused, WrongPassword
from chalicelib.accounts.passwords import Passwords, check_strength
from chalicelib.accounts.people import ADMIN, USER, Account
from chalicelib.accounts.ports import AccountStore, SessionStore
from chalicelib.jobs.errors import Unauthorized
from chalicelib.jobs.library.takeover import Taken
from chalicelib.jobs.ports.outside import Clock, NewId


class Users:
    def __init__(
        self,
        store: AccountStore,
        sessions: SessionStore,
        passwords: Passwords,
        attempts: Attempts,
        audit: Audit,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._passwords = passwords
        self._attempts = attempts
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def register(
        self, email: str, username: str, password: str, *, guest_id: str | None = None, role: str = USER
    ) -> Account:
        """guest_id: the guest who registers, whose jobs become the account's. WeakPassword, EmailTaken, UsernameTaken,
        AlreadyRegistered."""
        check_strength(password, email=email, username=username)
        account = Account(
            id=guest_id or self._new_id(),
            email=email,
            username=username,
            role=role,
            created_at=self._clock(),
            password_hash=self._passwords.hash(password),
        )
        details = {"role": role, "was_guest": guest_id is not None}
        self._store.create_account(account, self._audit.entry(account.id, "account.registered", account.id, details))
        return account

    def take_guest(self, guest_id: str, account_id: str) -> Taken:
        """Makes the guest's belongings the account's. From then on the guest's token serves only to repeat this
        request. GuestTokenRefused."""
        entry = self._audit.entry(account_id, "guest.taken_over", guest_id)
        taken = self._store.take_guest(guest_id, account_id, entry)
        if taken is None:
            raise GuestTokenRefused
        return taken

    def account(self, user_id: str) -> Account:
        account = self._store.account(user_id)
        if account is None:
            raise Unauthorized("The account is gone. Sign in again.")
        return account

    def change(
        self, account: Account, changes: Mapping[str, Any], current_password: str | None, address: str
    ) -> Account:
        """Changes email or username. The email decides who can sign in, so changing it takes the password:
        WrongPassword, TooManyAttempts; also EmailTaken, UsernameTaken, AccountChanged."""
        changes = {name: value for name, value in changes.items() if value != getattr(account, name)}
        if "email" in changes:
            self._check_password(account, current_password or "", address)
        if not changes:
            return account
        details = {"changed": sorted(changes)}
        entry = self._audit.entry(account.id, "account.changed", account.id, details)
        return self._store.change_account(account, changes, entry)

    def change_password(self, account: Account, current: str, new: str, address: str) -> Account:
        """Ends all sessions, so that others who had the old password are signed out. WrongPassword, TooManyAttempts,
        WeakPassword, AccountChanged."""
        self._check_password(account, current, address)
        check_strength(new, email=account.email, username=account.username, field="new_password")
        return self._replace_password(account, new, account.id)

    def make_admin(self, email: str, password: str | None, actor: str) -> Account | None:
        """Makes the account with that email an admin, with the new `password` if one is given. Without such an account
        it makes one, or, without a password for it, returns None."""
        account = self._store.account_by_email(email)
        if account is None:
            if password is None:
                return None
            return self.register(email, f"admin-{self._new_id()[-6:]}", password, role=ADMIN)
        if account.role != ADMIN:
            details = {"before": account.role, "after": ADMIN}
            entry = self._audit.entry(actor, "role.changed", account.id, details)
            account = self._store.change_account(account, {"role": ADMIN}, entry)
        if password is not None:
            check_strength(password, email=account.email, username=account.username)
            account = self._replace_password(account, password, actor)
        return account

    def _replace_password(self, account: Account, new: str, actor: str) -> Account:
        changes = {"password_hash": self._passwords.hash(new), "password_changed_at": self._clock()}
        entry = self._audit.entry(actor, "password.changed", account.id)
        changed = self._store.change_account(account, changes, entry)
        self._sessions.delete_sessions(account.id)
        return changed

    def _check_password(self, account: Account, password: str, address: str) -> None:
        self._attempts.begin(account.email, address)
        if not self._passwords.verify(account.password_hash, password):
            raise WrongPassword
        self._attempts.succeeded(account.email, address)
