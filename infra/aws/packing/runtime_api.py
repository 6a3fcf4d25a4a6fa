"""A small Lambda Runtime API, and functions under the real runtime client that request their work from it.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE = 60.0


class InvocationFailed(Exception):
    """The function raised, or could not be loaded; with its message."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Ignores errors: a function that was stopped while it waited needs no answer."""


class Function:
    """One instance, started as Lambda starts it. As a context manager it is stopped at the end.

    path: folders that come before all others, the code first. cold_seconds: from the start of the process to its
    request for the first event.
    """

    def __init__(self, python: Path, path: Sequence[Path], entry: str, environment: Mapping[str, str]) -> None:
        self._events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._asked = threading.Event()
        self._server = Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        own = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MILLRACE_", "PYTHON"))
        }
        own |= {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
            "_HANDLER": entry,  # by which app.py recognises the API's own function
            "AWS_LAMBDA_FUNCTION_NAME": entry,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "LAMBDA_TASK_ROOT": str(path[0]),
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONDONTWRITEBYTECODE": "1",  # a function's disk is read-only
        }
        began = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603 -- our own command
            [str(python), "-m", "awslambdaric", entry],
            cwd=path[0],
            env=own | dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if not self._asked.wait(PATIENCE):
            raise InvocationFailed(self.stop())
        self.cold_seconds = time.perf_counter() - began
        if self._answers.qsize():
            raise InvocationFailed(self._answers.get()[1].decode() + self.stop())

    def call(self, event: Any) -> tuple[Any, float]:
        """The function's answer, and the seconds it took. Raises InvocationFailed."""
        began = time.perf_counter()
        self._events.put((str(uuid.uuid4()), json.dumps(event).encode()))
        kind, answer = self._answers.get(timeout=PATIENCE)
        took = time.perf_counter() - began
        if kind != "response":
            raise InvocationFailed(answer.decode())
        return json.loads(answer), took

    def stop(self) -> str:
        """Stops the process; returns its output."""
        self._process.kill()
        printed, _ = self._process.communicate()
        self._events.put(("", b""))
        self._server.shutdown()
        self._server.server_close()
        return printed.decode(errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.stop()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        function = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in one piece: two would wait for each other's acknowledgement

            def do_GET(self) -> None:  # /2018-06-01/runtime/invocation/next
                function._asked.set()
                request_id, event = function._events.get()
                self.send_response(200)
                for name, value in {
                    "Lambda-Runtime-Aws-Request-Id": request_id,
                    "Lambda-Runtime-Deadline-Ms": str(int((time.time() + 300) * 1000)),
                    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:local",
                    "Content-Type": "application/json",
                    "Content-Length": str(len(event)),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self) -> None:  # …/invocation/ID/response or /error, …/init/error
                body = self.rfile.read(int(self.headers["Content-Length"]))
                function._answers.put((self.path.rpartition("/")[2], body))
                function._asked.set()
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        return Handler
