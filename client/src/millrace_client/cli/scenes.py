"""`millrace scenes`: a catalogue brought in, searched, analysed, and corrected by plans."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from millrace_client import operations
from millrace_client.cli.common import DEFAULT_ADDRESS, Address, AsJson, client, listed, show_json, show_rows, watch
from millrace_client.cli.exits import reported, say
from millrace_client.client import Client
from millrace_client.models import (
    AnalysisOptions,
    AnalysisRequest,
    ApplyRequest,
    BulkDecision,
    PushAnswer,
    SceneFilters,
    SyncRequest,
)
from millrace_client.scenes import Push, Stash

scenes = typer.Typer(help="A catalogue of videos: sync, search, analyse and correct it.", no_args_is_help=True)

PlanId = Annotated[str, typer.Argument(help="A plan's id; `millrace scenes plans` shows it.", show_default=False)]
Search = Annotated[str, typer.Argument(help="Word prefixes in the title, details or path.")]
Wait = Annotated[bool, typer.Option(help="Wait for the job's end.")]


@scenes.command("push")
def push(
    stash: Annotated[
        str, typer.Option(envvar="STASH_ADDRESS", help="The server's address, such as http://localhost:9999/graphql.")
    ],
    api_key: Annotated[
        str, typer.Option(envvar="STASH_API_KEY", help="The server's API key, sent only to the server.")
    ] = "",
    source: Annotated[str, typer.Option(help="Your name for the server.")] = "home",
    full: Annotated[
        bool, typer.Option("--full", help="Read the whole library, which also finds missing scenes.")
    ] = False,
    wait: Wait = True,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Read a Stash server from this machine and send its library, for a server that Millrace can't reach."""

    def progress(at: PushAnswer) -> None:
        if not as_json:
            say(f"{at.created} created, {at.updated} updated, {at.skipped} unchanged, {at.failed} failed")

    again = f"millrace scenes push --stash {stash} --source {source}{' --full' if full else ''}"
    with reported(as_json, again), client(address) as service:
        server = Stash(stash, api_key)
        try:
            job = Push(service, server, source=source, incremental=not full, progress=progress).run()
        finally:
            server.close()
        _ended(service, job.id, wait, as_json)


@scenes.command("sync")
def sync(
    connection: Annotated[str, typer.Argument(help="A connection's id.", show_default=False)],
    full: Annotated[
        bool, typer.Option("--full", help="Read the whole library, which also finds missing scenes.")
    ] = False,
    wait: Wait = True,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Let Millrace read the server of a connection."""
    with reported(as_json), client(address) as service:
        asked = SyncRequest(connection_id=connection, incremental=not full)
        _ended(service, service.send(operations.sync_scenes(asked)).job_id, wait, as_json)


@scenes.command("list")
def list_scenes(
    search: Search = "",
    tag: Annotated[str | None, typer.Option(help="Comma-separated tag ids; any one must match.")] = None,
    performer: Annotated[str | None, typer.Option(help="Comma-separated performer ids; any one must match.")] = None,
    date_from: Annotated[
        str | None, typer.Option("--from", help="Scenes on or after this day, such as 2014-01-01.")
    ] = None,
    date_to: Annotated[str | None, typer.Option("--to", help="Scenes on or before this day.")] = None,
    sort: Annotated[
        str, typer.Option(help="created_date, title, scene_date, duration, size …; -title for descending order.")
    ] = "title",
    page: Annotated[int, typer.Option(min=1)] = 1,
    limit: Annotated[int, typer.Option(min=1, max=100, help="The maximum number of entries.")] = 20,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """List matching scenes."""
    with reported(as_json), client(address) as service:
        query: dict[str, Any] = {"tag_ids": listed(tag), "performer_ids": listed(performer)}
        query |= {"date_from": date_from, "date_to": date_to, "search": search or None, "page": page, "per_page": limit}
        order = "desc" if sort.startswith("-") else "asc"
        # The server refuses other names of columns.
        found = service.send(operations.list_scenes(**query, sort_by=sort.lstrip("-"), sort_order=order))  # type: ignore[arg-type]
        if as_json:
            show_json(found)
            return
        rows = [(s.id, s.scene_date, s.studio.name if s.studio else None, s.title) for s in found.items]
        show_rows(["scene", "date", "studio", "title"], rows)
        say(f"{found.total} scenes")


@scenes.command("analyse")
def analyse(
    search: Search = "",
    detect: Annotated[str | None, typer.Option(help="Any of studio,performers,tags,details,date,markers.")] = None,
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="The minimum confidence.")] = None,
    name: Annotated[str | None, typer.Option(help="The plan's name.")] = None,
    wait: Wait = True,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Find missing metadata: makes a plan of proposals, and changes nothing."""
    with reported(as_json), client(address) as service:
        given = {"detect": listed(detect), "confidence_threshold": threshold}
        options = AnalysisOptions(**{k: v for k, v in given.items() if v is not None})
        asked = AnalysisRequest(filters=SceneFilters(search=search), options=options)
        if name:
            asked.plan_name = name
        started = service.send(operations.generate_plan(asked))
        say(f"Plan {started.plan_id}", f"millrace scenes accept {started.plan_id}")
        _ended(service, started.job_id, wait, as_json)


@scenes.command("plans")
def plans(
    status: Annotated[str | None, typer.Option(help="pending, draft, reviewing, applied or cancelled.")] = None,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """List your plans, newest first."""
    with reported(as_json), client(address) as service:
        # The server refuses other states.
        found = service.send(operations.list_plans(status=status, per_page=100))  # type: ignore[arg-type]
        if as_json:
            show_json(found.items)
            return
        rows = [(p.id, p.status, p.scenes, sum(p.changes.values()), p.created_at, p.name) for p in found.items]
        show_rows(["plan", "status", "scenes", "changes", "made", "name"], rows)


@scenes.command("accept")
def accept(
    plan: PlanId,
    field: Annotated[str | None, typer.Option(help="Only changes of this field.")] = None,
    confidence: Annotated[
        float | None, typer.Option(min=0, max=1, help="Only changes with at least this confidence.")
    ] = None,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Approve proposals: all of a plan, of a field, or from a minimum confidence."""
    with reported(as_json), client(address) as service:
        if field is not None and confidence is not None:
            raise typer.BadParameter("Name a field or a confidence, not both.")
        action = "accept_by_field" if field else "accept_by_confidence" if confidence is not None else "accept_all"
        decision = {"action": action, "field": field, "confidence": confidence}
        body = BulkDecision.model_validate({k: v for k, v in decision.items() if v is not None})
        found = service.send(operations.decide_changes(plan, body))
        if as_json:
            show_json(found)
        else:
            say(f"The plan is {found.status}.", f"millrace scenes apply {plan}")


@scenes.command("apply")
def apply(
    plan: PlanId,
    connection: Annotated[
        str | None, typer.Option(help="The server to write to; by default, only the catalogue changes.")
    ] = None,
    wait: Wait = True,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Apply the approved changes."""
    with reported(as_json), client(address) as service:
        body = ApplyRequest(connection_id=connection) if connection else ApplyRequest()
        _ended(service, service.send(operations.apply_plan(plan, body)).job_id, wait, as_json)


def _ended(service: Client, job_id: str, wait: bool, as_json: bool) -> None:
    found = watch(service.job(job_id), as_json) if wait else service.job(job_id).status()
    if as_json:
        show_json(found)
        return
    say(f"Job {found.job_id} is {found.status}.")
    if found.status == "completed":
        for result in service.send(operations.list_results(job_id=job_id)).items:
            print(result.summary)
