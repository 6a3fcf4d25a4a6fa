"""The catalogue: searching 100,000 scenes, and detecting against 8,000 names, in CPU time."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.report import Row, report
from chalicelib.catalogue.columns import NOTHING, Columns, pack
from chalicelib.catalogue.detecting.library import Asked, Library
from chalicelib.catalogue.model import Entity, Named, Scene, SceneFile
from chalicelib.catalogue.pending import Pending
from chalicelib.catalogue.query import SORTS, Query

QUERIES = 400
NAMES = 8000


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.scenes", description=__doc__)
    parser.add_argument("--scenes", type=int, default=100_000)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    rng = random.Random(11)  # the same scenes in each run
    vocabulary = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(4, 10))) for _ in range(20_000)]
    rows = [*_search(options.scenes, rng, vocabulary), *_detect(rng, vocabulary)]
    return report(f"catalogue of {options.scenes:,} scenes", rows, options.json)


def _search(count: int, rng: random.Random, vocabulary: Sequence[str]) -> list[Row]:
    scenes = [_scene(i, rng, vocabulary) for i in range(count)]
    began = time.process_time()
    packed = pack(scenes)
    packing = time.process_time() - began
    changed = {scene.id: replace(scene, organized=not scene.organized) for scene in rng.sample(scenes, 2000)}
    began = time.process_time()
    columns = Columns(packed)
    columns.search(Query(search="a"))
    opening = time.process_time() - began
    rows: list[Row] = [
        _row("pack all", packing * 1000, len(packed)),
        _row("open and search once", opening * 1000, len(packed)),
    ]
    for what, pending in (("search", NOTHING), ("search, 2,000 changes pending", Pending(changed))):
        taken = []
        for _ in range(QUERIES):
            query = _query(rng, vocabulary)
            began = time.process_time()
            columns.search(query, pending)
            taken.append(time.process_time() - began)
        taken.sort()
        rows.append(_row(f"{what}, p50", taken[QUERIES // 2] * 1000, len(packed)))
        rows.append(_row(f"{what}, p95", taken[QUERIES * 95 // 100] * 1000, len(packed)))
    return rows


def _detect(rng: random.Random, vocabulary: Sequence[str]) -> list[Row]:
    from rapidfuzz import process

    names = [f"{rng.choice(vocabulary)} {rng.choice(vocabulary)}".title() for _ in range(NAMES)]
    library = Library(performers=[Entity(str(i), name) for i, name in enumerate(names)])
    of = [_scene(i, rng, vocabulary, rng.choice(names)) for i in range(2000)]
    today = date(2026, 11, 1)
    began = time.process_time()
    found = sum(bool(library.proposals(scene, Asked(detect=("performers",)), today)) for scene in of)
    ours = (time.process_time() - began) / len(of)
    began = time.process_time()
    for scene in of[:50]:
        process.extract(scene.paths[0], names, limit=3)
    floor = (time.process_time() - began) / 50
    return [
        _row(f"detect performers in a scene, {found / len(of):.0%} found", ours * 1000, NAMES),
        _row("rapidfuzz process.extract over the same names", floor * 1000, NAMES),
        _row("scenes a second, ours", 1 / ours, NAMES),
    ]


def _row(what: str, figure: float, size: int) -> Row:
    return {"what": what, "CPU ms, or a second": round(figure, 2), "bytes, or names": size}


def _scene(number: int, rng: random.Random, vocabulary: Sequence[str], name: str | None = None) -> Scene:
    words = rng.choices(vocabulary, k=8)
    file = SceneFile(
        f"/media/{words[0]}/{name or words[1]} - {' '.join(words[2:5])}.mp4",
        duration=rng.uniform(60, 7200),
        size=rng.randint(10**7, 10**10),
    )
    return Scene(
        id=str(number),
        source="home",
        title=" ".join(words[:4]).title(),
        details=" ".join(words),
        files=(file,),
        organized=rng.random() < 0.3,
        rating100=rng.choice([None, 20, 60, 100]),
        scene_date=rng.choice([None, "2014", "2019-04", f"20{rng.randint(10, 25)}-0{rng.randint(1, 9)}-11"]),
        created_date=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        studio=Named(str(rng.randrange(300)), "studio"),
        performers=tuple(Named(str(rng.randrange(NAMES)), "p") for _ in range(2)),
        tags=tuple(Named(str(rng.randrange(1500)), "t") for _ in range(6)),
    )


def _query(rng: random.Random, vocabulary: Sequence[str]) -> Query:
    def some(most: int, k: int) -> tuple[str, ...]:
        return tuple(str(rng.randrange(most)) for _ in range(k)) if rng.random() < 0.4 else ()

    return Query(
        search=rng.choice([None, rng.choice(vocabulary), rng.choice(vocabulary)[:3], "a b"]),
        studio_id=str(rng.randrange(300)) if rng.random() < 0.2 else None,
        performer_ids=some(NAMES, 3),
        tag_ids=some(1500, 3),
        exclude_tag_ids=some(1500, 2),
        organized=rng.choice([None, None, True, False]),
        date_from=rng.choice([None, None, date(2015, 1, 1)]),
        date_to=rng.choice([None, None, date(2020, 12, 31)]),
        sort_by=rng.choice(SORTS),
        descending=rng.random() < 0.5,
        page=rng.choice([1, 1, 2, 40]),
    )


if __name__ == "__main__":
    main()
