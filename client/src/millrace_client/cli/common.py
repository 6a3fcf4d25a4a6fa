"""Options that commands share, and the forms of their output: JSON, a table, or lines with tabs for a pipe."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from millrace_client.cli import credentials
from millrace_client.cli.exits import say
from millrace_client.client import Client
from millrace_client.jobs import Job, completed
from millrace_client.models import StatusAnswer

DEFAULT_ADDRESS = "http://127.0.0.1:8000"

Address = Annotated[str, typer.Option(envvar=["MILLRACE_URL", "MILLRACE_ADDRESS"], help="Millrace's address.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, for programs.")]
JobId = Annotated[str, typer.Argument(help="A job's id; `millrace list` shows it.", show_default=False)]


def client(address: str, *, guest: bool = False) -> Client:
    """A client for the account that signed in there. guest: without one, begins as a new guest and keeps the token."""
    found = Client(address, credentials.token_for(address), patience=float(os.environ.get("MILLRACE_PATIENCE", "60")))
    if guest and found.token is None:
        credentials.keep(address, found.begin_as_guest())
        say("You are a guest here from now on; millrace login signs in to an account.")
    return found


def show_json(value: Any) -> None:
    print(json.dumps(_plain(value), ensure_ascii=False, indent=2))


def show_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    out = Console(highlight=False)
    cells = ([_cell(value) for value in row] for row in rows)
    if not out.is_terminal:
        for row in cells:
            print("\t".join(row))
        return
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in cells:
        table.add_row(*map(escape, row))
    out.print(table)


def watch(job: Job, quiet: bool, *, closely: bool = False) -> StatusAnswer:
    """Waits for the job's end. closely: by a socket, if available. Raises JobEnded unless it completes."""
    from millrace_client.cli.view import Percent

    with Percent("Working", quiet) as bar:

        def progress(status: StatusAnswer) -> None:
            percent = 100.0 if status.status == "completed" else status.progress_percent or 0.0
            bar.at(percent, status.step_name or status.status)

        if not closely:
            return job.wait(progress)
        for status in job.watch():
            progress(status)
        return completed(status)


def listed(text: str | None) -> Any:
    """A list given with commas; the service checks its values."""
    return [part.strip() for part in text.split(",") if part.strip()] if text else None


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value.astimezone():%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value).replace("\t", " ")
