"""Tests a deployment as a client: sign in, upload, poll, download, delete. It needs only the standard library."""

from __future__ import annotations

import hashlib
import io
import json
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from typing import Any

PATIENCE = 300.0
# The smallest JPEG that decoders accept: one grey pixel.
PIXEL = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300080606070605080707070909080a0c140d0c0b0b0c1912130f141d1a1f1e1d"
    "1a1c1c20242e2720222c231c1c2837292c30313434341f27393d38323c2e333432ffc0000b080001000101011100ffc4001400010000"
    "0000000000000000000000000000ffc40014100100000000000000000000000000000000ffda0008010100003f0037ffd9"
)


class SmokeTestFailed(Exception):
    """Names the failed step and the answer."""


def try_out(address: str, api: str | None = None, patience: float = PATIENCE) -> None:
    """address: of the page. api: the API's own address where it isn't below the page's. Raises SmokeTestFailed."""
    root = api or f"{address}/api"
    guest = _call("POST", f"{root}/auth/guest", expected=201)
    token = {"Authorization": f"Bearer {guest['access_token']}"}
    announced = {"filename": "pixel.jpg", "size": len(PIXEL), "sha256": hashlib.sha256(PIXEL).hexdigest()}
    job = _call("POST", f"{root}/upload", {"pipeline": "media", "files": [announced]}, token, expected=201)
    [upload] = job["uploads"]
    _send(upload["method"], upload["url"], PIXEL, upload["headers"])
    deadline = time.monotonic() + patience
    while (status := _call("GET", f"{root}/status/{job['job_id']}", headers=token))["status"] != "completed":
        if status["status"] in ("failed", "cancelled") or time.monotonic() > deadline:
            raise SmokeTestFailed(f"the job is {status['status']}")
        time.sleep(1)
    content = _send("GET", f"{root}/download/{job['job_id']}", None, token)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if PIXEL not in map(archive.read, archive.namelist()):
            raise SmokeTestFailed("what came back is not what was sent")
    _send("DELETE", f"{root}/jobs/{job['job_id']}", None, token)


def _call(
    method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None, expected: int = 200
) -> Any:
    sent = {"Content-Type": "application/json"} | dict(headers or {})
    return json.loads(_send(method, url, json.dumps(body or {}).encode() if method == "POST" else None, sent, expected))


def _send(method: str, url: str, body: bytes | None, headers: Mapping[str, str], expected: int | None = None) -> bytes:
    """The answer's body. For redirects without the caller's token see Redirect."""
    request = urllib.request.Request(url, body, dict(headers), method=method)  # noqa: S310 -- https, or a test's own
    try:
        with OPENER.open(request, timeout=60) as answer:
            content: bytes = answer.read()
            if expected and answer.status != expected:
                raise SmokeTestFailed(f"{method} {_shown(url)} answers {answer.status}")
            return content
    except urllib.error.HTTPError as error:
        raise SmokeTestFailed(f"{method} {_shown(url)} answers {error.code}: {error.read(500)!r}") from None
    except OSError as error:
        raise SmokeTestFailed(f"{method} {_shown(url)}: {error}") from None


class Redirect(urllib.request.HTTPRedirectHandler):
    """A signed address suffices: with our token beside its signature, S3 refuses the request."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        if new is not None:
            new.remove_header("Authorization")
        return new


OPENER = urllib.request.build_opener(Redirect)


def _shown(url: str) -> str:
    """Without the query, which holds signatures."""
    return url.partition("?")[0]
