"""The fit of T2 as a PNG: each region's mean signal at each echo, and the decay by its median T2."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from chalicelib.pipelines.volume.options import NOTICE
from chalicelib.pipelines.volume.pictures import INK, PAPER, QUIET, colour_of

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 1000, 640, 90, 100, 130


def decays(
    rows: Sequence[dict[str, Any]], signals: Mapping[int, Sequence[float]], times: Sequence[float], title: str
) -> bytes:
    """rows: as t2.of_regions gives them; signals: mean at each echo by label. Always the same bytes."""
    shown = [(place, row) for place, row in enumerate(rows) if row["status"] == "computed"][:8]
    canvas = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(canvas)
    draw.text((28, 20), title if len(title) < 60 else f"{title[:57]}...", INK, ImageFont.load_default(26))
    draw.text(
        (28, 58), "Mean signal at each echo, and the decay of the region's median T2", QUIET, ImageFont.load_default(16)
    )
    latest = max(times) * 1.05
    highest = max((max(signals[row["label"]]) for _, row in shown), default=1.0) * 1.15
    wide, high = WIDTH - LEFT - 340, HEIGHT - TOP - BOTTOM

    def at(te: float, signal: float) -> tuple[float, float]:
        return LEFT + wide * te / latest, TOP + high * (1 - min(max(signal / highest, 0), 1))

    draw.line((*at(0, highest), *at(0, 0), *at(latest, 0)), QUIET, 2)
    for te in sorted(set(times)):
        x, y = at(te, 0)
        draw.line((x, y, x, y + 6), QUIET, 1)
        draw.text((x, y + 10), f"{te:g}", QUIET, ImageFont.load_default(14), anchor="ma")
    draw.text((LEFT + wide / 2, TOP + high + 34), "echo time, ms", QUIET, ImageFont.load_default(15), anchor="ma")
    for line, (place, row) in enumerate(shown):
        colour, measured = colour_of(place), signals[row["label"]]
        decay = [math.exp(-te / row["median_t2_ms"]) for te in times]
        scale = sum(m * d for m, d in zip(measured, decay, strict=True)) / sum(d * d for d in decay)
        curve = [at(latest * n / 60, scale * math.exp(-latest * n / 60 / row["median_t2_ms"])) for n in range(61)]
        draw.line(curve, colour, 2)
        for te, signal in zip(times, measured, strict=True):
            x, y = at(te, signal)
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), colour)
        y = TOP + 44 * line
        draw.rectangle((WIDTH - 310, y + 2, WIDTH - 296, y + 16), colour)
        draw.text((WIDTH - 286, y), row["region"][:30], INK, ImageFont.load_default(16))
        told = f"T2 {row['median_t2_ms']:.1f} ms (median), R² {row['mean_r2']:.3f}"
        draw.text((WIDTH - 286, y + 20), told.replace("R²", "R2"), QUIET, ImageFont.load_default(14))
    draw.text((28, HEIGHT - 40), f"{NOTICE}.", "#FFB454", ImageFont.load_default(18))
    content = io.BytesIO()
    canvas.save(content, "PNG", optimize=False, compress_level=6)
    return content.getvalue()
