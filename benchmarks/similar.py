"""Recall and precision of similar pictures: generated pictures of eight kinds, each changed in 12 ways.

A true pair is a picture and one of its changes; it is found where both are in one group. A pair of different pictures
in one group is false. Plain walls count only among the false pairs: they have no features, and are never grouped.
The changes are read in the same way as uploads.
"""

from __future__ import annotations

import argparse
import io
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from benchmarks.report import report
from chalicelib.pipelines.media import images
from chalicelib.pipelines.media.layout import cells
from chalicelib.pipelines.media.similar import Look, similar_groups
from infra.local.samples import scene

SIZE = (480, 360)
Colour = tuple[int, int, int]
Turn = Image.Transpose


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--pictures", type=int, default=24, help="of each kind")
    parser.add_argument("--seed", type=int, default=70_000)
    parser.add_argument("--distance", type=int, default=6, help="the option similar_distance")
    given = parser.parse_args(argv)
    names, looks = made(given.pictures, given.seed)
    began = time.process_time()
    groups = similar_groups(looks, given.distance)
    took = time.process_time() - began
    report("Look-alikes", rows(names, groups, took), given.json)
    return 0


def made(pictures: int, seed: int) -> tuple[list[tuple[str, int, str]], list[Look]]:
    """(kind, picture, change) of each, and the look that the pipeline keeps of it; the pictures themselves first."""
    names, looks = [], []
    for change, alter in CHANGES.items():
        for kind, draw in KINDS.items():
            for which in range(pictures):
                content = jpeg(alter(draw(random.Random(seed + which))), 88 if change == "itself" else 45)
                picture = images.read(io.BytesIO(content), "image/jpeg").picture
                found = cells(picture.layout) if picture else None
                names.append((kind, which, change))
                if found:
                    looks.append(Look(len(names) - 1, found))
    return names, looks


def rows(
    names: Sequence[tuple[str, int, str]], groups: Sequence[Sequence[int]], took: float
) -> list[dict[str, float | str]]:
    """A line for each kind, and one for all: the numbers of true pairs, of those found, and of false pairs."""
    place = {number: at for at, group in enumerate(groups) for number in group}
    itself = {name[:2]: number for number, name in enumerate(names) if name[2] == "itself"}
    pairs, found, grouped, false = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for number, (kind, which, change) in enumerate(names):
        if change != "itself" and kind != "wall":
            first = itself[kind, which]
            pairs[kind] += 1
            found[kind] += number in place and place[number] == place.get(first)
    for group in groups:
        for one, other in combinations(group, 2):
            grouped[names[one][0]] += 1
            false[names[one][0]] += names[one][:2] != names[other][:2]

    def row(kind: str, all_pairs: int, all_found: int, all_grouped: int, all_false: int) -> dict[str, float | str]:
        return {
            "kind": kind,
            "true pairs": all_pairs,
            "recall": round(all_found / all_pairs, 4) if all_pairs else "",
            "grouped pairs": all_grouped,
            "false": all_false,
            "precision": round(1 - all_false / all_grouped, 4) if all_grouped else "",
            "seconds": round(took, 1) if kind == "all" else "",
        }

    lines = [row(kind, pairs[kind], found[kind], grouped[kind], false[kind]) for kind in KINDS]
    return [*lines, row("all", pairs.total(), found.total(), grouped.total(), false.total())]


def jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 25, height // 25, width - width // 25, height - height // 25))


def stamped(image: Image.Image) -> Image.Image:
    image = image.copy()
    width, height = image.size
    ImageDraw.Draw(image).rectangle((width * 0.7, height * 0.9, width * 0.97, height * 0.96), fill=(250, 150, 30))
    return image


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "itself": lambda image: image,
    "recompressed": lambda image: image,
    "half": lambda image: image.resize((image.width // 2, image.height // 2)),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.25),
    "stamped": stamped,
    "cropped by 8 %": cropped,
    "turned right": lambda image: image.transpose(Turn.ROTATE_270),
    "turned left": lambda image: image.transpose(Turn.ROTATE_90),
    "upside down": lambda image: image.transpose(Turn.ROTATE_180),
    "mirrored": ImageOps.mirror,
    "flipped": ImageOps.flip,
    "mirrored and cropped": lambda image: ImageOps.mirror(cropped(image)),
}


def colour(rng: random.Random, low: int, high: int) -> Colour:
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)


def fading(top: Colour, bottom: Colour, size: tuple[int, int] = SIZE) -> Image.Image:
    slope = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), slope)


def rough(image: Image.Image, rng: random.Random, by: float) -> Image.Image:
    width, height = image.width // 4, image.height // 4
    grain = bytes(min(255, max(0, int(128 + rng.gauss(0, by)))) for _ in range(width * height))
    noise = Image.frombytes("L", (width, height), grain).resize(image.size)
    return Image.blend(image, noise.convert("RGB"), 0.15)


def landscape(rng: random.Random) -> Image.Image:
    return scene(rng.randrange(1 << 30), SIZE)


def sea(rng: random.Random) -> Image.Image:
    width, height = SIZE
    horizon = int(height * rng.uniform(0.35, 0.6))
    glow = (rng.randint(180, 250), rng.randint(150, 230), rng.randint(120, 240))
    water = (rng.randint(0, 90), rng.randint(50, 130), rng.randint(80, 180))
    image = fading(colour(rng, 90, 200), glow)
    deep = (water[0] // 2, water[1] // 2, water[2] // 2)
    image.paste(fading(water, deep, (width, height - horizon)), (0, horizon))
    return rough(image, rng, 20)


def sky(rng: random.Random) -> Image.Image:
    high = (rng.randint(20, 110), rng.randint(80, 160), rng.randint(150, 240))
    low = (rng.randint(120, 230), rng.randint(150, 230), rng.randint(200, 255))
    image, clouds = fading(high, low), Image.new("L", SIZE, 0)
    for _ in range(rng.randint(2, 7)):
        x, y, a, b = rng.randint(0, SIZE[0]), rng.randint(0, SIZE[1]), rng.randint(30, 120), rng.randint(10, 40)
        ImageDraw.Draw(clouds).ellipse((x - a, y - b, x + a, y + b), fill=rng.randint(80, 220))
    image.paste((245, 245, 250), mask=clouds.filter(ImageFilter.GaussianBlur(18)))
    return image


def receipt(rng: random.Random) -> Image.Image:
    paper = rng.randint(225, 252)
    image = Image.new("RGB", SIZE, (paper, paper, paper - rng.randint(0, 12)))
    draw, y, step = ImageDraw.Draw(image), rng.randint(10, 40), rng.randint(11, 19)
    while y < SIZE[1] - 10:
        x, ink = rng.randint(20, 60), rng.randint(20, 90)
        for _ in range(rng.randint(1, 5) if rng.random() < 0.85 else 0):
            length = rng.randint(10, 70)
            draw.rectangle((x, y, x + length, y + step // 3), fill=(ink, ink, ink))
            x += length + rng.randint(5, 12)
        if rng.random() < 0.6:
            draw.rectangle((SIZE[0] - 30 - rng.randint(20, 50), y, SIZE[0] - 30, y + step // 3), fill=(ink, ink, ink))
        y += step
    return image


def wall(rng: random.Random) -> Image.Image:
    plain = Image.new("RGB", SIZE, colour(rng, 90, 230))
    return rough(fading(colour(rng, 90, 220), colour(rng, 90, 220)) if rng.random() < 0.3 else plain, rng, 25)


def night(rng: random.Random) -> Image.Image:
    image = Image.new("RGB", SIZE, (rng.randint(0, 15), rng.randint(0, 15), rng.randint(5, 30)))
    for _ in range(rng.randint(30, 90)):
        x, y, r = rng.randint(0, SIZE[0]), rng.randint(SIZE[1] // 3, SIZE[1]), rng.randint(1, 7)
        lamp = (rng.randint(180, 255), rng.randint(120, 255), rng.randint(40, 255))
        ImageDraw.Draw(image).ellipse((x - r, y - r, x + r, y + r), fill=lamp)
    return image


def forest(rng: random.Random) -> Image.Image:
    image = fading(
        (rng.randint(30, 120), rng.randint(80, 150), rng.randint(20, 90)),
        (rng.randint(10, 60), rng.randint(30, 80), rng.randint(5, 40)),
    )
    for _ in range(rng.randint(20, 50)):
        x, thick, bark = rng.randint(0, SIZE[0]), rng.randint(3, 22), rng.randint(10, 90)
        ImageDraw.Draw(image).rectangle((x, 0, x + thick, SIZE[1]), fill=(bark + 15, bark, bark // 2))
    return rough(image, rng, 40)


def portrait(rng: random.Random) -> Image.Image:
    image = fading(colour(rng, 40, 220), colour(rng, 40, 220))
    draw, x, y, a = ImageDraw.Draw(image), rng.randint(150, 330), rng.randint(120, 200), rng.randint(50, 110)
    skin = (rng.randint(140, 240), rng.randint(100, 190), rng.randint(80, 160))
    draw.ellipse((x - a * 1.6, y + a, x + a * 1.6, y + a * 4), fill=colour(rng, 0, 255))
    draw.ellipse((x - a * 0.8, y - a, x + a * 0.8, y + a), fill=skin)
    draw.ellipse((x - a * 0.8, y - a * 1.1, x + a * 0.8, y - a * 0.3), fill=colour(rng, 0, 120))
    return image


KINDS: dict[str, Callable[[random.Random], Image.Image]] = {
    "landscape": landscape,
    "sea": sea,
    "sky": sky,
    "receipt": receipt,
    "wall": wall,
    "night": night,
    "forest": forest,
    "portrait": portrait,
}
