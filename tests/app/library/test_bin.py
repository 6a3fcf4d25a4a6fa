"""The bin: a job in it appears nowhere else, comes back unchanged, and is deleted after 30 days."""

from chalicelib.jobs.model import BIN_KEEPS
from chalicelib.wiring import services
from tests.app.api_world import Caller, World
from tests.app.library.conftest import Done


def test_a_job_in_the_bin_is_seen_there_alone_and_comes_back_as_it_was(
    world: World, user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    job = done({"harbour.jpg": samples["harbour.jpg"]})
    before, size = user.get(f"/jobs/{job}").json, services().jobs.usage(user.id).stored_bytes
    [result] = user.get("/results")["items"]
    thrown = user.post(f"/jobs/{job}/bin")
    assert (thrown.status, thrown["id"]) == (200, job)
    for path in (f"/jobs/{job}", f"/status/{job}", f"/jobs/{job}/files", f"/files/{job}-00000001", f"/download/{job}"):
        assert user.get(path).status == 404
    assert user.post(f"/jobs/{job}/retry").status == 404
    assert user.post(f"/jobs/{job}/bin").status == 404
    assert user.get("/jobs")["items"] == user.get("/files")["items"] == user.get("/results")["items"] == []
    assert user.get(f"/results/{result['id']}").status == 404
    [item] = user.get("/bin")["items"]
    assert (item["id"], item["size_bytes"], user.get("/bin")["size_bytes"]) == (job, size, size)
    assert services().jobs.usage(user.id).stored_bytes == size
    assert world.guest().post(f"/jobs/{job}/restore").status == 404

    assert user.post(f"/jobs/{job}/restore").status == 200
    assert user.get(f"/jobs/{job}").json == before
    assert user.get("/bin")["items"] == []
    assert user.get("/results")["items"] == [result]
    assert user.post(f"/jobs/{job}/restore").status == 200


def test_what_lies_in_the_bin_is_gone_after_thirty_days_and_not_before(
    world: World, user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    job = done({"harbour.jpg": samples["harbour.jpg"]})
    kept = done({"zoo.jpg": samples["IMG-20240512-WA0001.jpg"]})
    size = services().jobs.usage(user.id).stored_bytes
    user.post(f"/jobs/{job}/bin")
    binned_at = services().jobs.job(job).binned_at
    assert binned_at
    sweeper = services().sweeper
    sweeper._clock = lambda: binned_at + BIN_KEEPS / 2  # type: ignore[method-assign]
    sweeper.sweep(binned_at + BIN_KEEPS)
    world.deliver()
    assert len(user.get("/bin")["items"]) == 1
    sweeper._clock = lambda: binned_at + BIN_KEEPS  # type: ignore[method-assign]
    sweeper.sweep(binned_at + BIN_KEEPS * 2)
    world.deliver()
    assert user.get("/bin")["items"] == []
    assert user.post(f"/jobs/{job}/restore").status == 404
    assert world.objects(f"uploads/media/{job}") == []
    assert services().jobs.usage(user.id).stored_bytes < size
    assert user.get(f"/jobs/{kept}").status == 200


def test_the_bin_can_be_emptied_at_once(user: Caller, done: Done, samples: dict[str, bytes]) -> None:
    job = done({"harbour.jpg": samples["harbour.jpg"]})
    user.post(f"/jobs/{job}/bin")
    assert user.call("DELETE", f"/jobs/{job}").status == 204
    assert user.get("/bin")["items"] == []
    assert services().jobs.usage(user.id).stored_bytes == 0


def test_a_job_that_is_not_over_is_cancelled_on_its_way_into_the_bin(world: World, user: Caller) -> None:
    job = user.announce({"a.jpg": 100})["job_id"]
    assert user.post(f"/jobs/{job}/bin")["status"] == "cancelled"
    assert user.post(f"/jobs/{job}/restore")["status"] == "cancelled"


def test_a_file_in_the_bin_is_in_no_list_archive_zip_or_share(
    world: World, user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    job = done({"harbour.jpg": samples["harbour.jpg"], "zoo.jpg": samples["IMG-20240512-WA0001.jpg"]})
    gone, left = f"{job}-00000001", f"{job}-00000002"
    share = user.post("/shares", {"job_id": job})["path"]
    visitor = world.nobody
    assert [one["name"] for one in visitor.get(share)["zips"]] == ["complete"]
    before, size = user.get(f"/files/{gone}").json, services().jobs.usage(user.id).stored_bytes
    assert user.post("/bin/files", {"file_ids": [gone]}).json == {"done": [gone], "missed": []}

    for path in (f"/files/{gone}", f"/files/{gone}/original", f"/files/{gone}/thumbnail"):
        assert user.get(path).status == 404
    assert user.call("PATCH", f"/files/{gone}", {"title": "Mine"}).status == 404
    for path in ("/files", f"/jobs/{job}/files"):
        assert [item["id"] for item in user.get(path)["items"]] == [left]
    assert user.get(f"/jobs/{job}")["results_current"] is False
    assert user.post("/archives", {"file_ids": [gone]}).status == 404
    assert user.post("/archives/estimate", {"job_ids": [job]})["file_count"] == 1
    assert user.post("/jobs", {"pipeline": "media", "file_ids": [gone]}).status == 404
    assert [item["id"] for item in visitor.get(f"{share}/files")["items"]] == [left]
    assert visitor.post(f"{share}/downloads", {"file_id": gone}).status == 404
    assert visitor.get(share)["zips"] == [], "the earlier zip still contains the file"

    page = user.get("/bin/files").json
    assert [item["id"] for item in page["items"]] == [gone]
    assert page["size_bytes"] == page["items"][0]["size_bytes"] == len(samples["harbour.jpg"])
    assert services().jobs.usage(user.id).stored_bytes == size
    assert world.guest().post("/bin/files/restore", {"file_ids": [gone]}).status == 404

    assert user.post("/bin/files/restore", {"file_ids": [gone]}).json == {"done": [gone], "missed": []}
    assert user.get(f"/files/{gone}").json == before
    assert user.get("/bin/files")["items"] == []


def test_a_rebuilt_zip_is_without_what_is_in_the_bin(
    world: World, user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    job = done({"harbour.jpg": samples["harbour.jpg"], "zoo.jpg": samples["IMG-20240512-WA0001.jpg"]})
    user.post("/bin/files", {"file_ids": [f"{job}-00000001"]})
    assert user.post(f"/jobs/{job}/remake", {}).status == 200
    world.deliver()
    assert user.get(f"/jobs/{job}")["results_current"] is True
    assert user.get(f"/jobs/{job}")["result"]["metadata"]["in_zip"] == 1


def test_a_file_is_deleted_from_the_bin_at_once_where_its_owner_says_so(
    world: World, user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    job = done({"harbour.jpg": samples["harbour.jpg"]})
    gone = f"{job}-00000001"
    user.post("/bin/files", {"file_ids": [gone]})
    assert world.guest().call("DELETE", f"/files/{gone}").status == 404
    assert user.call("DELETE", f"/files/{gone}").status == 204
    assert user.post("/bin/files/restore", {"file_ids": [gone]}).status == 404
    assert services().jobs.usage(user.id).stored_bytes == 0


def test_at_most_five_hundred_files_in_a_call(user: Caller) -> None:
    assert user.post("/bin/files", {"file_ids": []}).status == 422
    assert user.post("/bin/files", {"file_ids": [f"{'0' * 26}-{n:08d}" for n in range(501)]}).status == 422


def test_a_list_of_jobs_counts_no_file_that_is_gone(user: Caller, done: Done, samples: dict[str, bytes]) -> None:
    job = done({"harbour.jpg": samples["harbour.jpg"], "zoo.jpg": samples["IMG-20240512-WA0001.jpg"]})
    first = f"{job}-00000001"

    def listed() -> int:
        return next(int(item["file_count"]) for item in user.get("/jobs")["items"] if item["id"] == job)

    assert listed() == 2
    user.post("/bin/files", {"file_ids": [first]})
    assert listed() == 1
    user.post("/bin/files/restore", {"file_ids": [first]})
    assert listed() == 2
    user.post("/bin/files", {"file_ids": [first]})
    assert user.call("DELETE", f"/files/{first}").status == 204
    assert listed() == 1
    assert user.call("DELETE", f"/files/{job}-00000002").status == 204
    assert listed() == 0
