"""The embedded cloud of versions without a journal: ministack, keeping its own files."""

import asyncio
import os
import signal
import sys
from pathlib import Path


async def serve(port: int) -> None:
    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config
    from ministack import app

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    await hypercorn(app.app, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "state-1").mkdir(parents=True)
    (folder / "state").symlink_to("state-1")
    os.environ.update(
        GATEWAY_PORT=sys.argv[2],
        BIND_HOST="127.0.0.1",
        MINISTACK_HOST="127.0.0.1",
        PERSIST_STATE="1",
        STATE_DIR=str(folder / "state"),
        S3_PERSIST="1",
        S3_DATA_DIR=str(folder / "objects"),
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        LOG_LEVEL="WARNING",
    )
    asyncio.run(serve(int(sys.argv[2])))
