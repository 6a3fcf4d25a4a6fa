"""Thumbnails: many from one address by ranges, single ones from their own address, and none of other users."""

from io import BytesIO

import pytest
import requests
from PIL import Image

from chalicelib.wiring import services
from tests.app.api_world import Caller, World, key_of
from tests.app.library.conftest import Done

Samples = dict[str, bytes]


def test_thumbnails_of_a_job_come_from_one_address(user: Caller, done: Done, samples: Samples) -> None:
    job_id = done({"a.jpg": samples["harbour.jpg"], "b.jpg": samples["IMG_20240210_174500.jpg"]})
    places = [file["thumbnail"] for file in user.get(f"/jobs/{job_id}/files")["items"]]
    assert len({place["url"] for place in places}) == 1
    whole = requests.get(places[0]["url"], timeout=5).content
    for place in places:
        part = requests.get(place["url"], headers={"Range": f"bytes={place['start']}-{place['end'] - 1}"}, timeout=5)
        assert part.status_code == 206
        assert part.content == whole[place["start"] : place["end"]]
        assert max(Image.open(BytesIO(part.content)).size) == 320
    assert len(whole) == sum(place["end"] - place["start"] for place in places)


def test_one_thumbnail_is_a_picture_by_itself(user: Caller, done: Done, samples: Samples) -> None:
    job_id = done({"a.jpg": samples["harbour.jpg"], "b.jpg": samples["IMG_20240210_174500.jpg"]})
    for file in user.get(f"/jobs/{job_id}/files")["items"]:
        address = file["thumbnail_url"].removeprefix("/api")
        redirect = user.get(address)
        assert redirect.status == 302
        picture = requests.get(redirect.headers["location"], timeout=5)
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert max(Image.open(BytesIO(picture.content)).size) == 320
        told = user.get(address, accept="application/json")
        assert (key_of(told["url"]), told["size_bytes"]) == (key_of(redirect.headers["location"]), len(picture.content))


def test_a_file_without_a_thumbnail_says_so(user: Caller, done: Done, samples: Samples) -> None:
    job_id = done({"a.jpg": samples["harbour.jpg"], "b.jpg": b"text"})
    rejected = user.get(f"/files/{job_id}-00000002")
    assert (rejected["thumbnail"], rejected["thumbnail_url"]) == (None, None)
    answer = user.get(f"/files/{job_id}-00000002/thumbnail")
    assert (answer.status, answer["code"]) == (404, "file_not_found")


def test_nobody_else_gets_a_thumbnail(world: World, user: Caller, done: Done, samples: Samples) -> None:
    address = f"/files/{done({'a.jpg': samples['harbour.jpg']})}-00000001/thumbnail"
    assert (world.guest().get(address).status, world.nobody.get(address).status) == (404, 401)


@pytest.mark.parametrize("dies", [False, True])
def test_a_deleted_file_is_in_no_pack_and_its_neighbour_still_is(
    world: World, user: Caller, done: Done, samples: Samples, monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    """Also when the deleting worker dies right after the file is gone: a message continues the work."""
    monkeypatch.setattr("chalicelib.jobs.library.deletion.INSURANCE_SECONDS", 0)
    job_id = done({"a.jpg": samples["harbour.jpg"], "b.jpg": samples["IMG_20240210_174500.jpg"]})
    gone, kept = user.get(f"/jobs/{job_id}/files")["items"]
    picture = requests.get(user.get(f"/files/{gone['id']}/thumbnail").headers["location"], timeout=5).content

    with monkeypatch.context() as killed:
        if dies:
            killed.delattr(services().deletion.__class__, "_release")
        assert user.call("DELETE", f"/files/{gone['id']}").status == (500 if dies else 204)
    world.deliver("cleanup")

    here = [key for key in world.objects("thumbs/") if key.startswith(f"thumbs/{job_id}/")]
    left = [world.s3.get_object(Bucket="millrace", Key=key)["Body"].read() for key in here]
    assert len(left) == 1
    assert picture[100:] not in left[0]
    start, end = kept["thumbnail"]["start"], kept["thumbnail"]["end"]
    assert Image.open(BytesIO(left[0][start:end])).format == "JPEG"
