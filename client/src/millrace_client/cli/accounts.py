"""Commands about who calls: signing in, keys for programs."""

from __future__ import annotations

import socket
import sys
from typing import Annotated

import typer

from millrace_client import operations
from millrace_client.cli import credentials
from millrace_client.cli.common import DEFAULT_ADDRESS, Address, AsJson, listed, show_json, show_rows
from millrace_client.cli.exits import reported, say
from millrace_client.client import Client
from millrace_client.errors import ApiError
from millrace_client.models import LoginRequest, NewKeyRequest, RegisterRequest, SignedInAnswer, TakenOverAnswer

SOME = 50

keys = typer.Typer(help="Keys for programs. Asks for the password: a key can't create keys.", no_args_is_help=True)

Email = Annotated[str, typer.Option(prompt=True, help="The email of your account.")]
Password = Annotated[
    str,
    typer.Option(prompt=True, hide_input=True, envvar="MILLRACE_PASSWORD", help="The password; safer at the prompt."),
]


def login(
    email: Annotated[str | None, typer.Option(help="The email of your account; prompted for by default.")] = None,
    password: Annotated[
        str | None,
        typer.Option(envvar="MILLRACE_PASSWORD", help="The password; by default, a safer prompt asks for it."),
    ] = None,
    scopes: Annotated[str, typer.Option(help="The key's scopes.")] = "upload,read",
    with_token: Annotated[bool, typer.Option("--with-token", help="Read a token or key from standard input.")] = False,
    address: Address = DEFAULT_ADDRESS,
) -> None:
    """Sign in: creates a key for this machine and keeps the key, never the password. Your jobs as a guest become the
    account's; with --with-token, they stay with the profile `guest`."""
    with reported(False):
        if with_token:
            token = sys.stdin.readline().strip()
            with Client(address, token) as service:
                me = service.send(operations.get_me())
            _keep(address, token)
            say(f"Signed in as {me.email or f'guest {me.id}'}.", "millrace list")
            return
        email = email or typer.prompt("Email", err=True)
        password = password or typer.prompt("Password", hide_input=True, err=True)
        signed_in = _sign_in(address, email, password, credentials.kept(address))
        with Client(address, signed_in.access_token) as service:
            body = NewKeyRequest(name=f"millrace on {socket.gethostname()}", scopes=listed(scopes))
            made = service.send(operations.create_key(body))
        credentials.keep(address, made.key)
        for sentence in _of_the_guest(signed_in.taken_over):
            say(sentence)
        say(f"Signed in as {email}, with the key {made.id}.", "millrace list")


def register(
    email: Email,
    username: Annotated[str, typer.Option(prompt=True, help="The name that others see.")],
    password: Password,
    scopes: Annotated[str, typer.Option(help="The key's scopes.")] = "upload,read",
    address: Address = DEFAULT_ADDRESS,
) -> None:
    """Create an account and sign in to it. Your jobs as a guest become the account's."""
    with reported(False):
        with Client(address, credentials.kept(address) or "") as service:
            guest = service.token is not None and service.send(operations.get_me()).role == credentials.GUEST
            if not guest:
                service.token = None
            service.send(operations.register(RegisterRequest(email=email, username=username, password=password)))
        with _signed_in(address, email, password) as service:
            body = NewKeyRequest(name=f"millrace on {socket.gethostname()}", scopes=listed(scopes))
            credentials.keep(address, service.send(operations.create_key(body)).key)
        say(
            f"Registered and signed in as {email}{', with the jobs that you had as a guest' if guest else ''}.",
            "millrace list",
        )


def _keep(address: str, token: str) -> None:
    """Keeps a token, and sets aside that of a guest with jobs: to take them over, the server needs the password."""
    before = credentials.kept(address)
    if (
        before
        and before != token
        and credentials.profile() != credentials.GUEST
        and (count := _jobs_of_guest(address, before))
    ):
        credentials.keep(address, before, credentials.GUEST)
        many = _many(count) if count < SOME else "jobs"
        say(f"The {many} that you have as a guest stay with the guest: millrace --profile guest list")
    credentials.keep(address, token)


def _jobs_of_guest(address: str, token: str) -> int:
    """The number of the guest's jobs, at most SOME; 0 where the token is no guest's or no longer valid."""
    try:
        with Client(address, token) as service:
            if service.send(operations.get_me()).role != credentials.GUEST:
                return 0
            return len(service.send(operations.list_jobs(limit=SOME)).items)
    except ApiError:
        return 0


def logout(address: Address = DEFAULT_ADDRESS) -> None:
    """Remove the stored sign-in. The key stays valid until it is revoked."""
    credentials.keep(address, None)
    say("Signed out.", "millrace keys list")


@keys.command("list")
def list_keys(email: Email, password: Password, address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """List your keys."""
    with reported(as_json), _signed_in(address, email, password) as service:
        found = service.send(operations.list_keys()).items
        if as_json:
            show_json(found)
            return
        columns = ["key", "name", "scopes", "ends in", "good until", "last used"]
        show_rows(columns, [(k.id, k.name, ",".join(k.scopes), k.hint, k.expires_at, k.last_used_at) for k in found])


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="The key's purpose.", show_default=False)],
    email: Email,
    password: Password,
    scopes: Annotated[str, typer.Option(help="Any of upload,read,admin.")] = "read",
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until the key expires.")] = 365,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Create a key. It is shown only once."""
    with reported(as_json), _signed_in(address, email, password) as service:
        body = NewKeyRequest(name=name, scopes=listed(scopes), expires_in_days=days)
        made = service.send(operations.create_key(body))
        show_json(made) if as_json else print(made.key)


@keys.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="The key's id; `millrace keys list` shows it.", show_default=False)],
    email: Email,
    password: Password,
    address: Address = DEFAULT_ADDRESS,
) -> None:
    """Revoke a key at once."""
    with reported(False), _signed_in(address, email, password) as service:
        service.send(operations.revoke_key(key))
        say("Revoked.")


def _signed_in(address: str, email: str, password: str) -> Client:
    return Client(address, _sign_in(address, email, password).access_token)


def _sign_in(address: str, email: str, password: str, kept: str | None = None) -> SignedInAnswer:
    """kept: the previous token. A guest's that is still valid is sent along, so that the account gets the jobs."""
    body = LoginRequest(email=email, password=password)
    with Client(address, "") as service:
        if kept and _is_guest(address, kept):
            try:
                return service.send(operations.login(body.model_copy(update={"guest_token": kept})))
            except ApiError as error:
                if error.code != "guest_token_refused":
                    raise
        return service.send(operations.login(body))


def _is_guest(address: str, token: str) -> bool:
    try:
        with Client(address, token) as service:
            return service.send(operations.get_me()).role == credentials.GUEST
    except ApiError:
        return False  # the token is no longer valid


def _of_the_guest(taken: TakenOverAnswer | None) -> list[str]:
    """The outcome of the takeover, in sentences."""
    if taken is None:
        return []
    counts = {"job": taken.jobs, "webhook": taken.webhooks, "share": taken.shares, "connection": taken.connections}
    brought = [f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count]
    said = [f"Now the account's, of what you had as a guest: {', '.join(brought)}."] if brought else []
    if taken.scenes_left:
        said.append("The scenes that you had as a guest are not the account's: sync them again.")
    return said


def _many(count: int) -> str:
    return f"{count} job{'s' if count > 1 else ''}"
