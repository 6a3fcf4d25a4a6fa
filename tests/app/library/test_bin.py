"""The bin: a job in it is nowhere else, comes back as it was, and is gone after 30 days."""

from chalicelib.jobs.library.deletion import BIN_KEEPS
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
