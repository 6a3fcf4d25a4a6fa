"""An emulator of CloudFormation and Lambda that checks rights: `python -m tests.aws.ministack FOLDER PORT PYTHON`.

Functions run in PYTHON, which has only the libraries of Lambda's own runtime: all others must come from their packages.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path


async def serve(port: int) -> None:
    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config
    from ministack import app as ministack

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.graceful_timeout = 2
    config.loglevel = "WARNING"
    await hypercorn(ministack.app, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]


def main() -> None:
    folder, port, python = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.environ.update(
        BIND_HOST="127.0.0.1",
        MINISTACK_HOST="localhost",
        GATEWAY_PORT=str(port),
        MINISTACK_REGION="us-east-1",
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
        AUTH="true",
        PERSIST_STATE="0",
        S3_PERSIST="0",
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        LOG_LEVEL=os.environ.get("LOG_LEVEL", "WARNING"),
        TMPDIR=str(folder),
    )
    sys.executable = python  # the interpreter of ministack's function workers
    asyncio.run(serve(port))


if __name__ == "__main__":
    main()
