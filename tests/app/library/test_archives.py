"""Archives: chosen from jobs, files and the library, planned to the byte, created, kept for some days, deleted."""

import io
import re
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from chalicelib.api.subjects import every_route
from chalicelib.jobs import keys
from chalicelib.stores.dynamo.table import Table
from tests.app.api_world import BUCKET, Answer, Caller, Context, World, event, key_of
from tests.app.library.conftest import Done

MIB = 1024 * 1024


@pytest.fixture
def two_jobs(done: Done, samples: dict[str, bytes]) -> tuple[str, str]:
    first = done({"trip/harbour.jpg": samples["harbour.jpg"], "trip/lake.jpg": samples["IMG_20240210_174500.jpg"]})
    return first, done({"harbour.jpg": samples["IMG-20240512-WA0001.jpg"]})


def fetched(caller: Caller, path: str) -> bytes:
    answer = caller.get(path.removeprefix("/api"))
    assert answer.status == 302, answer.text
    return requests.get(answer.headers["location"], timeout=5).content


def made(world: World, caller: Caller, body: dict[str, Any]) -> Answer:
    """Opens an archive, has it created, and returns it in its final state."""
    opened = caller.post("/archives", body)
    assert opened.status == 202, opened.text
    assert opened.headers["location"] == f"/api/archives/{opened['archive_id']}"
    world.deliver()
    archive = caller.get(f"/archives/{opened['archive_id']}")
    assert archive["status"] == "completed", archive.text
    for name in ("size_bytes", "file_count", "name", "layout"):
        assert archive[name] == opened[name]
    return archive


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def stored_bytes(world: World, caller: Caller) -> int:
    [usage] = [item for item in world.items("jobs", f"USER#{caller.id}") if item["SK"]["S"] == "USAGE"]
    assert int(usage.get("announced_bytes", {"N": "0"})["N"]) == 0
    return int(usage["stored_bytes"]["N"])


def sweep(world: World) -> None:
    import app

    app.sweep(event("schedule"), Context())
    world.deliver()


def test_chosen_files_of_two_jobs_are_one_zip_of_the_size_that_was_told(
    world: World, user: Caller, two_jobs: tuple[str, str], samples: dict[str, bytes]
) -> None:
    ids = [f"{two_jobs[0]}-00000001", f"{two_jobs[1]}-00000001"]
    archive = made(world, user, {"file_ids": ids, "layout": "flat", "name": "Two harbours"})
    content = fetched(user, archive["download_url"])
    assert len(content) == archive["size_bytes"]
    assert opened(content) == {
        "harbour.jpg": samples["harbour.jpg"],
        "harbour (2).jpg": samples["IMG-20240512-WA0001.jpg"],
    }
    [one] = archive["zips"]
    assert (one["filename"], one["size_bytes"], one["file_count"]) == ("Two harbours.zip", len(content), 2)
    assert archive["progress_percent"] == 100.0


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("original", {"trip/harbour.jpg", "trip/lake.jpg"}),
        ("flat", {"harbour.jpg", "lake.jpg"}),
        ("organised", {"2024/01/harbour.jpg", "2024/02/lake.jpg"}),
    ],
)
def test_a_whole_job_in_each_layout(
    world: World, user: Caller, two_jobs: tuple[str, str], layout: str, expected: set[str]
) -> None:
    archive = made(world, user, {"job_ids": [two_jobs[0]], "layout": layout})
    found = opened(fetched(user, archive["download_url"]))
    if layout == "organised":
        months = {
            name["original_filename"].rpartition("/")[2]: datetime.fromisoformat(name["taken_local"])
            for name in user.get(f"/jobs/{two_jobs[0]}/files").json["items"]
        }
        expected = {f"{taken:%Y/%m}/{name}" for name, taken in months.items()}
    assert set(found) == expected


def test_a_filter_takes_the_library_or_some_jobs_of_it(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    whole = made(world, user, {"filter": {}, "layout": "original"})
    assert whole["file_count"] == 3
    assert made(world, user, {"filter": {"search": "harbour"}})["file_count"] == 2
    some = made(world, user, {"filter": {"search": "harbour"}, "job_ids": [two_jobs[1]], "layout": "flat"})
    assert set(opened(fetched(user, some["download_url"]))) == {"harbour.jpg"}


def test_artifacts_come_along_and_the_jobs_own_zip_does_not(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    names = {one["name"] for one in user.get(f"/jobs/{two_jobs[0]}/artifacts").json["items"]}
    assert "complete" in names
    archive = made(world, user, {"job_ids": [two_jobs[0]], "artifacts": True, "layout": "original"})
    found = opened(fetched(user, archive["download_url"]))
    assert archive["file_count"] == 2 + len(names - {"complete"})
    assert sum(name.startswith("artifacts/") for name in found) == len(names - {"complete"}) > 0


def test_what_can_not_be_read_and_duplicates_are_left_out_of_whole_jobs(
    world: World, user: Caller, done: Done, photo: bytes
) -> None:
    job_id = done({"a.jpg": photo, "same.jpg": photo, "bad.jpg": b"no photo"})
    assert made(world, user, {"job_ids": [job_id]})["file_count"] == 1
    chosen = [f"{job_id}-00000001", f"{job_id}-00000002"]
    assert made(world, user, {"file_ids": [*chosen, chosen[0]]})["file_count"] == 2
    answer = user.post("/archives", {"file_ids": [chosen[0], f"{job_id}-00000003"]})
    assert (answer.status, answer["code"]) == (422, "invalid_fields")
    assert [error["field"] for error in answer["errors"]] == ["file_ids[1]"]


def test_several_zips_are_each_whole_by_themselves(world: World, user: Caller, done: Done, photo: bytes) -> None:
    padded = [photo + bytes([number]) * 400_000 for number in range(5)]
    job_id = done({f"{number}.jpg": content for number, content in enumerate(padded)})
    archive = made(world, user, {"job_ids": [job_id], "layout": "flat", "split_bytes": MIB, "name": "Parts"})
    assert [one["filename"] for one in archive["zips"]] == [f"Parts_part{n:02d}.zip" for n in (1, 2, 3)]
    assert archive["download_url"] is None
    found: dict[str, bytes] = {}
    for one in archive["zips"]:
        content = fetched(user, one["download_url"])
        assert len(content) == one["size_bytes"] <= MIB
        assert len(opened(content)) == one["file_count"]
        found |= opened(content)
    assert found == {f"{number}.jpg": content for number, content in enumerate(padded)}
    assert archive["size_bytes"] == sum(one["size_bytes"] for one in archive["zips"])


def test_a_file_larger_than_a_zip_may_be_is_refused(world: World, user: Caller, done: Done, photo: bytes) -> None:
    job_id = done({"big.jpg": photo + bytes(MIB)})
    answer = user.post("/archives", {"job_ids": [job_id], "split_bytes": MIB})
    assert (answer.status, answer["code"], answer["errors"][0]["field"]) == (422, "invalid_fields", "split_bytes")
    assert "big.jpg" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"file_ids": []},
        {"file_ids": ["x"], "filter": {}},
        {"filter": {"sort": "x"}},
        {"job_ids": ["x"]},
        {"filter": {}, "layout": "upside down"},
        {"filter": {}, "split_bytes": 10},
        {"filter": {}, "split_bytes": True},
        {"filter": {}, "name": ""},
    ],
    ids=str,
)
def test_a_choice_that_says_nothing_or_too_much_is_refused(user: Caller, body: dict[str, Any]) -> None:
    answer = user.post("/archives", body)
    assert (answer.status, answer["code"]) == (422, "invalid_fields")


def test_nothing_chosen_is_said(user: Caller, two_jobs: tuple[str, str]) -> None:
    answer = user.post("/archives", {"filter": {"search": "no such word"}})
    assert (answer.status, answer["code"]) == (400, "no_files_chosen")


def test_anothers_files_jobs_and_archives_are_not_there(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    archive = made(world, user, {"job_ids": [two_jobs[0]]})
    stranger = world.guest()
    own = stranger.upload({"x.jpg": b"x"})
    world.deliver()
    there = stranger.post("/archives", {"file_ids": [f"{own}-00000001", f"{two_jobs[0]}-00000001"]})
    nowhere = stranger.post("/archives", {"file_ids": [f"{own}-00000001", f"{'0' * 26}-00000001"]})
    assert (there.status, there["code"]) == (nowhere.status, nowhere["code"]) == (404, "file_not_found")
    assert there["errors"] == nowhere["errors"] == [{"field": "file_ids[1]", "message": "There is no such file."}]
    for body in ({"job_ids": [two_jobs[0]]}, {"filter": {}, "job_ids": [two_jobs[0]]}):
        assert stranger.post("/archives", body)["code"] == "job_not_found"
    for method in ("GET", "DELETE"):
        answer = stranger.call(method, f"/archives/{archive['archive_id']}")
        assert (answer.status, answer["code"]) == (404, "archive_not_found")
    assert user.get(f"/archives/{two_jobs[0]}")["code"] == "archive_not_found"
    assert stranger.get("/archives")["items"] == []


def test_archives_are_listed_the_newest_first(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    first = made(world, user, {"job_ids": [two_jobs[0]], "name": "one"})
    second = user.post("/archives", {"job_ids": [two_jobs[1]], "name": "two"})
    assert [one["name"] for one in user.get("/archives")["items"]] == ["two", "one"]
    page = user.get("/archives?limit=1")
    assert [one["archive_id"] for one in page["items"]] == [second["archive_id"]]
    following = page.headers["link"].partition(">")[0].strip("<")
    assert [one["archive_id"] for one in user.get(f"/archives{following}")["items"]] == [first["archive_id"]]
    assert [one["name"] for one in user.get("/archives?status=completed")["items"]] == ["one"]


def test_an_archive_counts_for_its_owner_and_goes_by_itself(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    before = stored_bytes(world, user)
    archive = made(world, user, {"job_ids": [two_jobs[0]]})
    archive_id = archive["archive_id"]
    assert stored_bytes(world, user) == before + archive["size_bytes"]
    completed, expires = (datetime.fromisoformat(archive[name]) for name in ("completed_at", "expires_at"))
    assert expires - completed == timedelta(days=7)
    assert world.objects(keys.below(keys.WORK, archive_id)) == []
    world.offset = timedelta(days=7, seconds=-60)
    sweep(world)
    assert user.get(f"/archives/{archive_id}").status == 200
    world.offset = timedelta(days=7, seconds=60)
    sweep(world)
    world.offset = timedelta()
    assert user.get(f"/archives/{archive_id}")["code"] == "archive_not_found"
    assert world.objects(keys.below(keys.RESULTS, archive_id)) == []
    assert stored_bytes(world, user) == before
    assert user.get(f"/jobs/{two_jobs[0]}")["status"] == "completed"
    assert world.items("jobs", f"JOB#{archive_id}") == []


def test_how_long_archives_are_kept_is_a_setting(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    world.configure(LIMIT_ARCHIVE_SECONDS="600")
    archive = made(world, user, {"job_ids": [two_jobs[0]]})
    completed, expires = (datetime.fromisoformat(archive[name]) for name in ("completed_at", "expires_at"))
    assert expires - completed == timedelta(minutes=10)


def test_a_deleted_archive_is_gone_and_its_files_stay(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    before = stored_bytes(world, user)
    archive = made(world, user, {"job_ids": [two_jobs[0]]})
    assert user.call("DELETE", f"/archives/{archive['archive_id']}").status == 204
    world.deliver()
    assert user.get(f"/archives/{archive['archive_id']}").status == 404
    assert world.objects(keys.below(keys.RESULTS, archive["archive_id"])) == []
    assert stored_bytes(world, user) == before
    assert user.get("/files")["total"] == 3


def test_one_that_is_deleted_before_it_is_made_counts_for_nothing(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    before = stored_bytes(world, user)
    archive = user.post("/archives", {"job_ids": [two_jobs[0]]})
    assert user.call("DELETE", f"/archives/{archive['archive_id']}").status == 204
    world.deliver()
    assert stored_bytes(world, user) == before
    assert world.objects(keys.below(keys.WORK, archive["archive_id"])) == []


def test_no_archive_is_begun_beyond_what_its_owner_may_store(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    held = stored_bytes(world, user)
    size = made(world, user, {"job_ids": [two_jobs[0]]})["size_bytes"]
    world.configure(LIMIT_STORED_BYTES=str(held + 2 * size))
    assert user.post("/archives", {"job_ids": [two_jobs[0]]}).status == 202
    answer = user.post("/archives", {"job_ids": [two_jobs[0]]})  # the second still waits, and counts
    assert (answer.status, answer["code"]) == (429, "storage_full")


def test_archives_that_are_begun_at_once_take_no_more_room_than_there_is(
    world: World, user: Caller, two_jobs: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = user.post("/archives", {"job_ids": [two_jobs[0]]})["size_bytes"]
    world.deliver()
    world.configure(LIMIT_STORED_BYTES=str(stored_bytes(world, user) + 2 * size))
    write, others = Table.transact, set(world.objects(keys.WORK))
    begun: list[Any] = []

    def both(table: Table, writes: Any) -> None:
        """Another archive begins between the check of the owner's usage and the write."""
        if not begun:
            begun.append(True)
            for number in range(2):
                begun.append(user.post("/archives", {"job_ids": [two_jobs[0]]}, idempotency_key=f"other-{number}"))
        write(table, writes)

    monkeypatch.setattr(Table, "transact", both)
    answer = user.post("/archives", {"job_ids": [two_jobs[0]]})
    assert [other.status for other in begun[1:]] == [202, 202]
    assert (answer.status, answer["code"]) == (429, "storage_full")
    known = {one["archive_id"] for one in user.get("/archives")["items"]}
    kept = {item.partition("/")[2].partition("/")[0] for item in set(world.objects(keys.WORK)) - others}
    assert kept <= known, "the selection of a refused archive is not kept"


def test_an_archive_that_comes_back_from_the_bin_still_goes_by_itself(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    archive = made(world, user, {"job_ids": [two_jobs[0]]})
    place = f"/jobs/{archive['archive_id']}"
    assert user.post(f"{place}/bin").status == 200
    assert user.get(f"/archives/{archive['archive_id']}").status == 404
    assert user.post(f"{place}/restore").status == 200
    again = user.get(f"/archives/{archive['archive_id']}")
    assert again["expires_at"] == archive["expires_at"]
    world.offset += datetime.fromisoformat(archive["expires_at"]) - world.clock() + timedelta(minutes=1)
    sweep(world)
    assert user.get(f"/archives/{archive['archive_id']}").status == 404
    assert user.get("/archives")["items"] == []


def test_too_many_files_are_refused(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    world.configure(LIMIT_FILES_PER_JOB="1")
    answer = user.post("/archives", {"job_ids": [two_jobs[0]]})
    assert (answer.status, answer["code"]) == (429, "too_many_files")


@pytest.mark.parametrize("change", ["deleted", "replaced"])
def test_an_archive_of_a_file_that_went_meanwhile_fails_and_names_it(
    world: World, user: Caller, two_jobs: tuple[str, str], change: str
) -> None:
    before = stored_bytes(world, user)
    original = user.get(f"/files/{two_jobs[0]}-00000001/original")
    archive = user.post("/archives", {"job_ids": [two_jobs[0]]})
    key = key_of(original.headers["location"]).removeprefix(f"{BUCKET}/")
    if change == "deleted":
        world.s3.delete_object(Bucket=BUCKET, Key=key)
    else:
        world.s3.put_object(Bucket=BUCKET, Key=key, Body=b"other bytes")
    world.deliver("run-archive")
    found = user.get(f"/archives/{archive['archive_id']}")
    assert (found["status"], found["error_code"]) == ("failed", "source_changed")
    assert "trip/harbour.jpg" in found["error_message"]
    assert found["download_url"] is None
    assert stored_bytes(world, user) == before
    assert world.objects(keys.below(keys.RESULTS, archive["archive_id"])) == []


def test_the_same_request_again_is_one_archive(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    body = {"job_ids": [two_jobs[0]]}
    first, again = (user.post("/archives", body, idempotency_key="once") for _ in range(2))
    assert first["archive_id"] == again["archive_id"]
    assert len(user.get("/archives")["items"]) == 1
    world.deliver()


def test_a_message_that_comes_twice_makes_nothing_twice(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    archive = made(world, user, {"job_ids": [two_jobs[0]]})
    before = fetched(user, archive["download_url"])
    world.sqs.send_message(QueueUrl=world._url("run-archive"), MessageBody=f'{{"job_id": "{archive["archive_id"]}"}}')
    world.deliver()
    assert user.get(f"/archives/{archive['archive_id']}")["status"] == "completed"
    assert fetched(user, archive["download_url"]) == before
    again = made(world, user, {"job_ids": [two_jobs[0]]})
    assert fetched(user, again["download_url"]) == before  # the same members, the same bytes


def test_size_time_and_cost_are_told_before_and_are_those_of_what_is_made(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    body = {"job_ids": [two_jobs[0]], "layout": "flat", "name": "Told", "strategy": "cheap"}
    told = user.post("/archives/estimate", body)
    assert told.status == 200, told.text
    assert user.get("/archives")["items"] == []
    archive = made(world, user, body)
    for name in ("size_bytes", "file_count", "estimate"):
        assert told[name] == archive[name]
    assert told["zip_count"] == 1
    assert told["estimate"] == told["cheap"]
    assert (told["cheap"]["strategy"], told["cheap"]["workers"]) == ("cheap", 1)
    assert told["cheap"]["seconds"] > 0
    assert told["cheap"]["usd"] > 0


def test_an_estimate_refuses_what_no_archive_could_be_made_of(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    for body, code in (
        ({"filter": {"search": "nowhere to be found"}}, "no_files_chosen"),
        ({"file_ids": [f"{two_jobs[0]}-00000099"]}, "file_not_found"),
        ({"job_ids": [two_jobs[0]], "strategy": "best"}, "invalid_fields"),
    ):
        assert user.post("/archives/estimate", body)["code"] == user.post("/archives", body)["code"] == code
    assert world.guest().post("/archives/estimate", {"job_ids": [two_jobs[0]]})["code"] == "job_not_found"


def test_several_zips_are_estimated_together(world: World, user: Caller, done: Done, photo: bytes) -> None:
    padded = [photo + bytes([number]) * 400_000 for number in range(5)]
    job_id = done({f"{number}.jpg": content for number, content in enumerate(padded)})
    told = user.post("/archives/estimate", {"job_ids": [job_id], "split_bytes": MIB, "strategy": "fast"})
    assert told["zip_count"] == 3
    assert told["estimate"] == told["fast"]
    assert (told["fast"]["workers"], told["cheap"]["workers"]) == (3, 1), "one part per worker"
    one = user.post("/archives/estimate", {"job_ids": [job_id], "strategy": "cheap"})
    assert told["cheap"]["usd"] > one["cheap"]["usd"]


WRITES = {"POST": {}, "PATCH": {}, "PUT": {}, "GET": None, "DELETE": None}


def test_every_route_of_a_job_answers_for_that_of_an_archive(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    failed = {}
    archive_id = None
    for method, path in ((route.method, route.path) for route in every_route() if "{job_id}" in route.path):
        if archive_id is None:
            archive_id = made(world, user, {"job_ids": list(two_jobs)})["archive_id"]
        values = {
            "job_id": archive_id,
            "file_id": f"{archive_id}-00000001",
            "delivery_id": archive_id,
            "kind": "complete",
        }
        answer = user.call(
            method, re.sub(r"{(\w+)}", lambda m, known=values: known.get(m[1], "x"), path), WRITES[method]
        )
        if answer.status >= 500:
            failed[f"{method} {path}"] = answer.text
        if method != "GET":  # it may have changed or deleted the archive
            archive_id = None
    assert not failed


def test_the_job_of_an_archive_has_no_files(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    archive_id = made(world, user, {"job_ids": list(two_jobs)})["archive_id"]
    assert user.get(f"/jobs/{archive_id}/files")["items"] == []
    assert user.get(f"/jobs/{archive_id}/files?sort_by=size")["items"] == []
    refused = user.get(f"/jobs/{archive_id}/files?group_by=confidence")
    assert (refused.status, refused["code"]) == (422, "invalid_fields")
