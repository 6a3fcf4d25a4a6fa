"""The first admin, named by the deployment; the password is kept with its secrets."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.accounts.people import Account
from chalicelib.accounts.ports import AccountStore
from chalicelib.accounts.users import Users


class FirstAdmin:
    """email None: a command has made the admin, and this does nothing. made: called with the new account."""

    def __init__(
        self,
        email: str | None,
        password: Callable[[], str],
        accounts: AccountStore,
        users: Users,
        made: Callable[[Account], object],
    ) -> None:
        self._email = email.strip().lower() if email else None
        self._password = password
        self._accounts = accounts
        self._users = users
        self._made = made

    def ensure(self, email: str) -> None:
        """Makes the account when its email is first named, by a sign-in or a registration."""
        if email == self._email and self._accounts.account_by_email(email) is None:
            admin = self._users.make_admin(email, self._password(), "deployment")
            if admin is not None:
                self._made(admin)
