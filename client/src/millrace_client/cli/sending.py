"""Commands that begin a job: from files here, or from objects in the store."""

from __future__ import annotations

import fnmatch
import glob
import json
import re
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from millrace_client import operations
from millrace_client.cli.common import DEFAULT_ADDRESS, Address, AsJson, client, show_json, watch
from millrace_client.cli.exits import Exit, reported, say
from millrace_client.cli.jobs import fetch
from millrace_client.cli.view import Bytes
from millrace_client.client import Client
from millrace_client.jobs import Job
from millrace_client.journal import state_folder
from millrace_client.uploading import PARALLEL, LocalFile, Upload, collect

UNITS = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9}


def rate(text: str) -> float:
    """Parses bytes per second from text such as 500K or 1.5M."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([kmg]?)", text.strip().lower())
    if not found or not float(found[1]):
        raise typer.BadParameter(f"{text} is no rate such as 500K, 2M or 1.5G.")
    return float(found[1]) * UNITS[found[2]]


Pipeline = Annotated[str, typer.Option("--pipeline", "-p", help="The pipeline for the files.")]
JobName = Annotated[str | None, typer.Option("--name", help="The job's name.")]
Options = Annotated[
    list[str] | None, typer.Option("--option", "-o", help="A pipeline option as NAME=VALUE; may be repeated.")
]
NOTHING: Mapping[str, str] = {}
LimitRate = Annotated[
    float | None,
    typer.Option(
        parser=rate,
        metavar="RATE",
        help="The maximum upload rate in bytes per second, such as 500K, 2M or 1.5G.",
        show_default=False,
    ),
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the job's end.")]


def upload(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, patterns such as '*.jpg'.", show_default=False)],
    pipeline: Pipeline = "media",
    name: JobName = None,
    option: Options = None,
    wait: Wait = False,
    out: Annotated[Path | None, typer.Option(help="Wait for the zip, and fetch it into this file.")] = None,
    parallel: Annotated[
        int, typer.Option(min=1, max=32, help="The number of files or parts to send at a time.")
    ] = PARALLEL,
    limit_rate: LimitRate = None,
    include: Annotated[
        list[str] | None,
        typer.Option(help="Send only matching names, such as '*.jpg'; may be repeated.", show_default=False),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(help="Leave out matching names, such as 'raw/*'; may be repeated.", show_default=False),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="ROLE=FILE: one more file and its role; ROLE alone: the role of all files. `millrace "
            "pipelines` shows the roles; may be repeated.",
            show_default=False,
        ),
    ] = None,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Send files as one job. After an interruption the same command resumes it."""
    again = shlex.join(["millrace", *sys.argv[1:]])
    options = parsed(option or ())
    with reported(as_json, again), client(address, guest=True) as service:
        chosen = with_roles(wanted(collect(expanded(paths)), include or (), exclude or ()), role or ())
        found, left_out = taken(service, pipeline, chosen, as_json)
        job_id, refused = sent(service, found, pipeline, name, options, parallel, limit_rate, as_json)
        if not as_json:
            tell(refused)
        finish(service.job(job_id), wait, out, as_json, left_out | refused)


def import_path(
    path: Annotated[
        str, typer.Argument(help="s3://bucket/prefix/, or prefix/ in Millrace's own bucket.", show_default=False)
    ],
    pipeline: Pipeline = "media",
    name: JobName = None,
    option: Options = None,
    wait: Wait = False,
    out: Annotated[Path | None, typer.Option(help="Wait for the zip, and fetch it into this file.")] = None,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Open a job over objects that are already in the store."""
    options = parsed(option or ())
    with reported(as_json), client(address, guest=True) as service:
        job = service.import_path(path, pipeline, name=name, options=options)
        finish(job, wait, out, as_json)


def finish(job: Job, wait: bool, out: Path | None, as_json: bool, left_out: Mapping[str, str] = NOTHING) -> None:
    """left_out: by name, why files were not sent."""
    also: dict[str, Any] = {"left_out": dict(left_out)} if left_out else {}
    if not wait and out is None:
        if as_json:
            show_json({"job_id": job.id} | also)
            return
        print(job.id)
        say("", f"millrace status {job.id} --wait")
        return
    with reported(as_json, f"millrace status {job.id} --wait"):
        status = watch(job, as_json)
    path = fetch(job, out, "complete", as_json) if out else None
    if as_json:
        show_json(status.model_dump(mode="json", exclude_none=True) | ({"path": str(path)} if path else {}) | also)
        return
    print(path or job.id)
    if rejected := job.get().error_count:
        say(f"{rejected:,} files were left out.", f"millrace files {job.id} --sort status")
    elif path is None:
        say("", f"millrace download {job.id}")


def sent(
    service: Client,
    files: Sequence[LocalFile],
    pipeline: str,
    name: str | None,
    options: Mapping[str, Any],
    parallel: int,
    limit_rate: float | None,
    quiet: bool,
) -> tuple[str, dict[str, str]]:
    """The job's id, and why files were left out after all, by name."""
    total = sum(file.size for file in files)
    with Bytes("Sending", total, quiet) as bar:
        work = Upload(
            service,
            files,
            pipeline,
            name=name,
            options=options,
            parallel=parallel,
            limit_rate=limit_rate,
            skip_unsupported=True,
            state=state_folder() / "uploads",
            on_checked=lambda file: bar.checked(file.path, len(files)),
            on_sent=lambda file, there: bar.at(file.path, file.name, there, file.size),
        )
        if work.goes_on and not quiet:
            say("Going on with the upload that was begun.")
        return work.run(), work.left_out


def expanded(paths: Iterable[str]) -> list[Path]:
    """The paths, with patterns expanded that no shell has expanded."""
    found: list[Path] = []
    for given in paths:
        # Not Path.glob: it takes no absolute pattern.
        pattern = glob.escape(given) if Path(given).exists() else given
        matching = [Path(path) for path in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207
        if not matching:
            raise FileNotFoundError(f"There is no file {given}.")
        found += matching
    return found


def wanted(files: Iterable[LocalFile], include: Sequence[str], exclude: Sequence[str]) -> list[LocalFile]:
    """The files whose name or path in its folder matches `include`, if given, and not `exclude`."""

    def matches(file: LocalFile, patterns: Sequence[str]) -> bool:
        names = (file.name, file.path.name)
        return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns)

    return [file for file in files if (not include or matches(file, include)) and not matches(file, exclude)]


def with_roles(files: Sequence[LocalFile], roles: Iterable[str]) -> list[LocalFile]:
    """roles: `ROLE=FILE` for a further file or one of the given ones; `ROLE` for all that have none."""
    found = {file.path.resolve(): file for file in files}
    everywhere: str | None = None
    for given in roles:
        role, named, path = given.partition("=")
        if not named:
            everywhere = role
            continue
        for file in collect(expanded([path])):
            found[file.path.resolve()] = replace(file, role=role)
    return [replace(file, role=file.role or everywhere) for file in found.values()]


def taken(
    service: Client, pipeline: str, files: Sequence[LocalFile], quiet: bool
) -> tuple[list[LocalFile], dict[str, str]]:
    """The files that the pipeline accepts, checked before anything is hashed or sent; and, by name, why others are left
    out."""
    rules = service.send(operations.get_pipeline(pipeline))
    extensions, bare = tuple(rules.extensions), rules.bare_names

    def is_taken(name: str) -> bool:
        base = re.split(r"[/\\]", name)[-1]
        return name.lower().endswith(extensions) or bool(bare and re.fullmatch(bare, base, re.IGNORECASE))

    good = [file for file in files if is_taken(file.name)]
    left_out = {file.name: f"{pipeline} takes no such files" for file in files if not is_taken(file.name)}
    if not quiet:
        tell(left_out)
    if not good:
        say(f"Nothing to send: {pipeline} takes {' '.join(extensions)}.")
        raise typer.Exit(Exit.NOTHING)
    return good, left_out


def tell(left_out: Mapping[str, str]) -> None:
    for name, why in left_out.items():
        say(f"Left out: {name}: {why}.")


def parsed(options: Iterable[str]) -> dict[str, Any]:
    """Options from text: values are JSON where possible, text otherwise."""
    found: dict[str, Any] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            raise typer.BadParameter(f"{option} is not NAME=VALUE.", param_hint="--option")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
