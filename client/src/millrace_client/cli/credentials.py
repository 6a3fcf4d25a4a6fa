"""Who signed in where: a token or key for each address, in a file that only its owner can read."""

from __future__ import annotations

import json
import os
from pathlib import Path


def path() -> Path:
    """Where programs keep settings (XDG)."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "millrace" / "credentials.json"


def token_for(address: str) -> str | None:
    """MILLRACE_TOKEN goes before what was kept."""
    return os.environ.get("MILLRACE_TOKEN") or _all().get(address.rstrip("/"))


def keep(address: str, token: str | None) -> None:
    """None forgets it."""
    known = _all()
    known.pop(address.rstrip("/"), None)
    if token:
        known[address.rstrip("/")] = token
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as content:  # noqa: PTH123 -- its mode
        json.dump(known, content)
    new.replace(file)


def _all() -> dict[str, str]:
    try:
        return dict(json.loads(path().read_text()))
    except (FileNotFoundError, ValueError):
        return {}
