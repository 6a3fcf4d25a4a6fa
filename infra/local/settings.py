"""The places of the local stack's data, and the environment by which Millrace finds them."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from socket import AF_INET, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket

from infra.local.room import KEPT_FREE

HOST = "127.0.0.1"
ACCOUNT = "000000000000"
REGION = "us-east-1"
STACK = "millrace"
BUCKET = "millrace"
KEPT_FREE_SETTING = "MILLRACE_KEPT_FREE"


@dataclass(frozen=True)
class LocalSettings:
    """port: of the API and the page. time_limit: the most seconds of a function, even where AWS gives it more.
    visibility_seconds: until a message with a failed handler or a dead worker comes again.
    """

    port: int
    data_dir: Path
    workers: int = 2
    app: str = "app"
    pipelines: tuple[str, ...] = ()
    time_limit: int = 900
    visibility_seconds: int = 30
    sweep_seconds: float = 60.0

    @cached_property
    def cloud_port(self) -> int:
        """The embedded cloud's, kept over restarts while it is free: signed addresses contain it."""
        return _remembered_port(self.data_dir / "cloud-port")

    @cached_property
    def sockets_port(self) -> int:
        """The port of live updates; kept over restarts, so that pages find it again."""
        return _remembered_port(self.data_dir / "sockets-port")

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.cloud_port}"

    @property
    def sockets(self) -> str:
        """Host and path."""
        return f"{HOST}:{self.sockets_port}/live"

    @property
    def queue_url_prefix(self) -> str:
        return f"{self.endpoint}/{ACCOUNT}/{STACK}-"

    @cached_property
    def credentials(self) -> tuple[str, str]:
        """(key id, secret) of the embedded cloud."""
        return credentials(self.data_dir)

    @property
    def origins(self) -> tuple[str, ...]:
        """The page as it is served here, and the address of `npm run dev` if MILLRACE_PAGE_ORIGINS names it."""
        given = os.environ.get("MILLRACE_PAGE_ORIGINS", "").split(",")
        return (*(f"http://{host}:{self.port}" for host in (HOST, "localhost")), *filter(None, given))

    def logs(self) -> Path:
        return self.data_dir / "logs"

    def environment(self) -> dict[str, str]:
        """The environment of each process of the stack: the caller's, without the caller's AWS."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        nothing = os.devnull
        return own | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.credentials[0],
            "AWS_SECRET_ACCESS_KEY": self.credentials[1],
            "AWS_CONFIG_FILE": nothing,
            "AWS_SHARED_CREDENTIALS_FILE": nothing,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": ",".join(filter(None, [own.get("NO_PROXY"), HOST, "localhost"])),
            "no_proxy": ",".join(filter(None, [own.get("no_proxy"), HOST, "localhost"])),
            "MILLRACE_APART": "1",
            "MILLRACE_BUCKET": BUCKET,
            "MILLRACE_JOBS_TABLE": f"{STACK}-jobs",
            "MILLRACE_ACCOUNTS_TABLE": f"{STACK}-accounts",
            "MILLRACE_QUEUE_URL_PREFIX": self.queue_url_prefix,
            "MILLRACE_SMALLEST_PART": "1",
            "MILLRACE_LIVE_URL": f"ws://{self.sockets}",
            "MILLRACE_LIVE_ENDPOINT": f"http://{self.sockets}",
            "MILLRACE_TOKEN_KEY": self._token_key(),
            "MILLRACE_CORS_ORIGINS": ",".join(self.origins),
            "MILLRACE_IMPORT_ROOTS": own.get("MILLRACE_IMPORT_ROOTS", f"s3://{BUCKET}/import/@{{user_id}}/"),
            # Callers on this machine's loopback are its users, with an account or without.
            "MILLRACE_LIMIT_GUEST_BYTES": own.get("MILLRACE_LIMIT_GUEST_BYTES", str(1024**4)),
            "PYTHONUNBUFFERED": "1",
        }

    def _token_key(self) -> str:
        """Signs the tokens; made once, so that they outlive a restart."""
        return _secret(self.data_dir / "token-key", lambda: secrets.token_hex(32))


def _remembered_port(remembered: Path) -> int:
    try:
        port = int(remembered.read_text())
    except (FileNotFoundError, ValueError):
        port = 0
    if not port or not is_free(port):
        port = free_port()
        remembered.write_text(f"{port}\n")
    return port


def environment_of_running(data_dir: Path) -> dict[str, str]:
    """The environment of each process of the stack that runs on the folder."""
    settings = LocalSettings(port=0, data_dir=data_dir)
    # Its own ports are taken by the running stack, so no free ones must be chosen.
    settings.__dict__["cloud_port"] = int((data_dir / "cloud-port").read_text())
    settings.__dict__["sockets_port"] = int((data_dir / "sockets-port").read_text())
    return settings.environment()


def credentials(data_dir: Path) -> tuple[str, str]:
    """(key id, secret) that sign requests to the embedded cloud of this folder: random, made at its first start."""
    key_id, _, secret = _secret(
        data_dir / "cloud-credentials", lambda: f"LOCAL{secrets.token_hex(8).upper()} {secrets.token_hex(32)}"
    ).partition(" ")
    return key_id, secret


def _secret(path: Path, make: Callable[[], str]) -> str:
    """A secret that only the user may read, made once. Never half written: it gets its name after it is synced."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()


def is_idle(data_dir: Path) -> bool:
    """Whether no stack runs on the folder."""
    try:
        with (data_dir / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


def kept_free(environ: Mapping[str, str] = os.environ) -> int:
    """Bytes of the disk that stay free."""
    return int(environ.get(KEPT_FREE_SETTING) or KEPT_FREE)


def is_free(port: int) -> bool:
    with closing(socket(AF_INET, SOCK_STREAM)) as probe:
        probe.setsockopt(
            SOL_SOCKET, SO_REUSEADDR, 1
        )  # as the servers do; otherwise a port just released would seem taken
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    with closing(socket(AF_INET, SOCK_STREAM)) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def registered_pipelines() -> Iterable[str]:
    from chalicelib.pipelines.registry import WORKS

    return tuple(WORKS)
