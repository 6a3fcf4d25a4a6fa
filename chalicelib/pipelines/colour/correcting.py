"""Correcting a picture in place, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.encoding import Encoding
from chalicelib.pipelines.colour.fitting import LINEAR, features
from chalicelib.pipelines.colour.spaces import SPACES, SRGB, RgbSpace

Floats = NDArray[np.float64]

_AT_ONCE = 500_000  # pixels
_BRIGHTER = 1.15  # of white: more than noise and gloss of paper
_BLOWN = 252 / 255  # of the range: where a highlight begins to be white
_MAP = 48  # cells of the longer side of a flat field


@dataclass(frozen=True)
class Correction:
    """The way from a picture's numbers to true colours. matrix: (3, k), a model's terms of linear light to XYZ (D50).
    target: the space that is written."""

    encoding: Encoding
    model: str
    matrix: Floats
    target: str = SRGB.name

    @property
    def space(self) -> RgbSpace:
        return SPACES[self.target]

    def light(self, linear: NDArray[Any]) -> NDArray[Any]:
        """Linear light of the target, (..., 3), out of the camera's; colours outside the target are not cut off."""
        to_target = (self.space.from_xyz @ self.matrix).astype(linear.dtype)
        return np.asarray(features(linear, self.model) @ to_target.T)

    def encoded(self, values: Floats) -> Floats:
        """The target's numbers, 0..1, for a picture's, 0..1."""
        return self.space.encoded(np.clip(self.light(self.encoding.decoded(values)), 0, 1))

    def balanced(self, gains: Floats) -> Correction:
        """The correction with the target's channels multiplied by gains (3,)."""
        space = self.space
        return replace(self, matrix=space.to_xyz @ np.diag(gains) @ space.from_xyz @ self.matrix)

    def for_channels(self, gains: Floats) -> Correction:
        """The correction for a picture whose channels, in linear light, are to be multiplied by gains (3,) first."""
        r, g, b = gains
        terms = gains if self.model == LINEAR else np.array([r, g, b, *np.sqrt([r * g, g * b, b * r])])
        return replace(self, matrix=self.matrix * terms)

    def stored(self) -> dict[str, Any]:
        return {
            "encoding": vars(self.encoding),
            "model": self.model,
            "matrix": self.matrix.tolist(),
            "target": self.target,
        }

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Correction:
        encoding = Encoding(**stored["encoding"])
        return cls(encoding, stored["model"], np.array(stored["matrix"]), stored["target"])


def unchanged(target: str = SRGB.name) -> Correction:
    """The correction that takes a picture for sRGB as it is."""
    return Correction(Encoding(), LINEAR, SRGB.to_xyz, target)


def flat_map(upright: NDArray[Any]) -> Floats:
    """A small map, encoded 0..1, of a picture of an even surface: the effect of its light and its lens, without dust
    and texture."""
    import cv2

    height, width = upright.shape[:2]
    longest = max(height, width)
    size = (max(2, round(_MAP * width / longest)), max(2, round(_MAP * height / longest)))
    step = max(1, longest // 2000)
    small = cv2.resize(np.ascontiguousarray(upright[::step, ::step]), size, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small.astype(np.float64), (0, 0), 1.0) / np.iinfo(upright.dtype).max


def flat_at(flat: Floats, shape: tuple[int, ...], places: Floats) -> Floats:
    """The flat field's values at pixels (n, 2) of a picture of that shape, and its mean as the last row: (n + 1, 3)."""
    scale = np.array([flat.shape[1] / shape[1], flat.shape[0] / shape[0]])
    x, y = np.clip((places + 0.5) * scale - 0.5, 0, np.array([flat.shape[1] - 1.0, flat.shape[0] - 1.0])).T
    left, top = np.minimum(x.astype(int), flat.shape[1] - 2), np.minimum(y.astype(int), flat.shape[0] - 2)
    u, v = (x - left)[:, None], (y - top)[:, None]
    rows = [flat[top + j, left] * (1 - u) + flat[top + j, left + 1] * u for j in (0, 1)]
    return np.concatenate([rows[0] * (1 - v) + rows[1] * v, flat.mean((0, 1))[None]])


def _gains(flat: Floats, encoding: Encoding, shape: tuple[int, ...]) -> Callable[[int, int], Floats]:
    """Rows of the factors that make the light even."""
    import cv2

    light = encoding.decoded(flat)
    gain = encoding.decoded(flat.mean((0, 1))) / np.maximum(light, 1e-4)
    scale = flat.shape[0] / shape[0]

    def rows(first: int, last: int) -> Floats:
        y = np.clip((np.arange(first, last) + 0.5) * scale - 0.5, 0, flat.shape[0] - 1)
        top = np.minimum(y.astype(int), flat.shape[0] - 2)
        v = (y - top)[:, None, None]
        mixed = gain[top] * (1 - v) + gain[top + 1] * v
        return np.asarray(cv2.resize(mixed, (shape[1], last - first), interpolation=cv2.INTER_LINEAR))

    return rows


@dataclass(frozen=True)
class Applied:
    """Shares of a picture's pixels. outside: the target can't hold them, and they were clipped to its edge. clipped: a
    channel was at the end of its range, so their colour isn't known. brighter: they are lighter than the card's light
    makes white, and not clipped."""

    outside: float
    clipped: float
    brighter: float


def apply(correction: Correction, upright: NDArray[Any], flat: Floats | None = None) -> Applied:
    """Corrects a picture (h, w, 3), uint8 or uint16, in place.

    A pixel at the end of the range in all channels was white or brighter: it becomes white, since the correction of an
    unknown colour would tint it. Beside the picture it takes a few dozen megabytes, whatever its size.
    """
    full = int(np.iinfo(upright.dtype).max)
    # Single precision is as good for eight bits; sixteen come back to the last bit only in double.
    real = np.float32 if full == 255 else np.float64
    decoded = correction.encoding.decoded(np.arange(full + 1) / full).astype(real)
    encoded = np.rint(correction.space.encoded(np.arange(65536) / 65535) * full).astype(upright.dtype)
    gains = _gains(flat, correction.encoding, upright.shape) if flat is not None else None
    rows = max(1, _AT_ONCE // upright.shape[1])
    outside = clipped = brighter = 0
    luminance = correction.space.to_xyz[1].astype(real)
    for first in range(0, len(upright), rows):
        strip = upright[first : first + rows]
        linear = decoded[strip]
        if gains is not None:
            linear *= gains(first, first + len(strip)).astype(real)
        light = correction.light(linear)
        ends = (strip == full).any(-1)
        clipped += int(ends.sum())
        brighter += int(((light @ luminance > _BRIGHTER) & ~ends).sum())
        blown = np.clip((strip.min(-1) / full - _BLOWN) / (1 - _BLOWN), 0, 1).astype(real)[..., None]
        light += blown * (light.max(-1, keepdims=True).clip(0, 1) - light)
        outside += int(((light < -0.002) | (light > 1.002)).any(-1).sum())
        np.clip(light, 0, 1, out=light)
        if full == 255:
            strip[:] = encoded[(light * 65535 + 0.5).astype(np.uint16)]
        else:
            strip[:] = np.rint(correction.space.encoded(light) * full)
    count = upright.shape[0] * upright.shape[1]
    return Applied(outside / count, clipped / count, brighter / count)
