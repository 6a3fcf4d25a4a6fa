"""Videos of media jobs, as a second source of scenes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.catalogue.model import SceneFile
from chalicelib.catalogue.query import Query
from chalicelib.catalogue.videos import Video
from chalicelib.catalogue.works.sync import SyncWork
from tests.catalogue.test_works import ANN, Library, Stopped, library

__all__ = ["library"]


def video(library: Library, job: str, number: int, **more: Any) -> Video:
    file = SceneFile(f"trip/{job} {number}.mp4", duration=60.0, width=1920, height=1080, size=10)
    found = Video(f"{job}-{number:08d}", job, file, None, None, None, library.world.now)
    return replace(found, **more)


@pytest.fixture
def sent(library: Library) -> Library:
    library.sent = {job: [video(library, job, i) for i in range(1, 3)] for job in ("a", "b", "c")}
    return library


def taken_in(library: Library) -> tuple[int, ...]:
    done = library.run(SyncWork, videos=True).go()
    return tuple(done[name] for name in ("created", "updated", "skipped", "absent", "failed"))


def test_each_video_becomes_one_scene_however_often_it_is_looked_at(sent: Library) -> None:
    assert taken_in(sent) == (6, 0, 0, 0, 0)
    assert taken_in(sent) == (0, 0, 6, 0, 0)
    scene = sent.catalogue.scene(ANN, "video-a-00000001")
    assert scene is not None
    assert (scene.source, scene.title, scene.shown_title) == ("videos", None, "a 1.mp4")
    assert scene.primary_file == sent.sent["a"][0].file
    assert sent.catalogue.search(ANN, Query(search="trip")).total == 6


def test_the_ids_of_both_sources_are_apart(sent: Library) -> None:
    sent.synced()
    taken_in(sent)
    assert sent.catalogue.search(ANN, Query()).total == 4 + 6
    sent.synced(incremental=False)  # marks nothing of the other source
    assert sent.catalogue.search(ANN, Query(absent=True)).total == 0


def test_what_is_deleted_is_marked_and_kept_and_comes_back(sent: Library) -> None:
    taken_in(sent)
    sent.deleted = {"b-00000002"}
    assert taken_in(sent) == (0, 0, 5, 1, 0)
    assert [s.id for s in sent.catalogue.search(ANN, Query(absent=True)).scenes] == ["video-b-00000002"]
    sent.deleted = set()
    assert taken_in(sent) == (0, 1, 5, 0, 0)


def test_what_its_owner_wrote_stays(sent: Library) -> None:
    taken_in(sent)
    sent.catalogue.change(ANN, "video-a-00000001", lambda scene: replace(scene, title="Gate", organized=True))
    sent.sent["a"][0] = replace(sent.sent["a"][0], file=SceneFile("trip/other.mp4"))
    assert taken_in(sent) == (0, 1, 5, 0, 0)
    scene = sent.catalogue.scene(ANN, "video-a-00000001")
    assert scene is not None
    assert (scene.title, scene.organized, scene.paths) == ("Gate", True, ("trip/other.mp4",))


def test_a_look_that_breaks_off_goes_on_with_the_next_job(sent: Library) -> None:
    run = sent.run(SyncWork, videos=True)
    run.stop_after = 1
    with pytest.raises(Stopped):
        run.go()
    run.stop_after = None
    sent.sent["c"] = []  # already done, and not read again
    done = run.go()
    assert (done["created"], done["skipped"]) == (6, 0)
