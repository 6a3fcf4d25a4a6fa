"""The overview as a PNG, and the volume made small for a browser."""

from __future__ import annotations

import gzip
import io
import json
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from chalicelib.pipelines.volume.geometry import Array, spacing_of
from chalicelib.pipelines.volume.measuring import Measure
from chalicelib.pipelines.volume.options import NOTICE

# Okabe and Ito's colours, distinguishable with any kind of colour vision; black is left out.
COLOURS = (
    *("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00", "#0072B2"),
    *("#9AD0F5", "#F2C063", "#66C7A9", "#E2A9CB", "#F7EF98", "#E6966B", "#6BA6D1"),
)
INK, PAPER, QUIET = "#F2F4F7", "#14171C", "#9AA4B2"
PANEL = 440
EDGE = 28
TINT = 0.42
BROWSER_SIDE = 256


@dataclass(frozen=True)
class Plane:
    """title; axis: the direction of view; letters at the left, right, top and bottom of the picture."""

    title: str
    axis: int
    letters: tuple[str, str, str, str]


# Working orientation runs to right, anterior, superior. Pictures are drawn as radiologists look at them: the patient's
# right at the left, the front at the left of a sagittal plane and at the top of an axial one.
PLANES = (
    Plane("Sagittal", 0, ("A", "P", "S", "I")),
    Plane("Coronal", 1, ("R", "L", "S", "I")),
    Plane("Axial", 2, ("R", "L", "A", "P")),
)


def colour_of(position: int) -> str:
    return COLOURS[position % len(COLOURS)]


def overview(
    image: Array | None, labels: Array, affine: Array, measures: list[Measure], title: str, method: str
) -> bytes:
    """A PNG of the three planes with the most labelled voxels, with labels drawn over; always the same bytes."""
    spacing = spacing_of(affine)
    palette = _palette(measures)
    window = _window(image)
    at = [int(_most_labelled(labels, axis)) for axis in range(3)]
    extents = np.array(labels.shape) * spacing
    scale = PANEL / float(max(extents))
    panels = []
    for plane in PLANES:
        picture = _panel(plane, at[plane.axis], image, labels, spacing, scale, palette, window)
        panels.append((plane, picture))
    rows = math.ceil(len(measures) / 3)
    width = 3 * PANEL + 4 * EDGE
    height = 96 + PANEL + 96 + 30 * rows + 64
    canvas = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(canvas)
    draw.text((EDGE, 22), _shortened(title, 90), INK, _font(26))
    draw.text((EDGE, 58), method, QUIET, _font(16))
    for column, (plane, picture) in enumerate(panels):
        left = EDGE + column * (PANEL + EDGE)
        _place(canvas, draw, picture, plane, left, 96, at[plane.axis], labels.shape[plane.axis])
    _scale_bar(draw, EDGE, 96 + PANEL + 58, scale, float(max(extents)))
    _legend(draw, measures, 96 + PANEL + 92)
    draw.text((EDGE, height - 40), f"{NOTICE}.", "#FFB454", _font(20))
    content = io.BytesIO()
    canvas.save(content, "PNG", optimize=False, compress_level=6)
    return content.getvalue()


def browser_volume(image: Array | None, labels: Array, affine: Array, measures: list[Measure]) -> bytes:
    """Image and labels, at most 256 voxels a side, for a viewer that needs only the browser's own gunzip.

    gzip of: length of the header (uint32, little-endian), header (JSON, padded with spaces to a multiple of 4), image
    (uint8), labels (uint8; position in the header's `labels` plus one). Both arrays run x fastest, then y, then z; x to
    the right, y to the front, z upward. Header: version, size [x, y, z], spacing_mm [x, y, z], affine (4×4, voxel → mm,
    RAS+), window [lowest, highest value shown], labels [{value, region, colour}], notice.
    """
    steps = [math.ceil(side / BROWSER_SIDE) for side in labels.shape]
    index = np.zeros(int(labels.max(initial=0)) + 1, np.uint8)
    for position, measure in enumerate(measures[:255]):
        index[measure.label] = position + 1
    small_labels = index[labels[tuple(slice(None, None, step) for step in steps)]]
    low, high = _window(image)
    grey = np.zeros(small_labels.shape, np.uint8)
    if image is not None:
        for place, start in enumerate(range(0, image.shape[0], steps[0])):
            grey[place] = _grey(image[start, :: steps[1], :: steps[2]], low, high)
    header = json.dumps(
        {
            "version": 1,
            "size": list(small_labels.shape),
            "spacing_mm": [float(mm) * step for mm, step in zip(spacing_of(affine), steps, strict=True)],
            "affine": (affine @ np.diag([*map(float, steps), 1.0])).tolist(),
            "window": [low, high],
            "labels": [
                {"value": m.label, "region": m.region, "colour": colour_of(n)} for n, m in enumerate(measures[:255])
            ],
            "notice": NOTICE,
        }
    ).encode()
    header += b" " * (-len(header) % 4)
    body = len(header).to_bytes(4, "little") + header + grey.tobytes("F") + small_labels.tobytes("F")
    return gzip.compress(body, 6, mtime=0)


def _palette(measures: list[Measure]) -> Array:
    highest = max((m.label for m in measures), default=0)
    palette = np.zeros((highest + 1, 3), np.float32)
    for position, measure in enumerate(measures):
        palette[measure.label] = [int(colour_of(position)[n : n + 2], 16) for n in (1, 3, 5)]
    return palette


def _most_labelled(labels: Array, axis: int) -> int:
    """The plane with the most labelled voxels; the middle one of several."""
    others = tuple(a for a in range(3) if a != axis)
    counts = np.count_nonzero(labels, axis=others)
    best = np.flatnonzero(counts == counts.max())
    return int(best[len(best) // 2])


def _window(image: Array | None) -> tuple[float, float]:
    if image is None:
        return 0.0, 1.0
    steps = tuple(slice(None, None, max(1, side // 128)) for side in image.shape)
    low, high = np.percentile(image[steps], (0.5, 99.5))
    return float(low), float(high if high > low else low + 1)


def _grey(values: Array, low: float, high: float) -> Array:
    return np.asarray(np.clip((values.astype(np.float32) - low) * (255 / (high - low)), 0, 255).astype(np.uint8))


def _panel(
    plane: Plane,
    at: int,
    image: Array | None,
    labels: Array,
    spacing: Array,
    scale: float,
    palette: Array,
    window: tuple[float, float],
) -> Image.Image:
    across, up = [axis for axis in range(3) if axis != plane.axis]
    size = (
        max(1, round(labels.shape[across] * spacing[across] * scale)),
        max(1, round(labels.shape[up] * spacing[up] * scale)),
    )
    flat = np.take(labels, at, plane.axis)
    marked = Image.fromarray(_turned(flat).astype(np.int32)).resize(size, Image.Resampling.NEAREST)
    if image is None:
        grey = np.full((size[1], size[0]), 40, np.float32)
    else:
        shown = Image.fromarray(_turned(_grey(np.take(image, at, plane.axis), *window)))
        grey = np.asarray(shown.resize(size, Image.Resampling.BICUBIC), np.float32)
    values = np.asarray(marked)
    picture = np.repeat(grey[..., None], 3, axis=2)
    inside = values > 0
    picture[inside] = (1 - TINT) * picture[inside] + TINT * palette[values[inside]]
    edge = np.zeros_like(inside)
    for axis in (0, 1):
        changed = np.diff(values, axis=axis) != 0
        for side in (slice(None, -1), slice(1, None)):
            where = (side, slice(None)) if axis == 0 else (slice(None), side)
            edge[where] |= changed
    edge &= inside
    picture[edge] = palette[values[edge]]
    return Image.fromarray(picture.round().astype(np.uint8))


def _turned(flat: Array) -> Array:
    """Rows from the top, columns from the left: both world axes run the other way in the picture."""
    return np.ascontiguousarray(flat.T[::-1, ::-1])


def _place(
    canvas: Image.Image,
    draw: ImageDraw.ImageDraw,
    picture: Image.Image,
    plane: Plane,
    left: int,
    top: int,
    at: int,
    count: int,
) -> None:
    draw.rectangle((left - 1, top - 1, left + PANEL, top + PANEL), fill="#000000", outline="#2B313A")
    canvas.paste(picture, (left + (PANEL - picture.width) // 2, top + (PANEL - picture.height) // 2))
    small = _font(18)
    middle = (left + PANEL // 2, top + PANEL // 2)
    sides = ((left + 8, middle[1], "lm"), (left + PANEL - 8, middle[1], "rm"))
    places = (*sides, (middle[0], top + 6, "mt"), (middle[0], top + PANEL - 6, "mb"))
    for letter, (x, y, anchor) in zip(plane.letters, places, strict=True):
        draw.text((x, y), letter, INK, small, anchor=anchor, stroke_width=2, stroke_fill="#000000")
    draw.text((left, top + PANEL + 10), plane.title, INK, _font(18))
    draw.text((left + PANEL, top + PANEL + 12), f"slice {at + 1} of {count}", QUIET, _font(15), anchor="ra")


def _scale_bar(draw: ImageDraw.ImageDraw, left: int, top: int, scale: float, extent: float) -> None:
    length = max((mm for mm in (1, 2, 5, 10, 20, 50, 100, 200) if mm <= extent / 4), default=1)
    right = left + round(length * scale)
    draw.line((left, top, right, top), INK, 3)
    for x in (left, right):
        draw.line((x, top - 6, x, top + 6), INK, 3)
    draw.text((right + 12, top), f"{length} mm", INK, _font(16), anchor="lm")
    draw.text((right + 90, top), "all planes to the same scale", QUIET, _font(15), anchor="lm")


def _legend(draw: ImageDraw.ImageDraw, measures: list[Measure], top: int) -> None:
    for position, measure in enumerate(measures):
        left, y = EDGE + (position % 3) * (PANEL + EDGE), top + (position // 3) * 30
        draw.rectangle((left, y + 2, left + 16, y + 18), colour_of(position))
        volume = f"{measure.volume_mm3 / 1000:.2f} ml"  # cubic centimetres: the font has no raised three
        thickness = "" if measure.mean_thickness_mm is None else f", {measure.mean_thickness_mm:.2f} mm thick"
        draw.text(
            (left + 26, y + 10), f"{_shortened(measure.region, 26)}  {volume}{thickness}", INK, _font(16), anchor="lm"
        )


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
