"""A catalogue packed for searching: postings by facet and word, an order for each sort, in one object.

The scenes themselves stay in the table; the columns give their ids. Rows are numbered in the order of ids. A set of
rows is a Python int with a bit for each, so that filters are combined by `&` and `|` at the speed of memory. Layout: an
8-byte length, a JSON header that names the blocks, and the blocks, each either numbers or text by lines.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalicelib.catalogue.dates import period
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.pending import Pending, Row
from chalicelib.catalogue.query import SORTS, Query, Sort, SortKey, ordered, sort_key, words_of

VERSION = 1
NOTHING = Pending()
NUMBERS = "I"  # four bytes; rows, and counts of them
VALUES = "d"


@dataclass(frozen=True)
class Page:
    """total: the number of scenes that match; ids: those of the page, in order."""

    total: int
    ids: tuple[str, ...]


def pack(scenes: Iterable[Scene]) -> bytes:
    """The columns of these scenes as bytes; the same scenes give the same bytes."""
    rows = sorted(scenes, key=lambda scene: scene.id)
    facets: dict[str, array[int]] = {}
    words: dict[str, array[int]] = {}
    firsts, lasts = [], []
    for row, scene in enumerate(rows):
        for facet in _facets(scene):
            facets.setdefault(facet, array(NUMBERS)).append(row)
        for word in words_of(scene):
            words.setdefault(word, array(NUMBERS)).append(row)
        if scene.scene_date:
            days = period(scene.scene_date)
            firsts.append((days.first.toordinal(), row))
            lasts.append((days.last.toordinal(), row))
    blocks: dict[str, bytes] = {"ids": _lines(scene.id for scene in rows)}
    for name, postings in (("facet", facets), ("word", words)):
        keys = sorted(postings)
        blocks[f"{name}.keys"] = _lines(keys)
        ends = array(NUMBERS)
        joined = array(NUMBERS)
        for key in keys:
            joined.extend(postings[key])
            ends.append(len(joined))
        blocks[f"{name}.ends"] = _little(ends)
        blocks[f"{name}.rows"] = _little(joined)
    for name, pairs in (("first", sorted(firsts)), ("last", sorted(lasts))):
        blocks[f"{name}.days"] = _little(array(NUMBERS, [day for day, _ in pairs]))
        blocks[f"{name}.rows"] = _little(array(NUMBERS, [row for _, row in pairs]))
    number = {scene.id: row for row, scene in enumerate(rows)}
    for sort in SORTS:
        in_order = ordered(rows, sort, descending=False)
        values: list[Any] = [value for scene in in_order if (value := sort_key(scene, sort)) is not None]
        blocks[f"{sort}.rows"] = _little(array(NUMBERS, [number[scene.id] for scene in in_order]))
        text = sort in {"title", "id"}
        blocks[f"{sort}.keys"] = _lines(values) if text else _little(array(VALUES, values))
    header = json.dumps({"version": VERSION, "rows": len(rows), "blocks": {n: len(b) for n, b in blocks.items()}})
    return len(header).to_bytes(8, "little") + header.encode() + b"".join(blocks.values())


class Columns:
    """Packed columns, opened. Blocks are read when first needed."""

    def __init__(self, content: bytes) -> None:
        """Raises ValueError where the bytes are no columns of this version."""
        length = int.from_bytes(content[:8], "little")
        try:
            header: dict[str, Any] = json.loads(content[8 : 8 + length])
        except ValueError:
            raise ValueError("these are no packed columns") from None
        if header.get("version") != VERSION:
            raise ValueError(f"columns of version {header.get('version')} can't be read")
        self.size: int = header["rows"]
        self._content = memoryview(content)
        self._places: dict[str, tuple[int, int]] = {}
        at = 8 + length
        for name, size in header["blocks"].items():
            self._places[name] = (at, at + size)
            at += size
        self._read: dict[str, Any] = {}

    @cached_property
    def ids(self) -> list[str]:
        return self._text("ids")

    @cached_property
    def everything(self) -> int:
        return (1 << self.size) - 1

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {scene_id: row for row, scene_id in enumerate(self.ids)}

    def count(self, facet: str) -> int:
        """The number of scenes with a facet, such as `tag:12`."""
        start, end = self._span("facet", facet)
        return end - start

    def search(self, query: Query, changed: Pending = NOTHING) -> Page:
        """A page of the matches. changed: scenes written since these columns were packed; they are checked one by one
        in place of their rows."""
        hidden = self._set(row for scene_id in changed if (row := self._row_of.get(scene_id)) is not None)
        rows = self._fitting(query) & ~hidden
        extra = changed.fitting(query)
        start = (query.page - 1) * query.per_page
        ids = self._in_order(rows, extra, query.sort_by, query.descending)
        page = [found for i, found in zip(range(start + query.per_page), ids, strict=False) if i >= start]
        return Page(rows.bit_count() + len(extra), tuple(page))

    # -- filters ---------------------------------------------------------------------------------------------------

    def _fitting(self, query: Query) -> int:
        rows = self.everything
        if query.scene_ids:
            rows &= self._set(row for i in query.scene_ids if (row := self._row_of.get(i)) is not None)
        if query.studio_id is not None:
            rows &= self._having(f"studio:{query.studio_id}")
        for kind, ids in (("performer", query.performer_ids), ("tag", query.tag_ids)):
            if ids:
                rows &= self._any(f"{kind}:{i}" for i in ids)
        if query.exclude_tag_ids:
            rows &= ~self._any(f"tag:{i}" for i in query.exclude_tag_ids)
        for name in ("organized", "analyzed", "absent"):
            wanted = getattr(query, name)
            if wanted is not None:
                rows &= self._having(name) if wanted else ~self._having(name)
        if query.has_active_jobs is not None:
            active = self._set(row for i in query.active if (row := self._row_of.get(i)) is not None)
            rows &= active if query.has_active_jobs else ~active
        if query.date_from is not None or query.date_to is not None:
            rows &= self._within(query)
        for start in query.wanted_words:
            rows &= self._beginning(start)
        return rows & self.everything

    def _within(self, query: Query) -> int:
        days, rows = self._numbers("first.days"), self._numbers("first.rows")
        found = self._set(rows[bisect_left(days, query.date_from.toordinal()) if query.date_from else 0 :])
        if query.date_to:
            days, rows = self._numbers("last.days"), self._numbers("last.rows")
            found &= self._set(rows[: bisect_left(days, query.date_to.toordinal() + 1)])
        return found

    def _beginning(self, start: str) -> int:
        """The rows with a word that begins so: such words are neighbours in the sorted list."""
        words, ends = self._text("word.keys"), self._numbers("word.ends")
        first = bisect_left(words, start)
        last = bisect_left(words, start + "\U0010ffff", first)
        if first == last:
            return 0
        return self._set(self._numbers("word.rows")[ends[first - 1] if first else 0 : ends[last - 1]])

    def _any(self, facets: Iterable[str]) -> int:
        found = 0
        for facet in facets:
            found |= self._having(facet)
        return found

    def _having(self, facet: str) -> int:
        start, end = self._span("facet", facet)
        return self._set(self._numbers("facet.rows")[start:end]) if start < end else 0

    def _span(self, block: str, key: str) -> tuple[int, int]:
        keys, ends = self._text(f"{block}.keys"), self._numbers(f"{block}.ends")
        i = bisect_left(keys, key)
        if i == len(keys) or keys[i] != key:
            return 0, 0
        return (ends[i - 1] if i else 0), ends[i]

    def _set(self, rows: Iterable[int]) -> int:
        bits = bytearray(self.size // 8 + 1)
        for row in rows:
            bits[row >> 3] |= 1 << (row & 7)
        return int.from_bytes(bits, "little")

    # -- orders ----------------------------------------------------------------------------------------------------

    def _in_order(self, rows: int, extra: list[Row], sort: Sort, descending: bool) -> Iterator[str]:
        """The ids of a set of rows and of further scenes, in order. Rows without a key come last, as they do in the
        orders."""
        bits = rows.to_bytes(self.size // 8 + 1, "little")
        order, keys = self._numbers(f"{sort}.rows"), self._keys(sort)
        ids = self.ids
        keyed = range(len(keys) - 1, -1, -1) if descending else range(len(keys))
        by_id = sorted(extra, key=lambda new: new.id)
        with_key = sorted(
            (new for new in by_id if new.key(sort) is not None),
            key=lambda new: (new.key(sort), new.id),
            reverse=not descending,  # taken from the end
        )
        without = [new for new in reversed(by_id) if new.key(sort) is None]
        for i in keyed:
            row = order[i]
            if not bits[row >> 3] >> (row & 7) & 1:
                continue
            while with_key:
                there: Any = (keys[i], ids[row])
                new: Any = (with_key[-1].key(sort), with_key[-1].id)
                if not (new > there if descending else new < there):
                    break
                yield with_key.pop().id
            yield ids[row]
        yield from (new.id for new in reversed(with_key))
        for i in range(len(keys), len(order)):
            row = order[i]
            if bits[row >> 3] >> (row & 7) & 1:
                while without and without[-1].id < ids[row]:
                    yield without.pop().id
                yield ids[row]
        yield from (new.id for new in reversed(without))

    # -- blocks ----------------------------------------------------------------------------------------------------

    def _keys(self, sort: Sort) -> Sequence[SortKey]:
        block = f"{sort}.keys"
        return self._text(block) if sort in {"title", "id"} else self._array(block, VALUES)

    def _numbers(self, block: str) -> array[int]:
        found: array[int] = self._array(block, NUMBERS)
        return found

    def _array(self, block: str, kind: str) -> Any:
        if block not in self._read:
            start, end = self._places[block]
            found: array[Any] = array(kind)
            found.frombytes(self._content[start:end])
            if sys.byteorder == "big":
                found.byteswap()
            self._read[block] = found
        return self._read[block]

    def _text(self, block: str) -> list[str]:
        if block not in self._read:
            start, end = self._places[block]
            self._read[block] = bytes(self._content[start:end]).decode().split("\n") if start < end else []
        found: list[str] = self._read[block]
        return found


def _facets(scene: Scene) -> Iterator[str]:
    if scene.studio:
        yield f"studio:{scene.studio.id}"
    yield from dict.fromkeys(f"performer:{performer.id}" for performer in scene.performers)
    yield from dict.fromkeys(f"tag:{tag.id}" for tag in scene.tags)
    for name in ("organized", "analyzed", "absent"):
        if getattr(scene, name):
            yield name


def _lines(texts: Iterable[Any]) -> bytes:
    return "\n".join(str(text).replace("\n", " ") for text in texts).encode()


def _little(numbers: array[Any]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
