"""A file's original bytes: shown in a browser, or saved under the file's name."""

import io
import zipfile
from urllib.parse import urlsplit

from tests.app.api_world import Answer, Caller, World, key_of, query
from tests.app.library.conftest import Done

JSON = "application/json"
Samples = dict[str, bytes]


def original(caller: Caller, file_id: str, *, inline: bool = True) -> Answer:
    return caller.get(f"/files/{file_id}/original?inline={str(inline).lower()}", accept=JSON)


def fetched(world: World, url: str) -> bytes:
    bucket = urlsplit(url).netloc.partition(".")[0]
    content: bytes = world.s3.get_object(Bucket=bucket, Key=key_of(url))["Body"].read()
    return content


def test_a_photo_is_shown_from_an_address_of_its_own_type(
    world: World, user: Caller, done: Done, samples: Samples
) -> None:
    answer = original(user, f"{done({'Italy/harbour.jpg': samples['harbour.jpg']})}-00000001")
    assert (answer.status, answer["size_bytes"]) == (200, len(samples["harbour.jpg"]))
    assert fetched(world, answer["url"]) == samples["harbour.jpg"]
    asked = query(answer["url"])
    assert asked["response-content-type"] == "image/jpeg"
    assert asked["response-cache-control"].startswith("private")
    assert "response-content-disposition" not in asked


def test_unless_it_is_to_be_shown_it_is_saved_under_its_name(user: Caller, done: Done, samples: Samples) -> None:
    file_id = f"{done({'Italy/harbour.jpg': samples['harbour.jpg']})}-00000001"
    redirect = user.get(f"/files/{file_id}/original")
    assert redirect.status == 302
    asked = query(redirect.headers["location"])
    assert asked["response-content-type"] == "application/octet-stream"
    assert asked["response-content-disposition"].startswith('attachment; filename="harbour.jpg"')


def test_what_could_not_be_read_is_saved_and_never_shown_as_the_type_that_its_sender_gave_it(
    world: World, user: Caller
) -> None:
    page = b"<script>alert(1)</script>"
    files = [{"filename": "page.jpg", "size": len(page), "content_type": "image/svg+xml"}]
    job = user.post("/upload", {"pipeline": "media", "files": files})
    world.send(job["uploads"][0], page)
    world.deliver()
    file_id = job["uploads"][0]["file_id"]
    assert user.get(f"/files/{file_id}")["status"] == "rejected"
    asked = query(original(user, file_id)["url"])
    assert asked["response-content-type"] == "application/octet-stream"
    assert asked["response-content-disposition"].startswith("attachment")


def test_a_file_that_has_not_arrived_has_no_bytes(user: Caller) -> None:
    target = user.announce({"a.jpg": 20}, more=True)["uploads"][0]
    answer = original(user, target["file_id"])
    assert (answer.status, answer["code"]) == (409, "file_not_ready")


def test_bytes_that_are_gone_are_told_to_be_gone(world: World, user: Caller, done: Done, samples: Samples) -> None:
    file_id = f"{done({'harbour.jpg': samples['harbour.jpg']})}-00000001"
    url = original(user, file_id)["url"]
    world.s3.delete_object(Bucket=urlsplit(url).netloc.partition(".")[0], Key=key_of(url))
    answer = original(user, file_id)
    assert (answer.status, answer["code"]) == (404, "file_not_found")


def test_bytes_that_were_replaced_after_they_were_looked_into_are_not_handed_out(
    world: World, user: Caller, samples: Samples
) -> None:
    """An upload's address is valid for an hour: bytes that arrive after the inspection do not belong to the job."""
    photo = samples["harbour.jpg"]
    other = changed(photo)
    target = user.announce({"harbour.jpg": photo})["uploads"][0]
    world.send(target, photo)
    world.deliver()
    job_id = target["file_id"].rpartition("-")[0]
    assert original(user, target["file_id"]).status == 200
    zipped = archive(world, user, job_id)
    world.send(target, other)
    world.deliver()
    answer = original(user, target["file_id"])
    assert (answer.status, answer["code"]) == (409, "file_replaced")
    assert archive(world, user, job_id) == zipped
    assert photo in zipped.values()


def test_a_zip_is_not_made_of_replaced_bytes(world: World, user: Caller, samples: Samples) -> None:
    photo = samples["harbour.jpg"]
    target = user.announce({"harbour.jpg": photo})["uploads"][0]
    job_id = target["file_id"].rpartition("-")[0]
    world.send(target, photo)
    world.deliver("inspect-media")
    world.send(target, changed(photo))
    world.deliver()
    # The run was requested before the second upload: it fails and says so, and a retry takes the new bytes.
    assert (user.get(f"/jobs/{job_id}")["status"], user.get(f"/jobs/{job_id}")["error_code"]) == (
        "failed",
        "file_changed",
    )
    assert user.post(f"/jobs/{job_id}/retry").status in (200, 202)
    world.deliver()
    assert changed(photo) in archive(world, user, job_id).values()


def changed(photo: bytes) -> bytes:
    """A photo of the same size, in which one byte of the pixels differs."""
    at = len(photo) - 200
    return photo[:at] + bytes([photo[at] ^ 1]) + photo[at + 1 :]


def archive(world: World, user: Caller, job_id: str) -> dict[str, bytes]:
    """The members of the job's zip, by name."""
    url = user.get(f"/download/{job_id}", accept=JSON)["url"]
    with zipfile.ZipFile(io.BytesIO(fetched(world, url))) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_nobody_else_gets_the_bytes(world: World, user: Caller, done: Done, samples: Samples) -> None:
    file_id = f"{done({'harbour.jpg': samples['harbour.jpg']})}-00000001"
    assert (original(world.guest(), file_id).status, original(world.nobody, file_id).status) == (404, 401)
