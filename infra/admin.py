"""`python -m infra.admin EMAIL`: gives an account the role of an admin, and creates the account if there is none.

Over the API only admins can make admins. For the first one, this command needs write access to the tables instead.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from chalicelib.accounts.attempts import Attempts
from chalicelib.accounts.audit import Audit
from chalicelib.accounts.drop_owner import adopt
from chalicelib.accounts.passwords import Passwords
from chalicelib.accounts.people import Account
from chalicelib.accounts.users import Users
from chalicelib.api.models.accounts import Email, NewPassword
from chalicelib.jobs.errors import JobError
from chalicelib.jobs.ids import new_id
from chalicelib.stores.dynamo.people_table import PeopleTable
from infra.connect import CannotConnect, Tables, add_arguments, connect

ACTOR = "command"


def users(tables: Tables) -> Users:
    people = PeopleTable(tables.accounts)
    return Users(people, people, Passwords(), Attempts(people, clock), Audit(people, clock, new_id), clock, new_id)


def clock() -> datetime:
    return datetime.now(UTC)


class NoAccount(Exception):
    """There is no account with that email, and creating one was declined."""


def make_admin(tables: Tables, email: str, password: str | None, *, agree: Callable[[], bool]) -> str:
    """Returns the sentence to print. Raises JobError. password None: an existing account keeps its own; a missing one
    is made if `agree` returns True, else NoAccount is raised."""
    account = users(tables).make_admin(email, password, ACTOR)
    if account is not None:
        return f"{account.email} is an admin from the next sign-in or refresh on.{_owns_drops(tables, account)}"
    if not agree():
        raise NoAccount(f"There is no account {email}, and none was made. Register it, or say YES=1 to have it made.")
    made = secrets.token_urlsafe(15)
    account = users(tables).make_admin(email, made, ACTOR)
    assert account is not None
    return (
        f"{account.email} is an admin with the password {made}, shown this once. Change it after signing in."
        f"{_owns_drops(tables, account)}"
    )


def _owns_drops(tables: Tables, admin: Account) -> str:
    people = PeopleTable(tables.accounts)
    given = os.environ.get("MILLRACE_DROP_OWNER", "")
    if adopt(people, Audit(people, clock, new_id), admin, ACTOR, given):
        return "\nWhat is dropped without a user's name belongs to this account from now on (setting drop_owner)."
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.admin", description=__doc__)
    parser.add_argument("email")
    parser.add_argument("--password-stdin", action="store_true", help="set the password to the first line of the input")
    parser.add_argument("--yes", action="store_true", help="make the account, where there is none, without asking")
    add_arguments(parser)
    options = parser.parse_args()
    try:
        email = TypeAdapter(Email).validate_python(options.email)
        password = sys.stdin.readline().rstrip("\n") if options.password_stdin else None
        if password is not None:
            TypeAdapter(NewPassword).validate_python(password)
        print(make_admin(connect(options), email, password, agree=lambda: options.yes or _agrees(email)))
    except ValidationError as invalid:
        print(f"That can't be: {invalid.errors(include_input=False)[0]['msg']}.", file=sys.stderr)
        return 2
    except JobError as error:
        reasons = "".join(f" It {wrong.message}." for wrong in error.errors)
        print(f"{error.detail}{reasons}", file=sys.stderr)
        return 1
    except (CannotConnect, NoAccount) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _agrees(email: str) -> bool:
    """Asks for consent, if there is a terminal."""
    if not sys.stdin.isatty():
        return False
    return input(f"There is no account {email}. Make one? [y/N] ").strip().lower() in {"y", "yes"}


if __name__ == "__main__":
    sys.exit(main())
