"""A folder of a zip whose places are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class Folder:
    """files, size (bytes): in it and below."""

    name: str
    files: int = 0
    size: int = 0


def below(
    places: Mapping[int, str], folder: str, sizes: Mapping[int, int]
) -> tuple[list[Folder], list[tuple[str, int]]]:
    """The folders in a folder, and its files as name and number, each in the order of their names.

    places: number → path. folder: its path without slashes at its ends; empty for the zip itself.
    """
    prefix = f"{folder}/" if folder else ""
    folders: dict[str, Folder] = {}
    files: list[tuple[str, int]] = []
    for number, path in places.items():
        if not path.startswith(prefix):
            continue
        name, slash, _ = path[len(prefix) :].partition("/")
        if not slash:
            files.append((name, number))
            continue
        found = folders.setdefault(name, Folder(name))
        found.files += 1
        found.size += sizes[number]
    return sorted(folders.values(), key=lambda one: one.name), sorted(files)
