"""The listing of a pipeline's files: their kind, and the columns to sort and group them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "video", "volume", "audio"]
"""The kinds of files in a library."""


@dataclass(frozen=True)
class Column:
    """A value of each file by which a job's files can be sorted and, where all of its values are known, grouped.

    name: in `sort=` and `group_by=`. key: in the metadata of an inspection. values: all possible ones, in their order;
    empty where any is possible. A file without the value comes after all others, or is counted with the last of
    `values`.
    """

    name: str
    key: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """How a job's files can be listed, besides by number, filename, size and status, which every pipeline has."""

    columns: tuple[Column, ...] = ()

    @property
    def sorts(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.values)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)
