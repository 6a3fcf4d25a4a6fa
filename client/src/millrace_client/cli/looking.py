"""Commands that show the account, pipelines and artifacts, watch a job, and delete jobs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from millrace_client import operations
from millrace_client.cli import credentials
from millrace_client.cli.common import DEFAULT_ADDRESS, Address, AsJson, JobId, client, show_json, show_rows, watch
from millrace_client.cli.exits import Exit, reported, say
from millrace_client.cli.jobs import show_status
from millrace_client.cli.view import size_of


def whoami(address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """Show your account."""
    with reported(as_json), client(address) as service:
        if service.token is None:
            say(f"No account has signed in at {service.address}.", "millrace login")
            raise typer.Exit(Exit.NOT_ALLOWED)
        found = service.send(operations.get_me())
        if as_json:
            show_json(found)
            return
        who = found.email or f"guest {found.id}"
        print(f"{who}\t{found.role}\t{','.join(found.scopes)}\t{service.address}\t{credentials.profile()}")


def pipelines(address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """List the pipelines and the files that they accept."""
    with reported(as_json), client(address, guest=True) as service:
        found = service.send(operations.list_pipelines()).items
        if as_json:
            show_json(found)
            return
        show_rows(
            ["pipeline", "takes", "roles", "largest file", "what it does"],
            [(p.name, " ".join(p.extensions), ",".join(p.roles), size_of(p.max_bytes), p.description) for p in found],
        )


def artifacts(job: JobId, address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """List a job's artifacts."""
    with reported(as_json), client(address) as service:
        found = service.job(job).artifacts()
        if as_json:
            show_json(found)
            return
        show_rows(
            ["artifact", "file", "bytes", "type"], [(a.name, a.filename, a.size_bytes, a.content_type) for a in found]
        )
        if found:
            say("", f"millrace download {job} --artifact {found[0].name}")


def watch_job(job: JobId, address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """Follow a job until it ends, by a socket if the server has one, otherwise by polling."""
    with reported(as_json, f"millrace watch {job}"), client(address) as service:
        show_status(watch(service.job(job), as_json, closely=True), as_json)


def delete(
    jobs: Annotated[list[str], typer.Argument(help="Job ids; `millrace list` shows them.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")] = False,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Delete jobs that have ended, with their files and results."""
    with reported(as_json), client(address) as service:
        if not yes:
            if not sys.stdin.isatty():
                say("Nothing was deleted: add --yes where no terminal can ask.")
                raise typer.Exit(Exit.USAGE)
            typer.confirm(f"Delete {len(jobs)} job{'s' if len(jobs) > 1 else ''} with all files?", abort=True, err=True)
        for job in jobs:
            service.job(job).delete()
            if not as_json:
                print(job)
        if as_json:
            show_json({"deleted": jobs})
