"""ICC profiles: of the spaces that pictures are written in, and of a picture's own colours as the card showed them."""

from __future__ import annotations

import struct
from functools import cache

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.encoding import Encoding
from chalicelib.pipelines.colour.fitting import LINEAR, features
from chalicelib.pipelines.colour.spaces import D50, D65, SPACES, bradford, lab_of

Floats = NDArray[np.float64]

_GRID = 33
_TABLE = 1024
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_PROPHOTO_CURVE = (1.8, 1.0, 0.0, 1 / 16, 16 / 512)


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(values: Floats) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _text(text: str) -> bytes:
    content = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(content), 28) + content


def _parametric(*values: float) -> bytes:
    """Type 0 (a power) of one value, type 3 (a power with a line below) of five."""
    return b"para\0\0\0\0" + struct.pack(">HH", {1: 0, 5: 3}[len(values)], 0) + _fixed(*values)


def _curve(encoding: Encoding) -> bytes:
    if encoding.kind == "srgb":
        return _parametric(*_SRGB_CURVE)
    if encoding.kind == "exponent":
        return _parametric(encoding.exponent)
    table = np.rint(np.clip(encoding.decoded(np.linspace(0, 1, 4096)), 0, 1) * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", len(table)) + table.tobytes()


def _profile(kind: bytes, space: bytes, title: str, tags: dict[bytes, bytes]) -> bytes:
    tags = {
        b"desc": _text(title),
        b"cprt": _text("No copyright, use freely"),
        b"wtpt": _xyz(D50),
        b"chad": b"sf32\0\0\0\0" + _fixed(*bradford(D65, D50).ravel()),
        **tags,
    }
    at = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    placed: dict[bytes, tuple[int, int]] = {}
    for name, content in tags.items():
        if content not in placed:  # tags may share their content, as the three curves do
            placed[content] = (at + len(body), len(content))
            body += content + b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", *placed[content])
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4sQI12s4s16s28s",
        128 + len(table) + len(body),
        b"\0\0\0\0",
        0x04300000,
        kind,
        b"RGB ",
        space,
        *(2026, 1, 1, 0, 0, 0),
        b"acsp",
        b"\0\0\0\0",
        0,
        b"\0\0\0\0",
        b"\0\0\0\0",
        0,
        1,
        _fixed(*D50),
        b"\0\0\0\0",
        b"\0" * 16,
        b"\0" * 28,
    )
    return header + table + body


@cache
def of_space(name: str) -> bytes:
    """The profile of a space that pictures are written in."""
    space = SPACES[name]
    curve = {
        "srgb": _parametric(*_SRGB_CURVE),
        "display_p3": _parametric(*_SRGB_CURVE),
        "adobe_rgb": _parametric(563 / 256),
        "prophoto": _parametric(*_PROPHOTO_CURVE),
    }[name]
    columns = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, space.to_xyz.T), strict=True))
    return _profile(b"mntr", b"XYZ ", space.title, columns | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def of_picture(correction: Correction, title: str) -> bytes:
    """The profile of pictures that were taken like this one: it states the meaning of their numbers, and changes none
    of them.

    A 3×3 is written as matrix and curves. A root-polynomial is written as a table over the roots of light, in CIELAB.
    """
    if correction.model == LINEAR:
        columns = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, correction.matrix.T), strict=True))
        curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(correction.encoding))
        return _profile(b"scnr", b"XYZ ", title, columns | curves)
    axis = np.linspace(0, 1, _GRID) ** 3
    light = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    lab = lab_of(features(light, correction.model) @ correction.matrix.T)
    # The table's own encoding of CIELAB, which is the older one: 100 is 0xFF00, and zero of a* and b* is 0x8000.
    numbers = np.clip(
        np.rint(np.stack([lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256], -1)), 0, 65535
    )
    decoded = correction.encoding.decoded(np.linspace(0, 1, _TABLE))
    entering = np.rint(np.clip(np.cbrt(decoded), 0, 1) * 65535).astype(">u2")
    table = (
        b"mft2\0\0\0\0"
        + struct.pack(">BBBB", 3, 3, _GRID, 0)
        + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
        + struct.pack(">HH", _TABLE, 2)
        + entering.tobytes() * 3
        + numbers.astype(">u2").tobytes()
        + np.array([0, 65535] * 3, ">u2").tobytes()
    )
    return _profile(b"scnr", b"Lab ", title, {b"A2B0": table})
