"""The first admin of a deployment, which says who that is; the password is kept where secrets are."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.accounts.people import Account
from chalicelib.accounts.ports import AccountStore
from chalicelib.accounts.users import Users


class FirstAdmin:
    """email None: a command has made the admin, so none is made here. made: called with the new account."""

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
        """Makes the account as soon as anybody names its email: to sign in, or to take it by registering."""
        if email == self._email and self._accounts.account_by_email(email) is None:
            admin = self._users.make_admin(email, self._password(), "deployment")
            if admin is not None:
                self._made(admin)
