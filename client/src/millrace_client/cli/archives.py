"""Commands that make zips of chosen files, and fetch them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from millrace_client.arguments import ArchiveOptions, Strategy
from millrace_client.cli.common import DEFAULT_ADDRESS, Address, AsJson, client, show_json, show_rows, watch
from millrace_client.cli.exits import reported, say
from millrace_client.cli.view import Bytes, size_of
from millrace_client.jobs import Archive
from millrace_client.models import ArchiveEstimate, ArchiveEstimates, ArchivePlan, FilesFilter

UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}


def archive(
    jobs: Annotated[
        list[str] | None, typer.Argument(help="The ids of jobs, with all of their files.", show_default=False)
    ] = None,
    file: Annotated[list[str] | None, typer.Option(help="A file's id; may be repeated.", show_default=False)] = None,
    search: Annotated[
        str | None, typer.Option(help="Words in names, titles or tags; in these jobs, or in all.", show_default=False)
    ] = None,
    kind: Annotated[
        Literal["image", "video", "volume", "audio"] | None,
        typer.Option("--type", help="Only files of this type; in these jobs, or in all.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Your whole library.")] = False,
    layout: Annotated[
        Literal["organised", "original", "flat"], typer.Option(help="Folders by month, original folders, or none.")
    ] = "organised",
    artifacts: Annotated[bool, typer.Option("--artifacts", help="Include the jobs' artifacts.")] = False,
    name: Annotated[str | None, typer.Option(help="The archive's filename.", show_default=False)] = None,
    split: Annotated[
        str | None, typer.Option(help="The maximum size of each zip, such as 4GB.", show_default=False)
    ] = None,
    strategy: Annotated[
        Strategy,
        typer.Option(help="Many workers, one, or many if one would need over a minute."),
    ] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the size, time and cost, and make nothing.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait for the archive, and fetch it.")] = True,
    out: Annotated[Path, typer.Option(help="The target folder.")] = Path(),
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Make a zip of chosen files, and fetch it."""
    filtered = everything or search is not None or kind is not None
    if not (jobs or file or filtered):
        raise typer.BadParameter("name jobs, --file, --search, --type or --all.")
    if file and filtered:
        raise typer.BadParameter("--file goes with jobs, not with --search, --type or --all.")
    chosen: ArchiveOptions = {"layout": layout, "artifacts": artifacts, "job_ids": jobs or [], "file_ids": file or []}
    chosen["strategy"] = strategy
    if filtered:
        chosen["filter"] = FilesFilter(type=kind, search=search or "")
    if name is not None:
        chosen["name"] = name
    if split is not None:
        chosen["split_bytes"] = bytes_of(split)
    with reported(as_json), client(address) as service:
        if dry_run:
            _show(service.estimate_archive(**chosen), as_json)
            return
        made = service.archive(**chosen)
        begun = made.answer()
        takes = f", {taking(begun.estimate)}" if begun.estimate else ""
        say(f"{begun.file_count:,} files, {size_of(begun.size_bytes)}{takes}: archive {made.id}")
        if not wait:
            show_json(begun) if as_json else print(made.id)
            return
    with reported(as_json, f"millrace watch {made.id}"), client(address) as service:
        made = Archive(service, made.id)
        watch(made, as_json)
        with Bytes(f"Fetching {begun.name}", begun.size_bytes, as_json) as bar:
            found = made.fetch(out, lambda there, total: bar.at(total, begun.name, there, total))
        show_json({"archive_id": made.id, "paths": [str(path) for path in found]}) if as_json else print(
            "\n".join(map(str, found))
        )


def _show(plan: ArchivePlan, as_json: bool) -> None:
    if as_json:
        show_json(plan)
        return
    say(f"{plan.file_count:,} files, {size_of(plan.size_bytes)} in {plan.zip_count} zip(s), {taking(plan.estimate)}.")
    show_ways(plan)


def show_ways(plan: ArchivePlan | ArchiveEstimates) -> None:
    ways = [("fast", plan.fast), ("cheap", plan.cheap)]
    show_rows(["strategy", "workers", "seconds", "usd"], [(name, e.workers, e.seconds, e.usd) for name, e in ways])


def taking(estimate: ArchiveEstimate) -> str:
    return f"about {estimate.seconds:,.0f} s and ${estimate.usd:.4f}"


def list_archives(address: Address = DEFAULT_ADDRESS, as_json: AsJson = False) -> None:
    """List your archives, newest first."""
    with reported(as_json), client(address) as service:
        found = list(service.archives())
        if as_json:
            show_json(found)
            return
        columns = ["archive", "status", "files", "bytes", "until", "name"]
        show_rows(columns, [(a.archive_id, a.status, a.file_count, a.size_bytes, a.expires_at, a.name) for a in found])


def bytes_of(text: str) -> int:
    """`4GB`, `500 MB` or plain bytes."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)B?\s*", text, re.IGNORECASE)
    if not match:
        raise typer.BadParameter(f"{text} is no size such as 4GB.", param_hint="--split")
    return int(float(match[1]) * UNITS[match[2].upper()])
