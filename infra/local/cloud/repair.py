"""Diagnosis and repair of a damaged store, while no process runs on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from infra.local.cloud.journal import Damaged, length, reseal
from infra.local.cloud.store import Files


class BeyondRepair(Exception):
    """Gives the reason in one sentence."""


def examine(folder: Path) -> Damaged | None:
    """The first damage on the way to the present state; None where all files can be read."""
    try:
        for _ in Files.of(folder).records():
            pass
    except Damaged as damaged:
        return damaged
    return None


def mend(folder: Path) -> Iterator[str]:
    """Returns to the last good state, sets damaged files aside, and yields the losses. Raises BeyondRepair."""
    while damaged := examine(folder):
        files = Files.of(folder)
        if damaged.file in files.snapshots.values():
            yield _without_snapshot(files, damaged.file)
        elif damaged.file in files.journals.values():
            yield _up_to(files, damaged.file)
        elif damaged.file.name.startswith("journal"):
            later = [path for path in files.journals.values() if path.name > damaged.file.name]
            yield f"{damaged}: what came after it is lost, and set aside ({_aside(later)})"
        else:
            raise BeyondRepair(f"{damaged}, and no other snapshot is there: restore {folder} from a copy.")


def _without_snapshot(files: Files, path: Path) -> str:
    others = [number for number, other in files.snapshots.items() if other != path]
    if not others and 1 not in files.journals:
        raise BeyondRepair(f"{path} is damaged, and it is the only one: restore {files.folder} from a copy.")
    # The journals since the previous snapshot still exist: nothing is lost.
    return f"{path.name} is set aside ({_aside([path])}); the one before it and the journals lead to the same state"


def _up_to(files: Files, path: Path) -> str:
    content = path.read_bytes()
    end, _ = length(content)
    later = [other for other in files.journals.values() if other.name > path.name]
    aside = _aside(later)
    kept = path.with_name(f"damaged-{path.name}")
    shutil.copy2(path, kept)
    reseal(path, end)
    lost = f"; the journals after it are set aside too ({aside})" if later else ""
    return (
        f"{path.name} is good up to byte {end:,}: what was answered after that is lost ({kept.name} has the rest){lost}"
    )


def _aside(paths: list[Path]) -> str:
    for path in paths:
        path.replace(path.with_name(f"damaged-{path.name}"))
    return ", ".join(f"damaged-{path.name}" for path in paths)
