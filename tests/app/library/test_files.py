"""The library: a user's files across all jobs."""

from typing import Any

import pytest

from tests.app.api_world import Caller, World
from tests.app.library.conftest import Done


def names(answer: Any) -> list[str]:
    return [file["original_filename"] for file in answer["items"]]


@pytest.fixture
def two_jobs(done: Done, samples: dict[str, bytes]) -> tuple[str, str]:
    first = done({"harbour.jpg": samples["harbour.jpg"], "Lake one.jpg": samples["IMG_20240210_174500.jpg"]})
    return first, done({"zoo.jpg": samples["IMG-20240512-WA0001.jpg"]})


def test_files_of_all_jobs_are_listed_the_newest_first(user: Caller, two_jobs: tuple[str, str]) -> None:
    answer = user.get("/files")
    assert names(answer) == ["zoo.jpg", "Lake one.jpg", "harbour.jpg"]
    assert [answer[name] for name in ("total", "page", "per_page", "pages")] == [3, 1, 50, 1]
    assert [file["job_id"] for file in answer["items"]] == [two_jobs[1], two_jobs[0], two_jobs[0]]
    assert {file["type"] for file in answer["items"]} == {"image"}
    assert names(user.get("/files?sort_order=asc")) == ["harbour.jpg", "Lake one.jpg", "zoo.jpg"]


def test_a_second_look_answers_the_same_from_what_was_kept(
    world: World, user: Caller, two_jobs: tuple[str, str]
) -> None:
    before = user.get("/files").json
    kept = [item for item in world.items("jobs", f"JOB#{two_jobs[0]}") if item["SK"]["S"].startswith("LISTING#")]
    assert len(kept) == 1
    assert user.get("/files").json["items"] == before["items"]


def test_a_library_of_finished_jobs_is_read_without_their_files(
    world: World, user: Caller, two_jobs: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    user.get("/files")
    from chalicelib.wiring import services

    jobs = services().jobs
    monkeypatch.setattr(jobs, "files", lambda *_, **__: pytest.fail("the files of a job were read"))
    assert user.get("/files?search=zoo")["total"] == 1


def test_pages_lead_to_each_other(user: Caller, two_jobs: tuple[str, str]) -> None:
    answer = user.get("/files?per_page=1&page=2&sort_by=name&sort_order=asc")
    assert names(answer) == ["Lake one.jpg"]
    assert (answer["total"], answer["pages"]) == (3, 3)
    links = dict(reversed(link.split("; ")) for link in answer.headers["link"].split(", "))
    assert set(links) == {'rel="first"', 'rel="prev"', 'rel="next"', 'rel="last"'}
    following = links['rel="next"'].strip("<>")
    assert names(user.get(f"/files{following}")) == ["zoo.jpg"]
    assert "link" in user.get("/files?page=9").headers
    assert user.get("/files?page=9")["items"] == []


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["harbour.jpg", "Lake one.jpg", "zoo.jpg"]),
        ("taken_at", None),
        ("size", None),
    ],
)
def test_files_are_sorted_both_ways(
    user: Caller, two_jobs: tuple[str, str], sort: str, expected: list[str] | None
) -> None:
    up = user.get(f"/files?sort_by={sort}&sort_order=asc").json["items"]
    down = user.get(f"/files?sort_by={sort}&sort_order=desc").json["items"]
    field = {"name": "original_filename", "taken_at": "detected_timestamp", "size": "size_bytes"}[sort]
    undated = [file["id"] for file in up if file[field] is None]  # last in either order
    assert [file["id"] for file in down[len(down) - len(undated) :]] == undated
    up, down = ([file for file in files if file[field] is not None] for files in (up, down))
    assert [file["id"] for file in up] == [file["id"] for file in reversed(down)]
    values = [str(file[field]).casefold() if sort == "name" else file[field] for file in up]
    assert values == sorted(values)
    if expected:
        assert [file["original_filename"] for file in up] == expected


@pytest.mark.parametrize(
    "query", ["sort_by=owner_id", "sort_by=", "sort_order=up", "type=text", "page=0", "per_page=101", "sort=name"]
)
def test_what_a_list_does_not_know_is_refused_and_not_passed_over(user: Caller, query: str) -> None:
    answer = user.get(f"/files?{query}")
    assert (answer.status, answer["code"]) == (422, "invalid_fields")


def test_search_finds_words_in_names_titles_and_tags_in_any_case(user: Caller, two_jobs: tuple[str, str]) -> None:
    lake = user.get("/files?search=LAKE")["items"][0]["id"]
    assert user.call("PATCH", f"/files/{lake}", {"title": "Évian", "tags": ["holiday 2026", "water"]}).status == 200
    for words in ("lake one", "ÉVIAN", "water lake", "holiday"):
        assert [file["id"] for file in user.get(f"/files?search={words}")["items"]] == [lake]
    assert user.get("/files?search=lake zoo")["total"] == 0


def test_a_type_leaves_the_others_out(user: Caller, two_jobs: tuple[str, str], world: World) -> None:
    assert user.get("/files?type=image")["total"] == 3
    assert user.get("/files?type=volume")["total"] == 0


def test_what_has_not_arrived_is_not_listed_and_what_was_rejected_is(world: World, user: Caller, photo: bytes) -> None:
    user.announce({"late.jpg": 20})
    user.upload({"good.jpg": photo, "bad.jpg": b"no photo"})
    world.deliver()
    assert sorted(names(user.get("/files"))) == ["bad.jpg", "good.jpg"]
    assert names(user.get("/files?status=rejected")) == ["bad.jpg"]


def test_an_edit_shows_in_the_list_and_survives(user: Caller, two_jobs: tuple[str, str]) -> None:
    file = user.get("/files?search=zoo")["items"][0]
    answer = user.call(
        "PATCH", f"/files/{file['id']}", {"title": " At the zoo ", "description": "Rain", "tags": ["a", "b"]}
    )
    assert (answer["title"], answer["description"], answer["tags"]) == ("At the zoo", "Rain", ["a", "b"])
    assert user.get("/files?search=rain")["total"] == 0
    listed = user.get("/files?search=at the zoo")["items"][0]
    assert (listed["title"], listed["tags"]) == ("At the zoo", ["a", "b"])
    emptied = user.call("PATCH", f"/files/{file['id']}", {"title": None, "tags": []})
    assert (emptied["title"], emptied["description"], emptied["tags"]) == (None, "Rain", [])


@pytest.mark.parametrize(
    "changes",
    [{"title": "x" * 201}, {"tags": ["x"] * 21}, {"tags": [""]}, {"tags": ["x" * 41]}, {"size": 1}, {"title": 1}],
    ids=str,
)
def test_a_description_beyond_its_limits_changes_nothing(
    user: Caller, two_jobs: tuple[str, str], changes: dict[str, Any]
) -> None:
    file = user.get("/files")["items"][0]
    assert user.call("PATCH", f"/files/{file['id']}", changes).status == 422
    assert user.get("/files")["items"][0] == file


def test_a_file_answers_with_a_version_that_a_change_may_insist_on(user: Caller, two_jobs: tuple[str, str]) -> None:
    path = f"/files/{user.get('/files')['items'][0]['id']}"
    read = user.get(path)
    assert user.get(path, if_none_match=read.headers["etag"]).status == 304
    changed = user.call("PATCH", path, {"title": "one"}, if_match=read.headers["etag"])
    assert (changed.status, changed["title"]) == (200, "one")
    late = user.call("PATCH", path, {"title": "two"}, if_match=read.headers["etag"])
    assert (late.status, late["code"]) == (412, "precondition_failed")
    assert user.get(path)["title"] == "one"
    assert user.get(path).headers["etag"] == changed.headers["etag"]
    assert user.call("PATCH", path, {"title": "two"}, if_match=f'"x", {changed.headers["etag"]}').status == 200
    assert user.call("PATCH", path, {"title": "three"}, if_match="*").status == 200


def test_who_insists_on_a_version_of_a_file_does_not_mean_how_its_thumbnail_is_signed(
    user: Caller, two_jobs: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each container signs its own addresses, and new ones every half hour."""
    path = f"/files/{user.get('/files')['items'][0]['id']}"
    read = user.get(path)
    monkeypatch.setattr("chalicelib.api.file_views.THUMBNAIL_SECONDS", 1000)
    signed = user.get(path, if_none_match=read.headers["etag"])
    assert signed.status == 200
    assert signed["thumbnail"]["url"] != read["thumbnail"]["url"]
    assert user.call("PATCH", path, {"title": "one"}, if_match=read.headers["etag"]).status == 200
    assert user.call("PATCH", path, {"title": "two"}, if_match=signed.headers["etag"]).status == 412


def test_another_users_files_are_not_there(world: World, user: Caller, two_jobs: tuple[str, str]) -> None:
    path = f"/files/{user.get('/files')['items'][0]['id']}"
    stranger = world.guest()
    assert stranger.get("/files")["total"] == 0
    for method, body in (("GET", None), ("PATCH", {"title": "mine"}), ("DELETE", None)):
        answer = stranger.call(method, path, body)
        assert (answer.status, answer["code"]) == (404, "file_not_found")
    assert user.get(path)["title"] is None


@pytest.mark.parametrize("file_id", ["x", "0" * 26, f"{'0' * 26}-00000001", f"{'x' * 3000}-00000001", "-00000001"])
def test_what_is_no_file_is_unknown(user: Caller, file_id: str) -> None:
    assert (user.get(f"/files/{file_id}").status, user.get(f"/files/{file_id}")["code"]) == (404, "file_not_found")
