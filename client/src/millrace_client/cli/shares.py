"""Commands that share files by an address, and end that."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from millrace_client import operations
from millrace_client.arguments import ShareOptions
from millrace_client.cli.common import DEFAULT_ADDRESS, Address, AsJson, client, show_json, show_rows
from millrace_client.cli.exits import reported, say

PASSWORD = "MILLRACE_SHARE_PASSWORD"  # noqa: S105 - the variable's name


def share(
    job: Annotated[str | None, typer.Argument(help="The id of a job or an archive.", show_default=False)] = None,
    file: Annotated[list[str] | None, typer.Option(help="A file's id; may be repeated.", show_default=False)] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="Days until the share expires.")] = 14,
    name: Annotated[str | None, typer.Option(help="The title for visitors.", show_default=False)] = None,
    password: Annotated[
        bool, typer.Option("--password", help="Prompt for a password that visitors must enter.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="The maximum number of downloads.", show_default=False)
    ] = None,
    collect: Annotated[
        bool, typer.Option("--collect", help="Let visitors give files to JOB, or to a new job.")
    ] = False,
    pipeline: Annotated[str, typer.Option(help="With --collect: the pipeline of the new job.")] = "media",
    most_files: Annotated[
        int | None, typer.Option(min=1, help="With --collect: the maximum number of files.", show_default=False)
    ] = None,
    most_bytes: Annotated[
        int | None, typer.Option(min=1, help="With --collect: the maximum number of bytes.", show_default=False)
    ] = None,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Create an address where people without an account download files, or give files to a job."""
    if collect and (file or limit):
        raise typer.BadParameter("--collect takes files in: it has none to show or to download.")
    if (most_files or most_bytes) and not collect:
        raise typer.BadParameter("--most-files and --most-bytes go with --collect.")
    if not collect and bool(job) == bool(file):
        raise typer.BadParameter("name a job or an archive, or files with --file.")
    shared: ShareOptions = {"expires_in_days": days}
    if name is not None:
        shared["name"] = name
    if limit is not None:
        shared["download_limit"] = limit
    if password:
        shared["password"] = _password()
    with reported(as_json), client(address) as service:
        if collect:
            shared["kind"] = "collect"
            if job:
                shared["job_id"] = job
            else:
                shared["pipeline"] = pipeline
            if most_files:
                shared["file_limit"] = most_files
            if most_bytes:
                shared["byte_limit"] = most_bytes
        elif file:
            shared["file_ids"] = file
        elif job and service.send(operations.get_job(job)).pipeline == "archive":
            shared["archive_id"] = job
        elif job:
            shared["job_id"] = job
        made = service.share(**shared)
        url = service.address + made.path
        say(f"Good until {made.expires_at.astimezone():%Y-%m-%d %H:%M}.", f"millrace revoke {made.id}")
        if collect:
            say("What is given comes into this job.", f"millrace status {made.job_id}")
        show_json({**made.model_dump(mode="json"), "url": url}) if as_json else print(url)


def _password() -> str:
    """The password, never from the command line, where others on the machine could see it."""
    if given := os.environ.get(PASSWORD):
        return given
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"set {PASSWORD} where no terminal can ask.", param_hint="--password")
    return str(typer.prompt("Password for visitors", hide_input=True, confirmation_prompt=True, err=True))


def list_shares(address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """List your shares, newest first."""
    with reported(as_json), client(address) as service:
        found = service.shares()
        if as_json:
            show_json(found)
            return
        columns = ["share", "of", "downloads", "of at most", "until", "name"]
        show_rows(columns, [(s.id, s.kind, s.downloads, s.download_limit, s.expires_at, s.name) for s in found])


def revoke(
    share_ids: Annotated[
        list[str], typer.Argument(help="Share ids; `millrace shares` shows them.", show_default=False)
    ],
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Revoke shares: their addresses stop working at once."""
    with reported(as_json), client(address) as service:
        for share_id in share_ids:
            service.revoke(share_id)
            if not as_json:
                print(share_id)
        if as_json:
            show_json({"revoked": share_ids})
