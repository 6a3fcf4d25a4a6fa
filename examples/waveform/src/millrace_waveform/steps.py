"""The three steps: measuring each sound, drawing it, and handing back numbers and pictures."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from PIL import Image, ImageDraw

from chalicelib.pipelines.base import InspectedFile, Member, PipelineFailed, RunContext
from millrace_waveform.reading import Peaks, peaks

DIGITS = 5
BACKGROUND = "#ffffff"


def measure(job: RunContext) -> None:
    files = list(_sounds(job))
    if not files:
        raise PipelineFailed("nothing_to_measure", "None of the files is a sound that can be read.")
    for done, file in enumerate(files):
        path = job.fetch(file)
        expected = float(file.metadata.get("duration_seconds") or 0)

        def progress(seconds: float, done: int = done, file: InspectedFile = file, expected: float = expected) -> None:
            share = min(1.0, seconds / expected) if expected else 0.0
            job.progress(100 * (done + share) / len(files), file.filename)

        found = peaks(path, job.options.peaks_per_second, progress)
        path.unlink(missing_ok=True)
        job.save(_name(file, "peaks.json"), json.dumps(_plain(file, found), ensure_ascii=False).encode())


def draw(job: RunContext) -> None:
    for file in _sounds(job):
        found = json.loads(job.load(_name(file, "peaks.json")).read_bytes())
        content = picture(found["peaks"], job.options.width, job.options.height, job.options.colour)
        job.save(_name(file, "picture.png"), content)
        job.artifact(f"picture-{file.number}", content, f"{_stem(file)}.png", "image/png")
        job.progress(50, file.filename)


def pack(job: RunContext) -> None:
    members: list[Member] = []
    seconds, warned, sounds = 0.0, 0, 0
    for file in _sounds(job):
        found = json.loads(job.load(_name(file, "peaks.json")).read_bytes())
        place = f"{file.number:04d} {_stem(file)}"
        members.append(Member(f"{place}.json", job.load(_name(file, "peaks.json"))))
        members.append(Member(f"{place}.png", job.load(_name(file, "picture.png"))))
        about = {name: found[name] for name in ("duration_seconds", "peak_level", "warnings")}
        job.result(f"{found['duration_seconds']:.1f} seconds", None, about, file=file)
        seconds, warned, sounds = seconds + found["duration_seconds"], warned + bool(found["warnings"]), sounds + 1
    job.archive("complete", f"{job.job_name}_waveforms.zip", members)
    summary = f"{sounds} sound{'s' if sounds != 1 else ''}, {seconds:.1f} seconds"
    job.result(summary, None, {"sounds": sounds, "seconds": round(seconds, 3), "with_warnings": warned})


def picture(pairs: list[list[float]], width: int, height: int, colour: str) -> bytes:
    """A PNG. Each column shows the lowest and the highest value of its share of the time; full scale fills the height,
    and values beyond it are cut."""
    image = Image.new("RGB", (width, height), BACKGROUND)
    pen = ImageDraw.Draw(image)
    middle = (height - 1) / 2
    for x in range(width):
        first = x * len(pairs) // width
        share = pairs[first : max(first + 1, (x + 1) * len(pairs) // width)]
        low = max(-1.0, min((pair[0] for pair in share), default=0.0))
        high = min(1.0, max((pair[1] for pair in share), default=0.0))
        pen.line([(x, round(middle - high * middle)), (x, round(middle - low * middle))], colour)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _plain(file: InspectedFile, found: Peaks) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "duration_seconds": round(found.duration, 3),
        "peak_level": round(found.level, DIGITS),
        "peaks_per_second": found.per_second,
        "peaks": [[round(a, DIGITS), round(b, DIGITS)] for a, b in zip(found.lowest, found.highest, strict=True)],
        "warnings": [{"code": code, "message": message} for code, message in found.warnings.items()],
    }


def _sounds(job: RunContext) -> Iterator[InspectedFile]:
    return (file for file in job.files() if file.state == "inspected")


def _name(file: InspectedFile, what: str) -> str:
    return f"{file.number}-{what}"


def _stem(file: InspectedFile) -> str:
    return PurePosixPath(file.filename).stem or "sound"
