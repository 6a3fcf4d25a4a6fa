"""The accuracy of the colour pipeline, beside its peers on the same pictures, and its time and memory.

    python -m benchmarks.colour [--size 1500 1050] [--json FILE]

Rendered cards in six poses with known colours; two cameras by their spectra under two lights; time and memory of the
correction. Peers: colour-science (Finlayson 2015), OpenCV's cv2.ccm, and ArgyllCMS's colprof where it is installed
(Debian: argyll). All get the same patches as our own fit.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.colour_peers import Rows, spectral
from benchmarks.report import report

REQUIRED = {
    "clean": (0.35, 0.005),
    "noise 3, JPEG 85": (0.6, 0.02),
    "+ vignette 0.3": (0.65, 0.02),
    "+ gradient 0.4": (0.7, 0.02),
    "gamma 1.0": (0.8, None),
    "gamma 1.8": (0.8, None),
    "gamma 2.6": (0.8, None),
    "S-curve": (1.0, None),
    "four patches wrong": (0.7, None),
}


def rendered(size: tuple[int, int]) -> Rows:
    """Mean CIEDE2000 after the fit, the matrix's error and colours off the card, over six poses."""
    from chalicelib.pipelines.colour import detecting, fitting, matching, measuring
    from chalicelib.pipelines.colour.difference import delta_e_2000
    from chalicelib.pipelines.colour.spaces import SRGB, lab_of_srgb, srgb_encoded
    from tests.pipelines.colour.colour_world import CAST, OFF_CARD, POSES, jpeg, scene, to_8

    scale = np.array(size) / (600, 450)
    scenes = [scene(("aruco24", tuple(map(tuple, np.array(pose) * scale))), size=size) for pose in POSES]

    def vignette(x: Any, y: Any) -> Any:
        return 1 - 0.3 * (x**2 + y**2) / 2

    def s_curve(light: Any) -> Any:
        encoded = srgb_encoded(light)
        return encoded - 0.06 * np.sin(2 * np.pi * encoded)

    kinds: dict[str, dict[str, Any]] = {
        "clean": {},
        "noise 3, JPEG 85": {"noise": 3},
        "+ vignette 0.3": {"noise": 3, "shade": vignette},
        "+ gradient 0.4": {"noise": 3, "shade": lambda x, y: 1 - 0.4 * (x + 1) / 2},
        **{
            f"gamma {g}": {"noise": 3, "shade": vignette, "encode": lambda light, g=g: light ** (1 / g)}
            for g in (1.0, 1.8, 2.6)
        },
        "S-curve": {"noise": 3, "encode": s_curve},
        "four patches wrong": {"noise": 3},
    }
    rows = []
    for name, how in kinds.items():
        after, errors, unseen = [], [], []
        for one in scenes:
            pixels = to_8(one.shot(**how))
            pixels = jpeg(pixels) if how else pixels
            found = detecting.found_in(pixels).cards[0]
            sample = measuring.measured(measuring.laid_flat(pixels, found.matrix, found.card), found.card)
            if name == "four patches wrong":
                sample.values[[1, 8, 13, 20]] = (0.25, 0.4, 0.15)
            match = matching.matched(sample, found.card)
            used = match.weights > 0
            lab = fitting.predicted(match.matrix, match.linear, match.model)
            after.append(delta_e_2000(lab, found.card.known_lab)[used].mean())
            through = SRGB.from_xyz @ match.matrix[:, :3] @ CAST
            errors.append(np.abs(through / np.trace(through) * 3 - np.eye(3)).mean())
            spots = [
                np.median(pixels[y0 + 9 : y1 - 9, x0 + 9 : x1 - 9].reshape(-1, 3), 0) for x0, y0, x1, y1 in one.boxes
            ]
            lab = fitting.predicted(match.matrix, match.encoding.decoded(np.array(spots) / 255), match.model)
            unseen.append(delta_e_2000(lab, lab_of_srgb(OFF_CARD / 255)).mean())
        most, most_matrix = REQUIRED[name]
        rows.append(
            {
                "rendered aruco24": name,
                "mean dE00": round(float(np.mean(after)), 3),
                "required": most,
                "matrix": round(float(np.mean(errors)), 4),
                "matrix required": most_matrix,
                "off the card": None if "shade" in how else round(float(np.mean(unseen)), 3),
            }
        )
    return rows


def _corrected(megapixels: int, bits: int, model: str, answer: Any) -> None:
    """Runs in a separate process: the memory of a correction beside the picture, which is loaded beforehand."""
    from chalicelib.pipelines.colour import correcting, fitting
    from chalicelib.pipelines.colour.encoding import Encoding
    from chalicelib.pipelines.colour.spaces import SRGB

    rows = round(np.sqrt(megapixels * 1e6 * 3 / 4))
    kind = np.uint8 if bits == 8 else np.uint16
    # Filled row by row: the peak is measured, and drawing all rows at once would take more than the correction.
    pixels = np.empty((rows, round(rows * 4 / 3), 3), kind)
    rng = np.random.default_rng(1)
    for row in pixels:
        row[:] = rng.integers(0, np.iinfo(kind).max, row.shape, kind, endpoint=True)
    matrix = SRGB.to_xyz if model == fitting.LINEAR else np.concatenate([SRGB.to_xyz * 0.9, 0.03 * np.ones((3, 3))], 1)
    before = _most_memory()
    began = time.process_time()
    correcting.apply(correcting.Correction(Encoding(), model, matrix), pixels)
    seconds = time.process_time() - began
    answer.put((seconds, _most_memory() - before))


def _most_memory() -> float:
    """The peak memory of this process in megabytes. Not from getrusage: there a child starts with its parent's peak."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def resources() -> Rows:
    """CPU seconds, and megabytes above those of the decoded picture."""
    rows = []
    for megapixels, bits, model in (
        (12, 8, "linear3x3"),
        (12, 8, "root_polynomial"),
        (50, 8, "linear3x3"),
        (50, 16, "linear3x3"),
    ):
        context = multiprocessing.get_context("spawn")
        answer = context.Queue()
        process = context.Process(target=_corrected, args=(megapixels, bits, model, answer))
        process.start()
        seconds, megabytes = answer.get(timeout=600)
        process.join()
        rows.append(
            {
                "correcting": f"{megapixels} MP, {bits} bits, {model}",
                "CPU s": round(seconds, 1),
                "MB beside the picture": round(megabytes),
                "required": {8: 300, 16: 600}[bits] if megapixels == 50 else None,
            }
        )
    return rows


def finding() -> Rows:
    """CPU seconds to find the card, or to find that there is none, in 12 megapixels."""
    from chalicelib.pipelines.colour import detecting
    from tests.pipelines.colour.colour_world import POSES, scene, to_8

    corners = tuple(map(tuple, np.array(POSES[0]) * 6.7))
    rows = []
    for name, placed in (("aruco24", [("aruco24", corners)]), ("mcc24", [("mcc24", corners)]), ("none", [])):
        pixels = to_8(scene(*placed, size=(4000, 3000)).shot())
        began = time.process_time()
        found = detecting.found_in(pixels)
        rows.append(
            {
                "finding in 12 MP": name,
                "CPU s": round(time.process_time() - began, 2),
                "found": ", ".join(one.card.name for one in found.cards) or (found.reason or ("nothing",))[0],
            }
        )
    return rows


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs=2, default=(1500, 1125))
    parser.add_argument("--left-out", action="store_true", help="leave patches out of the peers' fits too: slow")
    parser.add_argument("--least", action="store_true", help="search the least that a root-polynomial can leave")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args(argv)
    found = {
        "rendered": rendered(tuple(arguments.size)),
        "spectral": spectral(left_out=arguments.left_out, least=arguments.least),
        "finding": finding(),
        "resources": resources(),
    }
    for name, rows in found.items():
        report(
            name,
            [{key: "" if value is None else value for key, value in row.items()} for row in rows],
            Path(os.devnull),
        )
    if shutil.which("colprof") is None:
        print("\nArgyllCMS's colprof is not installed: not compared.")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
