"""The tests' Stash server over HTTP: prints its port, and serves until it is stopped.

scenes: their number; each names a studio and a performer in its path and a date in its file's name.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from tests.catalogue.stash_server import StashServer

PERFORMERS = ("Rose Lee", "Ida Gray", "Tomas Bergström", "Ines Moreau")
STUDIOS = ("Northlight", "Mill Lane Films")
PLACES = ("walk", "harbour", "orchard", "bridge", "market")


def library(count: int) -> StashServer:
    server = StashServer()
    for name in PERFORMERS:
        server.add("performers", name)
    for name in STUDIOS:
        server.add("studios", name)
    for name in ("1080p", "720p", "harbour", "outdoors"):
        server.add("tags", name)
    for n in range(count):
        scene(server, n)
    return server


def scene(server: StashServer, n: int) -> None:
    performer, studio, place = PERFORMERS[n % 4], STUDIOS[n % 2], PLACES[n % 5]
    path = f"/media/{studio}/{performer} - {place} {n + 1} 20{n % 20:02}-0{n % 9 + 1}-1{n % 9}.mp4"
    said: dict[str, Any] = {"title": ""}
    if n % 6 == 5:
        details = f"<p>At the {place}.</p><p>Second <b>paragraph</b>.</p>"
        said = {"title": f"Evening {place} {n + 1}", "details": details}
    height = 1080 if n % 3 else 720
    server.add_scene(
        **said,
        rating100=(n * 7) % 101,
        urls=["https://example.org/scenes/1", "javascript:alert(1)"] if n == 0 else [],
        stash_ids=[{"endpoint": "https://box.example/graphql", "stash_id": "0b7e"}] if n == 0 else [],
        tags=[{"id": "4", "name": "outdoors"}] if n % 2 else [],
        files=[_file(path, n, height)],
    )


def _file(path: str, n: int, height: int) -> dict[str, Any]:
    return {
        "id": str(n + 1), "path": path, "basename": path.rpartition("/")[2], "size": 48_000_000 + n * 1_000_003,
        "duration": 95.0 + 61 * n, "width": height * 16 // 9, "height": height, "frame_rate": 25.0,
        "video_codec": "h264", "fingerprints": [{"type": "oshash", "value": f"{n:016x}"}],
    }  # fmt: skip


def serve(server: StashServer) -> None:
    lock = Lock()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                if self.path == "/touch":
                    server.touch(**json.loads(body))
                    status, answer = 200, b"{}"
                else:
                    found = server.send(body, {"ApiKey": self.headers.get("ApiKey", "")})
                    status, answer = found.status or 500, found.body
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Prints nothing: the tests expect only the port."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    print(http.server_address[1], flush=True)
    http.serve_forever()


if __name__ == "__main__":
    serve(library(int(sys.argv[1])))
