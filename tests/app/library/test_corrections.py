"""An owner's corrections of a finished media job: stored, taken back, and in the rebuilt zip."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.jobs.work.context import Context
from chalicelib.wiring import services
from tests.app.api_world import Caller, World
from tests.app.library.conftest import Done


@pytest.fixture
def job(done: Done, samples: dict[str, bytes]) -> str:
    harbour = samples["harbour.jpg"]
    return done({"harbour.jpg": harbour, "copy.jpg": harbour, "zoo.jpg": samples["IMG-20240512-WA0001.jpg"]})


@pytest.fixture
def names(world: World, user: Caller, job: str) -> Callable[[], dict[str, str]]:
    """Original name → path, in the current zip."""

    def read() -> dict[str, str]:
        artifact = services().jobs.artifact(job, "complete")
        content = b"".join(services().objects.stream(artifact.key, 0, artifact.size))
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            entries = json.loads(zipped.read("manifest.json"))["files"]
            assert {entry["path"] for entry in entries if entry["path"]} == {
                name for name in zipped.namelist() if not name.startswith("manifest")
            }
        return {entry["original_filename"]: entry["path"] for entry in entries if entry["path"]}

    return read


def file_of(job: str, number: int) -> str:
    return f"{job}-{number:08d}"


def test_the_zip_obeys_once_it_is_made_anew(world: World, user: Caller, job: str, names: Any) -> None:
    assert set(names()) == {"harbour.jpg", "zoo.jpg"}
    keep = {"changes": [{"files": [file_of(job, 2)], "choice": "keep"}, {"files": [file_of(job, 1)], "choice": "drop"}]}
    answer = user.call("PATCH", f"/jobs/{job}/duplicates", keep)
    assert (answer.status, answer["changed"], answer["results_current"]) == (200, 2, False)
    assert user.get(f"/jobs/{job}")["results_current"] is False
    assert user.get(f"/status/{job}")["results_current"] is False
    assert set(names()) == {"harbour.jpg", "zoo.jpg"}

    assert user.post(f"/jobs/{job}/remake", {}).status == 200
    world.deliver()
    done = user.get(f"/jobs/{job}")
    assert (done["status"], done["results_current"]) == ("completed", True)
    assert done["result"]["metadata"]["revision"] == done["revision"] > 0
    assert set(names()) == {"copy.jpg", "zoo.jpg"}
    states = {one["original_filename"]: one["status"] for one in user.get(f"/jobs/{job}/files")["items"]}
    assert states == {"harbour.jpg": "duplicate", "copy.jpg": "inspected", "zoo.jpg": "inspected"}
    assert done["files"] == {"expected": 0, "inspected": 2, "rejected": 0, "duplicate": 1}

    assert user.call("PATCH", f"/jobs/{job}/duplicates", answer["undo"])["changed"] == 2
    user.post(f"/jobs/{job}/remake", {})
    world.deliver()
    assert set(names()) == {"harbour.jpg", "zoo.jpg"}
    assert user.get(f"/jobs/{job}")["files"]["duplicate"] == 1


def test_a_date_is_corrected_at_once_in_lists_and_later_in_the_zip(
    world: World, user: Caller, job: str, names: Any
) -> None:
    zoo = file_of(job, 3)
    before = user.get(f"/files/{zoo}").json
    change = {"files": [zoo], "taken_local": "1999-12-31T23:59:58", "timezone": "Europe/Paris"}
    answer = user.call("PATCH", f"/jobs/{job}/dates", {"changes": [change]})
    assert (answer["changed"], answer["missed"]) == (1, [])
    now = user.get(f"/files/{zoo}").json
    assert (now["detected_timestamp"], now["timestamp_source"]) == ("1999-12-31T22:59:58Z", "user")
    assert now["corrected"]["found"] == {"confidence": before["confidence"]}
    # The library reads a packed listing, which must not be the previous one.
    assert user.get("/files?sort_by=taken_at&sort_order=asc")["items"][0]["id"] == zoo

    user.post(f"/jobs/{job}/remake", {"layout": "year"})
    world.deliver()
    assert names()["zoo.jpg"] == "1999/19991231_235958.jpg"
    assert user.get(f"/jobs/{job}")["options"]["layout"] == "year"

    user.call("PATCH", f"/jobs/{job}/dates", answer["undo"])
    after = user.get(f"/files/{zoo}").json
    same = ("detected_timestamp", "taken_local", "utc_offset", "timestamp_source", "confidence", "timestamp_candidates")
    assert {key: after.get(key) for key in same} == {key: before.get(key) for key in same}
    assert "corrected" not in after


def test_taking_back_leads_to_what_had_been_corrected_before(user: Caller, job: str) -> None:
    zoo, path = file_of(job, 3), f"/jobs/{job}/dates"
    user.call("PATCH", path, {"changes": [{"files": [zoo], "taken_local": "2001-02-03T04:05:06.5", "utc_offset": "Z"}]})
    shifted = user.call("PATCH", path, {"changes": [{"files": [zoo], "shift_seconds": 60}]})
    assert user.get(f"/files/{zoo}")["taken_local"] == "2001-02-03T04:06:06"
    user.call("PATCH", path, shifted["undo"])
    found = user.get(f"/files/{zoo}").json
    assert (found["taken_local"], found["subsecond"]) == ("2001-02-03T04:05:06", 0.5)


def test_the_best_of_each_group_is_kept_where_nothing_was_decided(
    world: World, user: Caller, done: Done, samples: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = samples["harbour.jpg"]
    job = done({f"{n}.jpg": picture + bytes([n]) for n in range(5)})
    groups = user.get(f"/jobs/{job}/duplicates?kind=similar")["items"]
    best = groups[0]["kept"]
    others = [file["id"] for file in groups[0]["files"] if file["id"] != best]
    assert len(others) == 4
    kept = {"changes": [{"files": [others[0]], "choice": "keep"}]}
    user.call("PATCH", f"/jobs/{job}/duplicates", kept)
    from chalicelib.api import media

    monkeypatch.setattr(media, "MOST_FILES", 2)
    first = user.call("PATCH", f"/jobs/{job}/duplicates", {"keep_best": "all"})
    assert (first["changed"], first["left"]) == (2, 1)
    second = user.call("PATCH", f"/jobs/{job}/duplicates", {"keep_best": "all"})
    assert (second["changed"], second["left"]) == (1, 0)
    user.post(f"/jobs/{job}/remake", {})
    world.deliver()
    assert user.get(f"/jobs/{job}")["result"]["metadata"]["in_zip"] == 2
    assert user.call("PATCH", f"/jobs/{job}/duplicates", {"keep_best": "all"})["changed"] == 0
    assert user.get(f"/jobs/{job}")["results_current"] is True


def test_more_files_than_one_transaction_takes_are_all_corrected(
    user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    picture = samples["harbour.jpg"]
    job = done({f"{n}.jpg": picture + bytes([n]) for n in range(30)})
    files = [file_of(job, n) for n in range(1, 31)]
    answer = user.call("PATCH", f"/jobs/{job}/dates", {"changes": [{"files": files, "shift_seconds": 3600}]})
    assert answer["changed"] == 30
    found = user.get(f"/jobs/{job}/files?per_page=200")["items"]
    assert {file["timestamp_source"] for file in found} == {"user"}
    assert user.call("PATCH", f"/jobs/{job}/dates", answer["undo"])["changed"] == 30


def test_a_look_into_the_zip_tells_where_each_file_would_go(user: Caller, job: str, names: Any) -> None:
    root = user.get(f"/jobs/{job}/tree?layout=original&names=original")
    assert [(file["name"], file["original_filename"]) for file in root["items"]] == [
        ("harbour.jpg", "harbour.jpg"),
        ("zoo.jpg", "zoo.jpg"),
    ]
    assert (root["files"], root["final"], root["folders"]) == (2, True, [])
    year = user.get(f"/jobs/{job}/tree")["folders"][0]["name"]
    month = user.get(f"/jobs/{job}/tree?folder={year}")["folders"][0]["name"]
    found = user.get(f"/jobs/{job}/tree?folder={year}/{month}")["items"]
    assert {f"{year}/{month}/{one['name']}" for one in found} <= set(names().values())
    dropped = {"changes": [{"files": [file_of(job, 3)], "choice": "drop"}]}
    user.call("PATCH", f"/jobs/{job}/duplicates", dropped)
    assert user.get(f"/jobs/{job}/tree")["files"] == 1


def test_a_look_into_the_zip_tells_what_each_way_of_making_it_takes(
    user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    job = done({f"{n}.jpg": samples["harbour.jpg"] + bytes([n]) * 15_000_000 for n in range(3)})
    found = user.get(f"/jobs/{job}/tree?strategy=fast")["estimates"]
    assert (found["fast"]["workers"], found["cheap"]["workers"]) == (3, 1)
    assert found["estimate"] == found["fast"]
    # 45 MB at 75 MB/s, one file after the other.
    assert 0.6 < found["cheap"]["seconds"] < 1.5
    assert 0 < found["cheap"]["usd"] < found["fast"]["usd"] < 0.001
    assert user.get(f"/jobs/{job}/tree")["estimates"]["estimate"] == found["cheap"], "`auto` for a small zip"
    root = user.get(f"/jobs/{job}/tree")
    assert user.get(f"/jobs/{job}/tree?folder={root['folders'][0]['name']}")["estimates"] is None
    assert user.get(f"/jobs/{job}/tree?page=2")["estimates"] is None
    assert user.get(f"/jobs/{job}/tree?strategy=quick").status == 422


def test_a_zip_is_made_by_many_workers_where_the_job_says_so(
    user: Caller, world: World, done: Done, samples: dict[str, bytes]
) -> None:
    job = done({f"{n}.jpg": samples["harbour.jpg"] + bytes([n]) * 15_000_000 for n in range(3)})
    zips = []
    shared: list[int] = []
    divide = Context.divide

    def divided(self: Context, slices: int) -> None:
        shared.append(slices)
        divide(self, slices)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Context, "divide", divided)
        for strategy in ("cheap", "fast"):
            remade = user.post(f"/jobs/{job}/remake", {"strategy": strategy})
            assert remade["options"]["strategy"] == strategy
            world.deliver()
            assert user.get(f"/jobs/{job}")["status"] == "completed"
            assert len(shared) == (strategy == "fast")
            artifact = services().jobs.artifact(job, "complete")
            zips.append(b"".join(services().objects.stream(artifact.key, 0, artifact.size)))
    assert shared[0] >= 2
    assert zips[0] == zips[1]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("dates", {"changes": [{"files": ["{}-00000009"], "shift_seconds": 1}]}, "file_not_found"),
        ("dates", {"changes": [{"files": ["another-00000001"], "shift_seconds": 1}]}, "file_not_found"),
        ("dates", {"changes": [{"files": ["{}-00000001"], "timezone": "Nowhere/At_All"}]}, "invalid_fields"),
        ("dates", {"changes": [{"files": ["{}-00000001"], "utc_offset": "+15:00"}]}, "invalid_fields"),
        ("dates", {"changes": [{"files": ["{}-00000001"], "taken_local": "2024-01-01T00:00:00Z"}]}, "invalid_fields"),
        ("dates", {"changes": [{"files": ["{}-00000001"], "taken_local": "1200-01-01T00:00:00"}]}, "invalid_fields"),
        ("dates", {"changes": [{"files": ["{}-00000001"], "shift_seconds": 1e12}]}, "invalid_fields"),
        ("dates", {"changes": []}, "invalid_fields"),
        ("duplicates", {}, "invalid_fields"),
        (
            "duplicates",
            {"keep_best": "all", "changes": [{"files": ["{}-00000001"], "choice": "drop"}]},
            "invalid_fields",
        ),
        ("duplicates", {"changes": [{"files": ["{}-00000001"], "choice": "burn"}]}, "invalid_fields"),
    ],
)
def test_what_can_not_be_corrected_so_is_refused_and_changes_nothing(
    user: Caller, job: str, path: str, body: Any, code: str
) -> None:
    sent = json.loads(json.dumps(body).replace("{}-", f"{job}-"))
    assert user.call("PATCH", f"/jobs/{job}/{path}", sent)["code"] == code
    assert user.get(f"/jobs/{job}")["revision"] == 0


def test_only_a_completed_media_job_can_be_corrected(world: World, user: Caller, job: str) -> None:
    change = {"changes": [{"files": [file_of(job, 1)], "shift_seconds": 1}]}
    assert user.post(f"/jobs/{job}/remake", {})["code"] == "not_allowed_in_state"
    user.call("PATCH", f"/jobs/{job}/dates", change)
    user.post(f"/jobs/{job}/remake", {})
    assert user.call("PATCH", f"/jobs/{job}/dates", change)["code"] == "not_allowed_in_state"
    assert user.post(f"/jobs/{job}/remake", {})["code"] == "not_allowed_in_state"
    world.deliver()
    other = user.announce({"scan.nii": 100}, pipeline="volume")["job_id"]
    assert user.get(f"/jobs/{other}/tree")["code"] == "not_allowed_in_state"
    moved = {"changes": [{"files": [file_of(other, 1)], "shift_seconds": 1}]}
    assert user.call("PATCH", f"/jobs/{other}/dates", moved)["code"] == "not_allowed_in_state"


def test_a_rejected_file_and_one_without_a_time_are_named(
    world: World, user: Caller, samples: dict[str, bytes]
) -> None:
    job = user.upload({"a.jpg": samples["harbour.jpg"], "b.jpg": b"no picture"})
    world.deliver()
    change = {"changes": [{"files": [file_of(job, 1), file_of(job, 2)], "shift_seconds": 60}]}
    answer = user.call("PATCH", f"/jobs/{job}/dates", change)
    assert file_of(job, 2) in answer["missed"]


def test_a_request_that_is_sent_again_shifts_once(user: Caller, job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    harbour = file_of(job, 1)
    before = user.get(f"/files/{harbour}")["taken_local"]
    sent = {"changes": [{"files": [harbour], "shift_seconds": 3600}]}
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.api.media._times_before", lambda _: 1 / 0)  # it breaks off after all writes
        assert user.call("PATCH", f"/jobs/{job}/dates", sent, idempotency_key="a").status == 500
    assert user.call("PATCH", f"/jobs/{job}/dates", sent, idempotency_key="a").status == 200
    once = user.get(f"/files/{harbour}")["taken_local"]
    assert user.call("PATCH", f"/jobs/{job}/dates", sent, idempotency_key="a").status == 200
    assert user.get(f"/files/{harbour}")["taken_local"] == once != before
    assert user.call("PATCH", f"/jobs/{job}/dates", sent, idempotency_key="b")["changed"] == 1
    assert user.get(f"/files/{harbour}")["taken_local"] > once
