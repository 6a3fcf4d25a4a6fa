"""Stored credentials: a token or key for each address, in a file that only its owner can read. Each profile has a file
of its own, so that one user can have several accounts."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

GUEST = "guest"
"""The profile that keeps a guest's token after a sign-in: without it the guest's jobs would be out of reach."""
DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def profile() -> str:
    """MILLRACE_PROFILE, which `--profile` sets."""
    return os.environ.get("MILLRACE_PROFILE") or DEFAULT


def path(name: str) -> Path:
    """The credentials' file, in the folder of programs' settings (XDG)."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "millrace"
    return folder / "credentials.json" if name == DEFAULT else folder / "profiles" / f"{name}.json"


def token_for(address: str) -> str | None:
    """MILLRACE_TOKEN takes precedence over the kept token."""
    return os.environ.get("MILLRACE_TOKEN") or kept(address)


def kept(address: str, name: str | None = None) -> str | None:
    return _all(name or profile()).get(address.rstrip("/"))


def keep(address: str, token: str | None, name: str | None = None) -> None:
    """Keeps the token; None forgets it."""
    known = _all(name or profile())
    known.pop(address.rstrip("/"), None)
    if token:
        known[address.rstrip("/")] = token
    file = path(name or profile())
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as content:  # noqa: PTH123 -- its mode
        json.dump(known, content)
    new.replace(file)


def _all(name: str) -> dict[str, str]:
    try:
        return dict(json.loads(path(name).read_text()))
    except (FileNotFoundError, ValueError):
        return {}
