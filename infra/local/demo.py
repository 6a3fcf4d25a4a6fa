"""`make demo`: sends files through the whole local stack, and checks the zip member by member."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from millrace_client import Client, Job, MillraceError, uploading
from millrace_client.models import StatusAnswer
from millrace_client.uploading import LocalFile
from rich.console import Console
from rich.markup import escape

from chalicelib.pipelines.registry import PIPELINES
from infra.local.demo_check import CheckFailed, Original, check_zip
from infra.local.demo_view import Bar, View
from infra.local.samples import make_samples
from infra.local.settings import LocalSettings, free_port, registered_pipelines
from infra.local.supervisor import CannotStart, Supervisor

PIPELINE = "media"
NAME = "demo"
PIPE_WIDTH = 160


@contextmanager
def running_stack(data_dir: Path) -> Iterator[str]:
    """The address of a new stack, which ends afterwards. Raises CannotStart."""
    ready = threading.Event()
    failure: list[BaseException] = []
    # The user is the only guest of a stack on their own folder.
    os.environ.setdefault("MILLRACE_LIMIT_GUEST_BYTES", str(1024**4))
    settings = LocalSettings(
        port=free_port(), data_dir=data_dir, workers=os.cpu_count() or 2, pipelines=tuple(registered_pipelines())
    )
    supervisor = Supervisor(settings, on_ready=lambda _: ready.set())

    def serve() -> None:
        try:
            supervisor.serve()
        except BaseException as error:
            failure.append(error)
            ready.set()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        while not ready.wait(0.2):
            pass
        if failure:
            raise failure[0]
        yield settings.address
    finally:
        supervisor.stop()
        thread.join()


def collect(folder: Path) -> tuple[list[LocalFile], list[Path]]:
    """The files below `folder` that the pipeline accepts, in order of their names; and the others."""
    found = uploading.collect([folder])
    takes = PIPELINES[PIPELINE].accepts.extension
    return [file for file in found if takes(file.name)], [file.path for file in found if not takes(file.name)]


def run(view: View, address: str, files: Sequence[LocalFile], zip_path: Path) -> None:
    with Client(address) as client:
        client.begin_as_guest()
        with view.bytes_bar(f"Sending {len(files):,} files", sum(file.size for file in files)) as bar:
            job = client.upload(files, PIPELINE, name=NAME, on_sent=bar.sent)
        with view.percent_bar("Working") as bar:
            status = job.wait(lambda status: _show(bar, status))
        with view.bytes_bar("Fetching the zip", status.result_size_bytes or 0) as bar:
            job.download(zip_path, on_bytes=lambda there, _: bar.at(there))
        entries = check_zip(zip_path, [Original(file.name, file.sha256()) for file in files])
        view.found([file.model_dump(mode="json") for file in job.files()], entries)
        _summary(view, job, entries, status)


def _show(bar: Bar, status: StatusAnswer) -> None:
    bar.at(100 if status.status == "completed" else status.progress_percent or 0, status.step_name or status.status)


def _summary(view: View, job: Job, entries: Sequence[dict[str, Any]], status: StatusAnswer) -> None:
    placed = sum(1 for entry in entries if entry["path"])
    same = sum(1 for entry in entries if entry["same_as"])
    left = len(entries) - placed - same
    view.say(
        f"[green]Checked: each of the {placed:,} files in the zip is its original, byte for byte.[/] "
        f"Exact duplicates, in it once: {same:,}. Left out, with a reason: {left:,}."
    )
    for group in job.duplicates("similar"):
        view.say(f"They look alike: {', '.join(escape(file.original_filename) for file in group.files)}")
    view.say(f"Millrace worked {status.processing_time_seconds or 0:.1f} s on it.")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.demo", description="Millrace on a folder of photos.")
    parser.add_argument("--files", type=Path, help="a folder of photos and videos; without it a small one is made")
    parser.add_argument("--out", type=Path, default=Path("build/demo"), help="where the zip goes")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    terminal = Console()
    # A pipe has no width: this one keeps a row on one line.
    view = View(terminal if terminal.is_terminal else Console(width=PIPE_WIDTH))
    errors = Console(stderr=True, soft_wrap=True)
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="millrace-demo-") as scratch:
            folder = options.files or options.out / "files"
            if not options.files:
                make_samples(folder)
            elif not folder.is_dir():
                errors.print(f"There is no folder {folder}.", highlight=False)
                return 2
            files, others = collect(folder)
            if not files:
                errors.print(f"There are no photos or videos in {folder}.", highlight=False)
                return 2
            if others:
                view.say(f"[dim]{len(others):,} files of other kinds stay where they are.[/]")
            options.out.mkdir(parents=True, exist_ok=True)
            zip_path = options.out / f"{NAME}_results.zip"
            view.say("Starting Millrace on this machine, with data that is thrown away afterwards")
            with running_stack(Path(scratch)) as address:
                run(view, address, files, zip_path)
    except KeyboardInterrupt:
        errors.print("Stopped. Nothing is left behind; run it again with: make demo", highlight=False)
        return 130
    except (CannotStart, CheckFailed, MillraceError) as error:
        errors.print(f"[red]The demo failed:[/] {escape(str(error))}", highlight=False)
        return 1
    view.say(f"The zip: [bold]{escape(str(zip_path))}[/] (all in {time.monotonic() - started:.0f} s)")
    view.say("Next: [bold]make run[/] serves Millrace at http://127.0.0.1:8000")
    return 0


if __name__ == "__main__":
    sys.exit(main())
