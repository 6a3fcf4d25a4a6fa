"""Starts the local stack, keeps it running, and stops it without leaving a process or losing a result."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from infra.aws.template import data_template
from infra.local.cloud.journal import DAMAGED, FULL
from infra.local.lifeline import spawn
from infra.local.provision import Provisioner
from infra.local.settings import ACCOUNT, BUCKET, STACK, LocalSettings, is_free

log = logging.getLogger("millrace")

ROOT = Path(__file__).parents[2]
PAGE, GUIDES = ROOT / "web" / "dist", ROOT / "guides"
START_SECONDS = 60.0
TICK_SECONDS = 0.2
LARGEST_LOG = 10 * 1024 * 1024


class CannotStart(Exception):
    """Gives the reason in one sentence for the user."""


@dataclass
class Child:
    """A process of the stack. stop_seconds: its time for an orderly end."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_seconds: float
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    restart_at: float = 0.0
    started_at: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        self.started_at = time.monotonic()
        self.process = self.start()

    def stop(self, seconds: float) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop in time", self.name)
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


class Supervisor:
    """serve() blocks until stop() is called, by a signal or from another thread."""

    def __init__(self, settings: LocalSettings, on_ready: Callable[[str], None]) -> None:
        self._settings = settings
        self._on_ready = on_ready
        self._stopping = threading.Event()
        self._impatient = threading.Event()
        self._environment: dict[str, str] = {}

    def stop(self) -> None:
        """Once: finishes the work in progress. Twice: doesn't wait for it."""
        (self._impatient if self._stopping.is_set() else self._stopping).set()

    def serve(self) -> None:
        """Raises CannotStart."""
        settings = self._settings
        settings.logs().mkdir(parents=True, exist_ok=True)
        with self._locked():
            if not is_free(settings.port):
                raise CannotStart(
                    f"Port {settings.port} is in use: choose another one, such as PORT={settings.port + 1}."
                )
            self._environment = settings.environment()
            os.environ.update(self._environment)  # for the clients that build the resources
            cloud = Child("cloud", self._start_cloud, stop_seconds=60)
            api = Child("api", self._start_api, stop_seconds=5)
            triggers = Child("triggers", self._start_triggers, stop_seconds=35)
            sockets = Child("sockets", self._start_sockets, stop_seconds=5)
            children = [cloud, api, triggers, sockets]
            try:
                for child in children:
                    child.run()
                self._wait_for_health(children)
                self._on_ready(settings.address)
                self._watch(children)
            except _Interrupted:
                pass
            finally:
                triggers.stop(triggers.stop_seconds if not self._impatient.is_set() else 0)
                sockets.stop(sockets.stop_seconds)
                api.stop(api.stop_seconds)
                cloud.stop(cloud.stop_seconds)

    def _locked(self) -> _Lock:
        return _Lock(self._settings.data_dir)

    def _spawn(self, name: str, module: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        path = self._settings.logs() / f"{name}.log"
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".old.log"))
        return spawn(module, arguments, self._environment, path)

    def _start_cloud(self) -> subprocess.Popen[bytes]:
        directory = self._settings.data_dir / "cloud"
        process = self._spawn("cloud", "infra.local.cloud", [str(directory), str(self._settings.cloud_port)])
        try:
            self._wait_for(f"{self._settings.endpoint}/health", process, "the embedded cloud")
            template = data_template(STACK, self._settings.pipelines, origins=self._settings.origins, bucket=BUCKET)
            provisioner = Provisioner(account=ACCOUNT)
            provisioner.apply(template)
            provisioner.put_guides(BUCKET, GUIDES)
        except BaseException:
            process.kill()
            process.wait()
            raise
        return process

    def _start_api(self) -> subprocess.Popen[bytes]:
        settings = self._settings
        arguments = [settings.app, str(settings.port), str(PAGE), str(settings.data_dir)]
        return self._spawn("api", "infra.local.gateway", arguments)

    def _start_sockets(self) -> subprocess.Popen[bytes]:
        return self._spawn("sockets", "infra.local.sockets", [self._settings.app, str(self._settings.sockets_port)])

    def _start_triggers(self) -> subprocess.Popen[bytes]:
        settings = self._settings
        options = {
            "app": settings.app,
            "pipelines": settings.pipelines,
            "workers": settings.workers,
            "queue_url_prefix": settings.queue_url_prefix,
            "time_limit": settings.time_limit,
            "visibility_seconds": settings.visibility_seconds,
            "sweep_seconds": settings.sweep_seconds,
            "data_dir": str(settings.data_dir),
        }
        return self._spawn("triggers", "infra.local.dispatcher", [json.dumps(options)])

    def _wait_for_health(self, children: Sequence[Child]) -> None:
        api = children[1].process
        assert api is not None
        self._wait_for(f"{self._settings.address}/api/health", api, "the API")

    def _wait_for(self, url: str, process: subprocess.Popen[bytes], what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < deadline:
            if self._stopping.is_set():
                raise _Interrupted
            if process.poll() == DAMAGED:
                raise CannotStart(self._damage())
            if process.poll() == FULL:
                raise CannotStart(f"The disk of {self._settings.data_dir} is full: make room, then start again.")
            if process.poll() is not None:
                break
            try:
                with opener.open(url, timeout=5) as response:
                    if response.status == 200:
                        return
            except urllib.error.HTTPError as error:
                if b"disk_full" in error.read():  # existing data can still be read
                    return
            except (urllib.error.URLError, OSError):
                pass
            self._stopping.wait(0.05)
        raise CannotStart(f"{what[0].upper()}{what[1:]} did not start; {self._settings.logs()} says why.")

    def _damage(self) -> str:
        said = (self._settings.logs() / "cloud.log").read_text().rstrip().rpartition("\n")[2]
        return (
            f"Millrace doesn't start, so that nothing is overwritten: {said}. "
            f"`make doctor FIX=1 DATA_DIR={self._settings.data_dir}` goes back to the last good state."
        )

    def _watch(self, children: Sequence[Child]) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            for child in children:
                self._revive(child)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.poll() is not None:
            if now - child.started_at > 30:
                child.failures = 0
            wait = min(30.0, 0.5 * 2**child.failures)
            log.warning("%s ended (%s): starts again in %.1f s", child.name, child.process.returncode, wait)
            child.process, child.failures, child.restart_at = None, child.failures + 1, now + wait
        if child.process is None and now >= child.restart_at:
            try:
                child.run()
            except CannotStart as error:
                child.failures += 1
                child.restart_at = time.monotonic() + min(30.0, 0.5 * 2**child.failures)
                log.warning("%s", error)


class _Interrupted(Exception):
    """A stop was requested during the start."""


class _Lock:
    """Two stacks on one folder would overwrite each other's state. The lock ends with the process, however it ends."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> None:
        self._file = (self._directory / "lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise CannotStart(
                f"Another Millrace uses {self._directory}: stop it, or choose another folder with DATA_DIR=."
            ) from None

    def __exit__(self, *_: object) -> None:
        self._file.close()


def stop_on_signals(supervisor: Supervisor) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stop())
