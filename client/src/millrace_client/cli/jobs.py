"""Commands about existing jobs: show, control, fetch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import typer

from millrace_client.arguments import Layout, Names, Strategy
from millrace_client.cli.archives import show_ways, taking
from millrace_client.cli.common import (
    DEFAULT_ADDRESS,
    Address,
    AsJson,
    JobId,
    client,
    listed,
    show_json,
    show_rows,
    watch,
)
from millrace_client.cli.exits import reported, say
from millrace_client.cli.view import Bytes, size_of
from millrace_client.jobs import Job
from millrace_client.models import JobAnswer, Redated, StatusAnswer


def status(
    job: JobId,
    wait: Annotated[bool, typer.Option(help="Wait for the job's end.")] = False,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Show a job's progress."""
    with reported(as_json, f"millrace status {job} --wait"), client(address) as service:
        found = watch(service.job(job), as_json) if wait else service.job(job).status()
        show_status(found, as_json)


def show_status(found: StatusAnswer, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    show_rows(["", ""], [(name, value) for name, value in found.model_dump(exclude_none=True).items()])
    if found.status == "completed":
        say("", f"millrace download {found.job_id}")


def list_jobs(
    state: Annotated[
        str | None, typer.Option("--status", help="Only jobs with these statuses, such as running,completed.")
    ] = None,
    pipeline: Annotated[str | None, typer.Option(help="Only jobs of this pipeline.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The maximum number of entries.")] = 20,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """List your jobs, newest first."""
    with reported(as_json), client(address) as service:
        found = list(islice(service.jobs(status=listed(state), pipeline=pipeline, limit=min(limit, 100)), limit))
        if as_json:
            show_json(found)
            return
        columns = ["job", "status", "pipeline", "files", "begun", "name"]
        show_rows(columns, [(j.id, j.status, j.pipeline, j.file_count, j.created_at, j.name) for j in found])


def files(
    job: JobId,
    confidence: Annotated[str | None, typer.Option(help="Only files with any of high,medium,low,none.")] = None,
    sort: Annotated[
        str, typer.Option(help="number, filename, size, timestamp, confidence or status; -size for descending order.")
    ] = "number",
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """List a job's files, with the findings on each."""
    with reported(as_json), client(address) as service:
        found = list(service.job(job).files(confidence=listed(confidence), sort=sort))
        if as_json:
            show_json(found)
            return
        columns = ["file", "status", "taken", "sure", "bytes", "what is wrong"]
        show_rows(
            columns,
            [
                (f.original_filename, f.status, f.detected_timestamp, f.confidence, f.size_bytes, f.error_message)
                for f in found
            ],
        )


def duplicates(
    job: JobId,
    kind: Annotated[
        Literal["exact", "similar"], typer.Option(help="Files with the same bytes, or similar files.")
    ] = "exact",
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """List a job's duplicate or similar files, one group per line; the first file is kept."""
    with reported(as_json), client(address) as service:
        groups = service.job(job).duplicates(kind)
        if as_json:
            show_json(groups)
            return
        for group in groups:
            # mypy knows no default of a lambda.
            names = sorted(group.files, key=lambda file, kept=group.kept: file.id != kept)  # type: ignore[misc]
            print("\t".join(file.original_filename for file in names))


def keep_best(
    job: JobId,
    kind: Annotated[Literal["exact", "similar", "all"], typer.Option(help="The kind of groups.")] = "all",
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Keep only the best file of each group in the zip, where nothing was decided."""
    with reported(as_json), client(address) as service:
        dropped = service.job(job).keep_best(kind)
        show_json({"dropped": dropped}) if as_json else print(dropped)
        if dropped:
            say("", f"millrace remake {job}")


def redate(
    job: JobId,
    files: Annotated[list[str], typer.Argument(help="The ids of the job's files.")],
    shift: Annotated[float | None, typer.Option(help="Hours to add to the clock's time, such as -1.5.")] = None,
    zone: Annotated[str | None, typer.Option(help="The clock's time zone, such as Europe/Paris.")] = None,
    taken: Annotated[datetime | None, typer.Option(help="The correct local time, such as 2024-05-01T12:30:00.")] = None,
    date: Annotated[str | None, typer.Option(help="The new day, at the same time, such as 2024-05-01.")] = None,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Correct the dates of photos; without an option, remove earlier corrections."""
    seconds = None if shift is None else shift * 3600
    change = Redated(files=files, shift_seconds=seconds, timezone=zone, taken_local=taken, date=date)
    with reported(as_json), client(address) as service:
        found = service.job(job).redate([change])
        if as_json:
            show_json(found)
            return
        print(found.changed)
        say("", f"millrace remake {job}")


OtherLayout = Annotated[Layout | None, typer.Option("--layout", help="The zip's folders; unchanged by default.")]
OtherNames = Annotated[Names | None, typer.Option("--names", help="The zip's names; unchanged by default.")]
OtherStrategy = Annotated[
    Strategy | None,
    typer.Option("--strategy", help="The workers that make the zip: many, one, or as needed; unchanged by default."),
]


def tree(
    job: JobId,
    folder: Annotated[str, typer.Argument(help="A folder of the zip; by default, the zip itself.")] = "",
    layout: OtherLayout = None,
    names: OtherNames = None,
    strategy: OtherStrategy = None,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Preview a job's zip: its files, its size, and the time and cost of making it."""
    with reported(as_json), client(address) as service:
        asked, page = service.job(job), 1
        first = found = asked.tree(folder, layout=layout, names=names, strategy=strategy)
        while page < found.pages:
            page += 1
            found = asked.tree(folder, layout=layout, names=names, strategy=strategy, page=page)
            first.items += found.items
        if as_json:
            show_json(first)
            return
        rows = [(f"{one.name}/", one.files, one.size_bytes) for one in first.folders]
        show_rows(["name", "files", "bytes"], rows + [(one.name, 1, one.size_bytes) for one in first.items])
        if takes := first.estimates:
            say(f"{first.files:,} files, {size_of(first.size_bytes)}, {taking(takes.estimate)}.")
            show_ways(takes)
        say("", f"millrace remake {job}")


def remake(
    job: JobId,
    layout: OtherLayout = None,
    names: OtherNames = None,
    strategy: OtherStrategy = None,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Rebuild a job's zip after corrections, or in another layout."""
    with reported(as_json), client(address) as service:
        found = service.job(job).remake(layout, names, strategy)
        show_json(found) if as_json else print(f"{found.id}\t{found.status}")
        say("", f"millrace status {job} --wait")


def download(
    job: JobId,
    out: Annotated[
        Path | None, typer.Option(help="The target file or folder; by default, the artifact's name in this folder.")
    ] = None,
    artifact: Annotated[str, typer.Option(help="The artifact's name; `complete` is the zip.")] = "complete",
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Fetch an artifact of a job."""
    with reported(as_json, f"millrace download {job}"), client(address) as service:
        path = fetch(service.job(job), out, artifact, as_json)
        show_json({"path": str(path)}) if as_json else print(path)


def fetch(job: Job, out: Path | None, artifact: str, quiet: bool) -> Path:
    """out: a file, a folder, or None for this one."""
    found = {a.name: a for a in job.artifacts()}.get(artifact)
    # A name from the server is never used as a path.
    name = Path(found.filename).name if found and found.filename else f"{job.id}_{Path(artifact).name}"
    path = out / name if out and out.is_dir() else out or Path(name)
    with Bytes(f"Fetching {path.name}", found.size_bytes if found else 0, quiet) as bar:
        return job.download(path, artifact, lambda there, total: bar.at(0, path.name, there, total))


def _steering(name: str, does: str, act: Callable[[Job], JobAnswer]) -> Callable[..., None]:
    def command(job: JobId, address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
        with reported(as_json), client(address) as service:
            found = act(service.job(job))
            if as_json:
                show_json(found)
                return
            print(f"{found.id}\t{found.status}")
            say("", f"millrace {'resume' if name == 'pause' else 'status'} {job}")

    command.__doc__ = does
    return command


STEERING = {
    "pause": _steering("pause", "Pause at a clean point; no finished work is lost.", Job.pause),
    "resume": _steering("resume", "Resume after a pause.", Job.resume),
    "cancel": _steering("cancel", "Cancel a job.", Job.cancel),
    "retry": _steering("retry", "Retry what failed.", Job.retry),
}
