"""`python -m infra.local.cloud folder port`: the process of the embedded cloud."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from pathlib import Path

from infra.local.cloud.blobs import Blobs, separate
from infra.local.cloud.gate import Gate
from infra.local.cloud.journal import DAMAGED, FULL, Damaged
from infra.local.cloud.lifecycle import Lifecycle
from infra.local.cloud.services import NO_SPACE, Services
from infra.local.cloud.state import State
from infra.local.cloud.store import load, tidy
from infra.local.cloud.upgrade import is_old, upgrade
from infra.local.lifeline import hold_on
from infra.local.room import Room
from infra.local.settings import ACCOUNT, HOST, REGION, kept_free


def configure(folder: Path, port: int) -> None:
    """Sets the variables that ministack reads when it is imported."""
    old = is_old(folder)
    os.environ.update(
        MINISTACK_HOST=HOST,
        GATEWAY_PORT=str(port),
        MINISTACK_REGION=REGION,
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        SERVICES="s3,dynamodb,sqs",
        PERSIST_STATE="1" if old else "0",
        STATE_DIR=str(folder / "state"),
        S3_PERSIST="1" if old else "0",
        S3_DATA_DIR=str(folder / "objects"),
        LOG_LEVEL="WARNING",
    )


async def serve(folder: Path, port: int) -> None:
    import uvicorn

    state, blobs = State(), Blobs(folder / "blobs")
    if is_old(folder):
        upgrade(folder, state, blobs)
    number = load(folder, state.apply)
    state.finish(blobs.view)
    tidy(folder)
    blobs.remove(blobs.names() - separate(state.blobs()))
    services = Services(state, blobs, folder, number, Room(folder, kept_free()))
    gc.collect()
    gc.freeze()  # loaded objects stay, so the collector need not examine them again
    gate = Gate(
        services,
        os.environ["AWS_ACCESS_KEY_ID"],
        os.environ["AWS_SECRET_ACCESS_KEY"],
        os.environ.get("MILLRACE_CORS_ORIGINS", "").split(","),
    )
    config = uvicorn.Config(
        gate,
        host=HOST,
        port=port,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
        backlog=1024,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # signals are ours
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: setattr(server, "should_exit", True))
    tasks = [asyncio.create_task(services.store.run()), asyncio.create_task(Lifecycle(state, services).run())]
    await server._serve()
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await services.store.close()


def main() -> int:
    import uvloop

    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    hold_on()
    folder.mkdir(parents=True, exist_ok=True)
    configure(folder, port)
    try:
        uvloop.run(serve(folder, port))
    except Damaged as damaged:
        print(damaged, file=sys.stderr)
        return DAMAGED
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        return FULL
    return 0


if __name__ == "__main__":
    sys.exit(main())
