"""Thickness maps as a PNG: each layer seen from outside, the bone behind it, in one scale of colours."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from chalicelib.pipelines.volume.colours import BARE, HIGHEST_MM, LOWEST_MM, of_thickness
from chalicelib.pipelines.volume.geometry import Array
from chalicelib.pipelines.volume.options import NOTICE

ARRAYS = ("points", "normals", "values", "areas", "bare_points", "bare_areas")
PANEL, EDGE, COLUMNS = 420, 28, 3
INK, PAPER, QUIET = "#F2F4F7", "#14171C", "#9AA4B2"
AXES = (("R", "L"), ("A", "P"), ("S", "I"))


def maps(layers: Sequence[tuple[str, Mapping[str, Array]]], title: str, threshold: float) -> bytes:
    """layers: (name, arrays by the names of ARRAYS). Always the same bytes."""
    columns = min(COLUMNS, len(layers))
    rows = math.ceil(len(layers) / columns)
    width = max(columns, 2) * (PANEL + EDGE) + EDGE
    height = 96 + rows * (PANEL + 64) + 110
    canvas = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(canvas)
    draw.text((EDGE, 22), title if len(title) < 60 else f"{title[:57]}...", INK, _font(26))
    draw.text((EDGE, 58), "Cartilage thickness along the bone's normals, seen from outside", QUIET, _font(16))
    for place, (name, layer) in enumerate(layers):
        left = EDGE + (place % columns) * (PANEL + EDGE)
        top = 96 + (place // columns) * (PANEL + 64)
        _panel(canvas, draw, left, top, name, layer, threshold)
    _scale(canvas, draw, EDGE, height - 96)
    draw.text((EDGE, height - 36), f"{NOTICE}.", "#FFB454", _font(18))
    content = io.BytesIO()
    canvas.save(content, "PNG", optimize=False, compress_level=6)
    return content.getvalue()


def _panel(
    canvas: Image.Image,
    draw: ImageDraw.ImageDraw,
    left: int,
    top: int,
    name: str,
    layer: Mapping[str, Array],
    threshold: float,
) -> None:
    draw.rectangle((left - 1, top - 1, left + PANEL, top + PANEL), fill="#000000", outline="#2B313A")
    across, up, toward = _view(layer["normals"], layer["areas"])
    points = np.concatenate([layer["points"], layer["bare_points"]]).astype(np.float64)
    red = np.array([int(BARE[n : n + 2], 16) for n in (1, 3, 5)], np.uint8)
    colours = np.concatenate([of_thickness(layer["values"]), np.tile(red, (len(layer["bare_points"]), 1))])
    flat = np.stack([points @ across, -(points @ up)], axis=-1)
    low, high = flat.min(axis=0), flat.max(axis=0)
    scale = (PANEL - 70) / max(float((high - low).max()), 1.0)
    at = np.rint((flat - (low + high) / 2) * scale + PANEL / 2).astype(int)
    order = np.argsort(points @ toward, kind="stable")
    picture = np.zeros((PANEL, PANEL, 3), np.uint8)
    # Each corner as a square wide enough to meet the next one.
    reach = max(1, math.ceil(scale * math.sqrt(float(np.median(layer["areas"]))) * 0.8))
    for dx in range(-reach, reach + 1):
        for dy in range(-reach, reach + 1):
            x, y = np.clip(at[order, 0] + dx, 0, PANEL - 1), np.clip(at[order, 1] + dy, 0, PANEL - 1)
            picture[y, x] = (
                colours[order]
                if abs(dx) + abs(dy) == 0
                else np.where(
                    picture[y, x].any(axis=-1, keepdims=True) & (abs(dx) + abs(dy) > reach),
                    picture[y, x],
                    colours[order],
                )
            )
    canvas.paste(Image.fromarray(picture), (left, top))
    for letter, (x, y, anchor) in zip(
        (_letter(-across), _letter(across), _letter(up), _letter(-up)),
        ((8, PANEL // 2, "lm"), (PANEL - 8, PANEL // 2, "rm"), (PANEL // 2, 6, "mt"), (PANEL // 2, PANEL - 6, "mb")),
        strict=True,
    ):
        draw.text((left + x, top + y), letter, INK, _font(18), anchor=anchor, stroke_width=2, stroke_fill="#000000")
    thin = float(layer["areas"][layer["values"] < threshold].sum()) + float(layer["bare_areas"].sum())
    whole = float(layer["areas"].sum()) + float(layer["bare_areas"].sum())
    mean = float(np.average(layer["values"], weights=layer["areas"]))
    draw.text((left, top + PANEL + 8), name if len(name) < 34 else f"{name[:31]}...", INK, _font(18))
    told = f"mean {mean:.2f} mm, under {threshold:g} mm: {100 * thin / whole:.1f} % of {whole:.0f} sq mm"
    draw.text((left, top + PANEL + 34), told, QUIET, _font(15))


def _view(normals: Array, areas: Array) -> tuple[Array, Array, Array]:
    """(to the right of the picture, upward, toward the eye), unit vectors in the world."""
    toward = np.average(normals, axis=0, weights=areas)
    length = float(np.linalg.norm(toward))
    # A closed shell has no outside of its own: it is seen from the front.
    toward = toward / length if length > 0.1 else np.array([0.0, 1.0, 0.0])
    upright = np.array([0.0, 0.0, 1.0]) if abs(toward[2]) < 0.8 else np.array([0.0, 1.0, 0.0])
    up = upright - np.dot(upright, toward) * toward
    up /= np.linalg.norm(up)
    return np.cross(up, toward), up, toward


def _letter(direction: Array) -> str:
    axis = int(np.abs(direction).argmax())
    return AXES[axis][0 if direction[axis] > 0 else 1]


def _scale(canvas: Image.Image, draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    width = 300
    ramp = of_thickness(np.linspace(LOWEST_MM, HIGHEST_MM, width))
    canvas.paste(Image.fromarray(np.repeat(ramp[None], 16, axis=0)), (left, top))
    for mm in range(int(LOWEST_MM), int(HIGHEST_MM) + 1):
        x = left + round((mm - LOWEST_MM) / (HIGHEST_MM - LOWEST_MM) * (width - 1))
        draw.line((x, top + 16, x, top + 22), INK, 1)
        text = f"{mm}+ mm" if mm == int(HIGHEST_MM) else str(mm)
        draw.text((x, top + 25), text, INK, _font(15), anchor="ma")
    draw.rectangle((left + width + 60, top, left + width + 76, top + 16), BARE)
    draw.text((left + width + 84, top + 8), "bare bone within cartilage", INK, _font(15), anchor="lm")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
