"""Jobs over stored files, and an owner's changes to jobs."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs.ids import new_id
from chalicelib.pipelines.base import OptionRefused
from chalicelib.pipelines.media import MEDIA
from tests.app.accounts.people_helpers import signed_in
from tests.app.api_world import BUCKET, Caller, World
from tests.app.library.conftest import Done


def over(user: Caller, *file_ids: str, **more: Any) -> Any:
    return user.post("/jobs", {"pipeline": "media", "file_ids": list(file_ids), **more})


def test_a_job_over_files_that_are_there_does_its_work_and_uploads_nothing(
    world: World, user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    first = done({"a.jpg": samples["harbour.jpg"]})
    second = done({"b.jpg": samples["IMG_20240210_174500.jpg"]})
    before = world.objects("uploads/")
    chosen = [f"{second}-00000001", f"{first}-00000001", f"{second}-00000001"]
    answer = over(user, *chosen, name="Both", description="Of two jobs", tags=["x"], options={"timezone": "Asia/Tokyo"})
    assert answer.status == 201
    assert answer.headers["location"] == f"/api/jobs/{answer['id']}"
    assert (answer["name"], answer["description"], answer["tags"]) == ("Both", "Of two jobs", ["x"])
    assert answer["options"]["timezone"] == "Asia/Tokyo"
    world.deliver()

    job = user.get(f"/jobs/{answer['id']}")
    assert (job["status"], job["sealed"]) == ("completed", True)
    files = user.get(f"/jobs/{answer['id']}/files")["items"]
    assert [file["original_filename"] for file in files] == ["b.jpg", "a.jpg"]
    assert [file["status"] for file in files] == ["inspected"] * 2
    assert world.objects("uploads/") == before
    assert user.get(f"/download/{answer['id']}").status == 302
    # The library lists each file once, however many jobs use it.
    assert user.get("/files")["total"] == 2


def test_a_job_over_a_job_over_files_points_to_where_they_lie(
    world: World, user: Caller, done: Done, photo: bytes
) -> None:
    first = done({"a.jpg": photo})
    second = over(user, f"{first}-00000001")["id"]
    world.deliver()
    third = over(user, f"{second}-00000001")["id"]
    world.deliver()
    assert user.call("DELETE", f"/jobs/{second}").status == 204
    assert user.call("DELETE", f"/jobs/{first}").status == 204
    assert f"uploads/media/{first}/00000001" in world.objects("uploads/")
    assert user.post(f"/jobs/{third}/retry").status == 400  # none of its files failed
    fourth = over(user, f"{third}-00000001")["id"]
    world.deliver()
    assert user.get(f"/jobs/{fourth}")["status"] == "completed"


def test_what_is_not_ones_own_or_not_there_makes_no_job(world: World, user: Caller, done: Done, photo: bytes) -> None:
    mine = done({"a.jpg": photo})
    theirs = done({"a.jpg": photo}, by=world.guest())
    waiting = user.announce({"late.jpg": 5})["uploads"][0]["file_id"]
    before = user.get("/jobs")["items"]
    for strange in (f"{theirs}-00000001", f"{mine}-00000002", f"{new_id()}-00000001", "x", ""):
        answer = over(user, f"{mine}-00000001", strange)
        assert (answer.status, answer["code"]) == (404, "file_not_found")
        assert answer["errors"] == [{"field": "file_ids[1]", "message": "no such file"}]
    answer = over(user, waiting)
    assert (answer.status, answer["code"]) == (409, "file_not_ready")
    assert user.get("/jobs")["items"] == before
    assert not [i for i in world.items("jobs", f"JOB#{mine}") if i["SK"]["S"].startswith("USE#")]


def test_the_pipelines_rules_hold_for_them_too(user: Caller, done: Done, photo: bytes) -> None:
    job_id = done({"a.jpg": photo})
    answer = user.post("/jobs", {"pipeline": "volume", "file_ids": [f"{job_id}-00000001"]})
    assert (answer.status, answer["code"]) == (400, "unsupported_type")
    assert over(user, f"{job_id}-00000001", options={"timezone": "nowhere"}).status == 422
    assert user.post("/jobs", {"pipeline": "none", "file_ids": ["x"]})["code"] == "unknown_pipeline"
    for wrong in ([], ["x"] * 2001, "x", [1]):
        assert user.post("/jobs", {"pipeline": "media", "file_ids": wrong}).status == 422


def test_files_are_taken_in_the_roles_of_the_new_job(
    world: World, user: Caller, done: Done, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = replace(MEDIA.accepts, roles=("reference", "labels"))
    monkeypatch.setattr(MEDIA, "accepts", rules)
    first = done({"a.jpg": photo, "b.jpg": photo + b" "})
    one, two = (f"{first}-0000000{i}" for i in (1, 2))
    made = user.post("/jobs", {"pipeline": "media", "files": [{"file_id": two, "role": "labels"}, {"file_id": one}]})
    assert made.status == 201, made.text
    listed = user.get(f"/jobs/{made['id']}/files")["items"]
    assert [(file["original_filename"], file.get("role")) for file in listed] == [("b.jpg", "labels"), ("a.jpg", None)]
    world.deliver()
    # A file keeps its role, unless the request gives another or the pipeline lacks a role of that name.
    again = over(user, *(file["id"] for file in listed))
    assert [file.get("role") for file in user.get(f"/jobs/{again['id']}/files")["items"]] == ["labels", None]
    monkeypatch.setattr(MEDIA, "accepts", replace(rules, roles=("reference",)))
    again = over(user, *(file["id"] for file in listed))
    assert [file.get("role") for file in user.get(f"/jobs/{again['id']}/files")["items"]] == [None, None]


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ([{"file_id": "ONE", "role": "king"}], "files[0].role"),
        ([{"file_id": "ONE"}, {"file_id": "ONE", "role": "reference"}], "files[1].role"),
        ([{"file_id": "ONE", "role": "x" * 41}], "files[0].role"),
    ],
)
def test_a_role_that_can_not_be_makes_no_job(
    user: Caller,
    done: Done,
    photo: bytes,
    monkeypatch: pytest.MonkeyPatch,
    files: list[dict[str, str]],
    field: str,
) -> None:
    monkeypatch.setattr(MEDIA, "accepts", replace(MEDIA.accepts, roles=("reference",)))
    one = f"{done({'a.jpg': photo})}-00000001"
    before = user.get("/jobs")["items"]
    asked = [file | {"file_id": one} for file in files]
    answer = user.post("/jobs", {"pipeline": "media", "files": asked})
    assert (answer.status, [error["field"] for error in answer["errors"]]) == (422, [field])
    assert user.post("/jobs", {"pipeline": "media", "files": asked, "file_ids": [one]}).status == 422
    assert user.get("/jobs")["items"] == before


def test_an_option_that_this_installation_can_not_serve_makes_no_job(
    world: World, done: Done, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This holds for every way in which files arrive."""
    user = signed_in(world, f"{new_id()}@example.com")  # guests can't import
    one = f"{done({'a.jpg': photo}, by=user)}-00000001"
    world.s3.put_object(Bucket=BUCKET, Key="models/zones/alps/data.bin", Body=b"x")
    world.s3.put_object(Bucket=BUCKET, Key="models/zones/coast.bin", Body=b"x")

    def check(options: Any, models: Any) -> None:
        raise OptionRefused("timezone", f"Only {', '.join(models('zones'))} are known here, and {models('none')}.")

    monkeypatch.setattr(MEDIA, "check", check)
    before = user.get("/jobs")["items"]
    for answer in (
        user.announce({"a.jpg": 4}),
        over(user, one),
        user.post("/import-path", {"pipeline": "media", "path": "import/x/"}),
    ):
        assert (answer.status, answer["code"]) == (422, "invalid_fields")
        told = "Only alps, coast.bin are known here, and []."
        assert answer["errors"] == [{"field": "options.timezone", "message": told}]
    assert user.get("/jobs")["items"] == before


def test_a_limit_that_is_reached_leaves_no_use_behind(world: World, user: Caller, done: Done, photo: bytes) -> None:
    job_id = done({"a.jpg": photo})
    world.configure(LIMIT_ACTIVE_JOBS="0")
    assert over(user, f"{job_id}-00000001")["code"] == "too_many_jobs"
    assert not [i for i in world.items("jobs", f"JOB#{job_id}") if i["SK"]["S"].startswith("USE#")]


def test_a_job_is_described_whatever_its_state(user: Caller, photo: bytes) -> None:
    job_id = user.announce({"a.jpg": 20})["job_id"]
    read = user.get(f"/jobs/{job_id}")
    changed = user.call(
        "PATCH", f"/jobs/{job_id}", {"name": "Trip", "tags": ["a"], "description": "x"}, if_match=read.headers["etag"]
    )
    assert (changed["name"], changed["tags"], changed["description"]) == ("Trip", ["a"], "x")
    assert user.get(f"/jobs/{job_id}").headers["etag"] == changed.headers["etag"]
    late = user.call("PATCH", f"/jobs/{job_id}", {"name": "Late"}, if_match=read.headers["etag"])
    assert (late.status, late["code"]) == (412, "precondition_failed")
    assert user.call("PATCH", f"/jobs/{job_id}", {"description": None})["tags"] == ["a"]
    job = user.get(f"/jobs/{job_id}")
    assert (job["name"], job["description"], job["status"]) == ("Trip", None, "pending")


def test_who_insists_on_a_version_of_a_job_does_not_mean_its_progress(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.announce({"a.jpg": photo, "b.jpg": 20}, more=True)["job_id"]
    read = user.get(f"/jobs/{job_id}")
    world.send(user.post(f"/jobs/{job_id}/files/{job_id}-00000001/upload")["uploads"][0], photo)
    world.deliver()
    moved = user.get(f"/jobs/{job_id}", if_none_match=read.headers["etag"])
    assert (moved.status, moved["progress_current"]) == (200, 1)
    renamed = user.call("PATCH", f"/jobs/{job_id}", {"name": "Trip"}, if_match=read.headers["etag"])
    assert (renamed.status, renamed["name"]) == (200, "Trip")
    assert user.call("PATCH", f"/jobs/{job_id}", {"name": "Late"}, if_match=moved.headers["etag"]).status == 412


@pytest.mark.parametrize(
    "changes", [{"name": None}, {"name": " "}, {"tags": "a"}, {"status": "x"}, {"options": {}}], ids=str
)
def test_what_is_no_description_of_a_job_changes_nothing(user: Caller, changes: dict[str, Any]) -> None:
    job_id = user.announce({"a.jpg": 20}, name="Before")["job_id"]
    assert user.call("PATCH", f"/jobs/{job_id}", changes).status == 422
    assert user.get(f"/jobs/{job_id}")["name"] == "Before"
