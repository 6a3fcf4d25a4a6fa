"""One function instance: calls app.py's handlers one at a time, as the Lambda runtime would.

Standard input carries `{handler, event, seconds}`, a line a call; standard output `{result}` or `{error}`.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
import uuid
from queue import SimpleQueue
from typing import Any

from chalicelib.observing.lines import readable
from infra.local.settings import ACCOUNT, REGION


class Context:
    """The part of Lambda's context object that handlers use."""

    function_version = "$LATEST"
    memory_limit_in_mb = 2048

    def __init__(self, function_name: str, seconds: float) -> None:
        self.function_name = function_name
        self.aws_request_id = str(uuid.uuid4())
        self.invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function_name}"
        self._deadline = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def call(app: Any, request: dict[str, Any]) -> str:
    """The reply to one request, as a line of JSON."""
    name = request["handler"]
    try:
        return json.dumps({"result": getattr(app, name)(request["event"], Context(name, request["seconds"]))})
    except Exception as error:
        logging.getLogger("worker").exception("%s failed", name)
        return json.dumps({"error": "".join(traceback.format_exception_only(error)).strip()})


def main() -> None:
    readable()
    # The parent decides the end of this process, and signals it by the end of standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # output of handlers belongs to the log
    app = importlib.import_module(sys.argv[1])
    requests: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            requests.put(json.loads(line))
        os._exit(0)  # even during a call: its answer has no reader, and the message will come again

    threading.Thread(target=listen, daemon=True).start()
    replies.write('{"ready": true}\n')
    while True:
        replies.write(call(app, requests.get()) + "\n")


if __name__ == "__main__":
    main()
