"""Similar pictures and films are recognised, and no others."""

import io
import random

import pytest
from PIL import Image, ImageDraw, ImageOps

from benchmarks import similar as bench
from chalicelib.pipelines.media import images, video
from chalicelib.pipelines.media.layout import FILM_LENGTH, LENGTH, cells, layout
from chalicelib.pipelines.media.similar import Film, Look, Position, similar_films, similar_groups
from chalicelib.pipelines.media.turning import TURNS
from infra.local.samples import scene
from infra.local.samples import video as film

SIZE = (480, 360)


def look(number: int, image: Image.Image, quality: int = 85) -> Look | None:
    """The look that is kept of the image; None for a blank one."""
    picture = images.read(io.BytesIO(bench.jpeg(image, quality)), "image/jpeg").picture
    found = cells(picture.layout) if picture else None
    return Look(number, found) if found else None


def groups(*pictures: Image.Image, distance: int = 6) -> list[list[int]]:
    looks = [look(number, image) for number, image in enumerate(pictures)]
    return similar_groups([one for one in looks if one], distance)


@pytest.mark.parametrize("change", bench.CHANGES)
def test_a_changed_picture_stays_with_its_original(change: str) -> None:
    original = scene(11, SIZE)
    assert groups(original, scene(12, SIZE), bench.CHANGES[change](original)) == [[0, 2]]


@pytest.mark.parametrize("kind", ["sea", "sky", "receipt", "forest", "night", "portrait", "landscape"])
def test_different_pictures_of_one_kind_form_no_group(kind: str) -> None:
    drawn = [bench.KINDS[kind](random.Random(300 + n)) for n in range(8)]
    assert groups(*drawn) == []


def test_walls_are_like_nothing() -> None:
    plain = [Image.new("RGB", SIZE, (150, 150, 140 + n)) for n in range(3)]
    rough = [bench.rough(image, random.Random(n), 25) for n, image in enumerate(plain)]
    assert groups(*rough) == []


def test_seascapes_of_other_colours_stay_apart_and_their_copies_together() -> None:
    first, second = bench.sea(random.Random(1)), bench.sea(random.Random(2))
    assert groups(first, second, ImageOps.mirror(second), first.resize((240, 180))) == [[0, 3], [1, 2]]


def test_a_group_is_led_by_its_first_and_best() -> None:
    original = scene(4, SIZE)
    looks = [look(9, original), look(4, original.resize((240, 180))), look(7, scene(5, SIZE))]
    assert similar_groups([one for one in looks if one], 6) == [[9, 4]]


def test_small_steps_do_not_chain_photos_together_that_are_far_apart() -> None:
    first = scene(6, SIZE)
    steps = [first]
    for n in range(1, 9):
        step = steps[-1].copy()
        ImageDraw.Draw(step).rectangle((0, 45 * (n - 1), SIZE[0], 45 * n), fill=(255, 0, 255))
        steps.append(step)
    for group in groups(*steps):
        assert max(group) - group[0] <= 1


def test_the_distance_decides_how_far_apart_they_may_be() -> None:
    original = scene(7, SIZE)
    stamped = bench.stamped(original)
    assert groups(original, original, distance=0) == [[0, 1]]
    assert groups(original, bench.cropped(stamped), distance=0) == []
    assert groups(original, stamped, distance=6) == [[0, 1]]


def test_recall_and_precision_are_what_was_promised() -> None:
    names, looks = bench.made(pictures=4, seed=90_000)
    *_, whole = bench.rows(names, similar_groups(looks, 6), 0.0)
    assert float(whole["recall"]) >= 0.95
    assert float(whole["precision"]) >= 0.98


def test_not_all_pairs_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.pipelines.media import similar

    compared = 0
    true = similar.alike

    def counted(one: Position, other: Position, tolerance: float) -> bool:
        nonlocal compared
        compared += 1
        return true(one, other, tolerance)

    monkeypatch.setattr(similar, "alike", counted)
    looks = [Look(n, cells(layout(scene(n, (96, 72)))) or b"") for n in range(300)]
    similar_groups(looks, 6)
    assert compared < 300 * 299 / 2 / 2


def test_the_eight_turns_are_those_of_a_square() -> None:
    grid = Image.frombytes("L", (8, 8), bytes(range(64)))
    there = {tuple(grid.transpose(t).tobytes()) for t in Image.Transpose} | {tuple(grid.tobytes())}
    assert set(TURNS) == there


def test_what_is_kept_of_a_photo_is_small_and_anything_else_is_none() -> None:
    text = layout(scene(1))
    assert len(text) < 220
    assert len(cells(text) or b"") == LENGTH
    for other in (None, 5, "", "no base64!", text[:-4]):
        assert cells(other) is None
    assert LENGTH != FILM_LENGTH


def frames(content: bytes, number: int, in_memory: bool = True) -> Film:
    found = video.read(io.BytesIO(content), "video/mp4", in_memory=in_memory)
    kept = cells(found.layout, FILM_LENGTH)
    assert kept is not None
    assert found.duration is not None
    return Film(number, found.duration, kept)


def test_films_that_show_the_same_are_look_alikes_by_their_frames() -> None:
    original = film("mp4", scene(1), seconds=6)
    again = film("mp4", scene(1), seconds=6, size=(160, 120), codec="mpeg4")
    other, longer = film("mp4", scene(2), seconds=6), film("mp4", scene(1), seconds=9)
    films = [frames(content, number) for number, content in enumerate((original, again, other, longer))]
    assert similar_films(films, 6) == [[0, 1]]
    # A large film of which only the first second was read has three of the four frames.
    assert similar_films([frames(original, 0, in_memory=False), *films[1:]], 6) == [[0, 1]]


def test_a_film_that_is_dark_all_over_is_like_none() -> None:
    dark = film("mp4", Image.new("RGB", (320, 240)), seconds=6)
    assert similar_films([frames(dark, 0), frames(dark, 1)], 6) == []
