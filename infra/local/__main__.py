"""`python -m infra.local serve`: Millrace on this machine until Ctrl-C."""

from __future__ import annotations

import argparse
import logging
import re
import sys
from pathlib import Path
from typing import NoReturn

from infra.local.settings import BUCKET, LocalSettings, registered_pipelines
from infra.local.supervisor import CannotStart, Supervisor, stop_on_signals

LAST_PORT = 65535
MOST_WORKERS = 64


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port: take one from 1 to {LAST_PORT}")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text} is no number of workers: take one from 1 to {MOST_WORKERS}")
    return int(text)


def _pipelines(given: str | None, app: str) -> tuple[str, ...]:
    """Raises CannotStart for a pipeline that the app lacks; apps other than ours define their own."""
    known = tuple(registered_pipelines())
    wanted = tuple(filter(None, (given or "").split(","))) or known
    if app == "app" and (unknown := [name for name in wanted if name not in known]):
        raise CannotStart(f"There is no pipeline {', '.join(unknown)}. There are: {', '.join(known)}.")
    return wanted


class _Parser(argparse.ArgumentParser):
    """Reports an error in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, re.sub(r"^argument [^:]+: ", "", message) + "\n")


def _ready(address: str, settings: LocalSettings) -> str:
    """The addresses of a running stack: for people, for programs, and of its store for other S3 clients."""
    key = settings.data_dir / "cloud-credentials"
    return (
        f"Millrace is at {address}\n"
        f"API: {address}/api/docs   S3: {settings.endpoint}, bucket {BUCKET}, key in {key}\n"
        f"Logs: {settings.logs()}   Check it: make doctor"
    )


def main() -> int:
    parser = _Parser(prog="python -m infra.local", description="Millrace on this machine.")
    serve = parser.add_subparsers(dest="command", required=True).add_parser("serve", help="run until Ctrl-C")
    serve.add_argument("--port", type=_port, default=8000)
    serve.add_argument("--data-dir", type=Path, default=Path(".millrace"))
    serve.add_argument("--workers", type=_workers, default=2, help="how many files or jobs are worked on at a time")
    serve.add_argument("--app", default="app", help="the module with the Chalice app and the event handlers")
    serve.add_argument("--pipelines", help="comma separated, instead of the registered ones")
    serve.add_argument("--time-limit", type=int, default=900, help="seconds that a call of a handler may take at most")
    serve.add_argument(
        "--visibility", type=int, default=30, help="seconds until the message of a killed worker comes again"
    )
    serve.add_argument("--sweep", type=float, default=60.0, help="seconds between two sweeps")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        options.data_dir.mkdir(parents=True, exist_ok=True)
        (options.data_dir / "logs").mkdir(exist_ok=True)
    except OSError as error:
        print(f"{options.data_dir} can't be the data folder: {error.strerror}.", file=sys.stderr)
        return 1
    try:
        pipelines = _pipelines(options.pipelines, options.app)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 2
    settings = LocalSettings(
        port=options.port,
        data_dir=options.data_dir.resolve(),
        workers=options.workers,
        app=options.app,
        pipelines=pipelines,
        time_limit=options.time_limit,
        visibility_seconds=options.visibility,
        sweep_seconds=options.sweep,
    )
    supervisor = Supervisor(
        settings,
        on_ready=lambda address: print(_ready(address, settings), flush=True),
    )
    stop_on_signals(supervisor)
    try:
        supervisor.serve()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
