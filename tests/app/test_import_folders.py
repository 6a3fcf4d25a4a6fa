"""The folders that a user may import from: listed one level at a time, and counted up to a limit."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError

import app as millrace
from chalicelib.jobs.errors import ImportNotFound
from chalicelib.jobs.ids import new_id
from chalicelib.jobs.intake.importing import Root
from chalicelib.jobs.intake.looking import ImportFolders
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import admin, member
from tests.app.api_world import BUCKET, Caller, Context, World, event
from tests.fakes import World as Fake


@pytest.fixture
def user(world: World) -> Caller:
    world.configure(IMPORT_ROOTS="import/@{user_id}/,s3://archive/open/")
    return member(world)


def put(world: World, key: str, content: bytes = b"x", bucket: str = BUCKET) -> None:
    world.s3.put_object(Bucket=bucket, Key=key, Body=content)


def own(user: Caller, below: str = "") -> str:
    return f"s3://{BUCKET}/import/@{user.id}/{below}"


def look(user: Caller, path: str | None = None, **more: str) -> Any:
    return user.get(f"/import-folders?{urlencode({**({'path': path} if path else {}), **more})}")


def test_without_a_path_the_places_are_listed(user: Caller) -> None:
    answer = look(user)
    assert [folder["path"] for folder in answer["folders"]] == [own(user), "s3://archive/open/"]
    assert (answer["path"], answer["root"], answer["files"]) == (None, None, [])


def test_one_level_at_a_time(world: World, user: Caller) -> None:
    for name in ("a.jpg", "trip/b.jpg", "trip/day 2/c.jpg", "tripod.jpg", ".hidden", ""):
        put(world, f"import/@{user.id}/{name}", b"four")
    answer = look(user, own(user))
    assert answer["folders"] == [{"name": "trip", "path": own(user, "trip/")}]
    assert [(file["name"], file["size_bytes"], file["ignored"]) for file in answer["files"]] == [
        (".hidden", 4, True),
        ("a.jpg", 4, False),
        ("tripod.jpg", 4, False),
    ]
    below = look(user, answer["folders"][0]["path"])
    assert [folder["name"] for folder in below["folders"]] == ["day 2"]
    assert [file["name"] for file in below["files"]] == ["b.jpg"]
    assert (below["path"], below["root"]) == (own(user, "trip/"), own(user))


def test_pages_have_each_folder_and_each_file_once(world: World, user: Caller) -> None:
    names = [f"{n:03}.jpg" for n in range(150)] + [f"{n:03}/{m}.jpg" for n in range(150) for m in range(2)]
    for name in names:
        put(world, f"import/@{user.id}/{name}")
    folders: list[str] = []
    files: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        answer = look(user, own(user), **({"cursor": cursor} if cursor else {}))
        folders += [folder["name"] for folder in answer["folders"]]
        files += [file["name"] for file in answer["files"]]
        assert len(answer["folders"]) + len(answer["files"]) <= 200
        assert ('rel="next"' in answer.headers.get("link", "")) == bool(answer["next_cursor"])
        cursor, pages = answer["next_cursor"], pages + 1
    assert pages == 2
    assert folders == [f"{n:03}" for n in range(150)]
    assert files == [f"{n:03}.jpg" for n in range(150)]


def test_what_an_import_would_take_is_counted(world: World, user: Caller, photo: bytes) -> None:
    for name in ("a.jpg", "deep/b.JPG", "deep/c.wav", "deep/.DS_Store", "d.part", "empty/"):
        put(world, f"import/@{user.id}/{name}", photo)
    count = user.get(f"/import-folders/count?path={own(user)}")
    assert (count["file_count"], count["size_bytes"], count["complete"]) == (3, 3 * len(photo), True)
    assert (count["fits"]["media"], count["fits"]["speech"], count["fits"]["volume"]) == (2, 1, 0)
    flat = user.get(f"/import-folders/count?path={own(user)}&recursive=false")
    assert (flat["file_count"], flat["fits"]["media"]) == (1, 1)
    job_id = user.post("/import-path", {"pipeline": "media", "path": own(user)})["job_id"]
    world.deliver()
    assert user.get(f"/jobs/{job_id}/files")["total"] == 3


def test_a_count_that_is_cut_says_so() -> None:
    fake = Fake()
    for n in range(2500):
        fake.objects.put(f"import/{n:04}.txt", b"1", "text/plain")
    folders = ImportFolders(fake.objects, fake.importer, fake.pipelines)
    cut = folders.measure(Root(None, "import/"), recursive=True, pages=2)
    assert (cut.complete, cut.files < 2500, cut.files) == (False, True, cut.size)
    whole = folders.measure(Root(None, "import/"), recursive=True, pages=10_000)
    assert (whole.complete, whole.files, whole.fits["photos"]) == (True, 2500, 2500)


@pytest.mark.parametrize("route", ["/import-folders", "/import-folders/count"])
def test_anothers_place_is_closed_as_it_is_to_imports(world: World, user: Caller, route: str) -> None:
    other = member(world)
    put(world, f"import/@{other.id}/secret.jpg")
    put(world, "uploads/media/x/00000001")
    for path in (own(other), f"s3://{BUCKET}/import/", f"s3://{BUCKET}/", "uploads/", "drop/", "s3://archive/shut/"):
        answer = user.get(f"{route}?path={path}")
        assert (answer.status, answer["code"]) == (400, "import_not_allowed"), path
        assert "secret" not in answer.text
    # A key is not a path, and a cursor stays within its folder.
    assert look(user, own(user, f"../@{other.id}/"))["files"] == []
    assert look(user, own(user), cursor=f"../@{other.id}/")["files"] == []
    boss = admin(world, f"{new_id()}@example.com")
    assert boss.get(f"{route}?path={own(other)}")["code"] == "import_not_allowed"


def test_a_guest_sees_nothing(world: World) -> None:
    guest = world.guest()
    for path in ("", "/count?path=import/", "/ways"):
        assert guest.get(f"/import-folders{path}")["code"] == "guest_may_not"


def test_a_bucket_that_is_gone_is_a_404(user: Caller) -> None:
    for answer in (look(user, "s3://archive/open/x/"), user.get("/import-folders/count?path=s3://archive/open/x/")):
        assert (answer.status, answer["code"]) == (404, "import_not_found")


def test_a_bucket_that_lets_nobody_in_is_a_404_too(user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")

    monkeypatch.setattr(services().clients.s3, "list_objects_v2", refuse)
    assert look(user, "s3://archive/open/")["code"] == "import_not_found"
    with pytest.raises(ImportNotFound):
        services().import_folders.measure(Root("archive", "open/"), recursive=True)
    with pytest.raises(ClientError):  # for our own bucket it is a fault of the installation
        services().import_folders.page(Root(None, "import/"), None, 200)


def test_the_ways_name_ones_own_places(user: Caller) -> None:
    ways = user.get("/import-folders/ways")
    assert ways["import_path"] == own(user)
    assert ways["drop_path"] == f"s3://{BUCKET}/drop/{{pipeline}}/@{user.id}/{{batch}}/"
    assert ways["endpoint_url"] is None


def test_jobs_say_what_they_import_and_how_far_that_is(world: World, user: Caller, photo: bytes) -> None:
    put(world, f"import/@{user.id}/trip/a.jpg", photo)
    path = own(user, "trip/")
    job_id = user.post("/import-path", {"pipeline": "media", "path": path})["job_id"]
    sent = user.upload({"b.jpg": photo})

    def origin() -> Any:
        [item] = user.get("/jobs?origin=import")["items"]
        assert item["id"] == job_id
        return item["origin"]

    assert origin() == {"kind": "import", "path": path, "stage": "listing", "closes_at": None}
    world.deliver()
    assert origin() == {"kind": "import", "path": path, "stage": "taken", "closes_at": None}
    assert {item["id"]: item["origin"] is None for item in user.get("/jobs")["items"]} == {job_id: False, sent: True}


def test_a_drop_folder_says_when_it_will_be_closed(world: World, user: Caller, photo: bytes) -> None:
    batch = f"drop/media/@{user.id}/walk/"
    put(world, batch + "a.jpg", photo)
    world.deliver()
    [job] = user.get("/jobs?origin=drop")["items"]
    assert user.get("/jobs?origin=import")["items"] == []
    assert (job["origin"]["kind"], job["origin"]["path"]) == ("drop", f"s3://{BUCKET}/{batch}")
    assert job["origin"]["stage"] == "waiting"
    assert job["origin"]["closes_at"] > job["created_at"]
    world.offset += timedelta(minutes=10)
    millrace.sweep(event("schedule"), Context())
    world.deliver()
    [job] = user.get("/jobs?origin=drop,import")["items"]
    assert (job["status"], job["origin"]["stage"], job["origin"]["closes_at"]) == ("completed", "taken", None)


def test_a_drop_folder_that_failed_says_why(world: World, user: Caller, photo: bytes) -> None:
    batch = f"drop/media/@{user.id}/bad/"
    put(world, batch + "options.json", b'{"nonsense": 1}')
    put(world, batch + "a.jpg", photo)
    world.deliver()
    [job] = user.get("/jobs?origin=drop")["items"]
    assert (job["status"], job["error_code"]) == ("failed", "invalid_options")
    assert job["origin"]["stage"] == "taken"
