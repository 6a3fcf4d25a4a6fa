"""The built page as a static host serves it: files by name, index.html for addresses that the page itself routes."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

PLACEHOLDER = b"""<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Millrace</title>
<style>
:root{color-scheme:light dark} body{font:16px/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}
</style>
<h1>Millrace is running</h1>
<p>The API answers under <a href="/api/health">/api</a>. The page is not built yet: run
<code>npm ci &amp;&amp; npm run build</code> in <code>web/</code>, then reload.</p>
"""

TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
NOT_THE_PAGES = (["health"], ["status"])
"""First parts of addresses that monitors request by mistake, without /api before them: they must fail."""
TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml")


def content_policy(store: str, sockets: str = "") -> str:
    """The page's content security policy: itself, and the store and the sockets at these origins. Nothing inline, and
    no frame around it."""
    reached = " ".join(filter(None, ["'self'", store, sockets]))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; worker-src 'self'; "
        f"manifest-src 'self'; img-src 'self' blob: {store}; connect-src {reached}; "
        f"media-src 'self' blob: {store}; base-uri 'none'; form-action 'none'; object-src 'none'; "
        "frame-ancestors 'none'"
    )


class Page:
    """root: the folder with index.html; while it is missing, a note explains how to build it. store: the origin of the
    store for uploads and downloads. sockets: that of live updates."""

    def __init__(self, root: Path, store: str = "", sockets: str = "") -> None:
        self._root = root.resolve()
        self._policy = content_policy(store, sockets)

    def answer(self, path: str, known: str | None = None) -> tuple[int, list[tuple[str, str]], bytes]:
        """(status, headers, body) for a GET of `path`, decoded. known: the If-None-Match header."""
        if path.split("/")[1:2] in NOT_THE_PAGES:
            return 404, [("Content-Type", "text/plain; charset=utf-8")], b"The API is below /api.\n"
        if not (self._root / "index.html").is_file():
            return 200, [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")], PLACEHOLDER
        file = self._file(path)
        if file is None:
            return 404, [("Content-Type", "text/plain; charset=utf-8")], b"There is no such file.\n"
        content = file.read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        # The build puts a hash into the names under assets/, so that those files never change.
        lasting = file.is_relative_to(self._root / "assets")
        headers = [
            ("ETag", etag),
            ("Cache-Control", "public, max-age=31536000, immutable" if lasting else "no-cache"),
            ("Content-Type", _content_type(file)),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", self._policy),
            ("Referrer-Policy", "no-referrer"),
        ]
        return (304, headers, b"") if known == etag else (200, headers, content)

    def _file(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        file = (self._root / path.lstrip("/")).resolve()
        if not file.is_relative_to(self._root):
            return None
        if file.is_file():
            return file
        # A name with an extension requests a file; anything else is an address inside the page.
        return None if file.suffix else self._root / "index.html"


def _content_type(file: Path) -> str:
    content_type = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return (
        f"{content_type}; charset=utf-8"
        if content_type.startswith(TEXT) or "javascript" in content_type
        else content_type
    )
