"""Files announced by known hashes: found with few calls, and only while their objects exist."""

import hashlib
from collections import Counter
from typing import Any

import pytest

from chalicelib.jobs.intake.accepting import Announced
from chalicelib.jobs.intake.uploads import Upload
from chalicelib.jobs.model import Job
from tests.fakes import World
from tests.fakes import objects as memory
from tests.fakes.world import OWNER


def contents(count: int) -> list[bytes]:
    return [f"content {number:03d}".encode() for number in range(count)]


def announced(given: list[bytes]) -> list[Announced]:
    return [
        Announced(f"{number}.txt", len(content), sha256=hashlib.sha256(content).hexdigest())
        for number, content in enumerate(given)
    ]


def send(world: World, given: list[bytes]) -> Job:
    job, uploads = world.intake.open_job(OWNER, "photos", {}, announced(given))
    for upload, content in zip(uploads, given, strict=True):
        world.upload(job, upload.file.number, content)
    world.drain("inspect-photos")
    return job


def sent_again(world: World, given: list[bytes]) -> list[Upload]:
    _, uploads = world.intake.open_job(OWNER, "photos", {}, announced(given), more=True)
    return uploads


class Counted:
    """Counts the calls of a store by name, each as the number of requests that the store makes for it."""

    def __init__(self, thing: Any, calls: Counter[str]) -> None:
        self._thing, self._calls = thing, calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._thing, name)

        def counting(*args: Any, **kwargs: Any) -> Any:
            hundreds = -(-len(args[1]) // 100) * 2 if name == "stored_copies" else 1
            self._calls[name] += hundreds
            return method(*args, **kwargs)

        return counting


def test_five_hundred_known_hashes_are_looked_up_in_few_calls() -> None:
    calls: Counter[str] = Counter()
    world = World(wrap=lambda name, thing: Counted(thing, calls) if name != "queues" else thing)
    given = contents(500)
    send(world, given)
    calls.clear()
    uploads = sent_again(world, given)
    assert all(upload.duplicate_of for upload in uploads)
    # Hashes and files by the hundred, and one page of objects.
    assert (calls["stored_copies"], calls["list_page"], calls["stat"]) == (10, 1, 0)


def test_one_whose_object_is_gone_or_replaced_is_uploaded(world: World) -> None:
    given = contents(120)
    job = send(world, given)
    files = world.files(job)
    world.objects.delete([files[3].key, files[119].key])
    world.lost = lambda seen: True
    world.objects.put(files[7].key, b"another....", "text/plain")
    again = [upload.file.number for upload in sent_again(world, given) if not upload.duplicate_of]
    assert again == [4, 8, 120]


@pytest.mark.parametrize("page", [1, 7, 1000])
def test_copies_that_lie_far_apart_are_asked_for_one_by_one(page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PAGE", page)
    world = World()
    given = contents(60)
    jobs = [send(world, given[:30]), send(world, given[30:])]
    world.objects.delete([world.files(jobs[1])[0].key])
    again = [upload.file.number for upload in sent_again(world, [*given, b"new"]) if not upload.duplicate_of]
    assert again == [31, 61]


def test_a_stranger_learns_nothing_of_known_hashes(world: World) -> None:
    given = contents(3)
    send(world, given)
    _, uploads = world.intake.open_job("user-2", "photos", {}, announced(given))
    assert not any(upload.duplicate_of for upload in uploads)
