"""Cuts the subject out of its background by GrabCut."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.colour.pictures import reduced_to_8

Alpha = NDArray[np.uint8]

_LONGEST = 900
_ROUNDS = 6
_BORDER = 0.02


def check_share(share: float) -> None:
    """Raises UnreadableFile where the subject is none, or all, of a picture."""
    if not 0.005 < share < 0.98:
        raise UnreadableFile("no_subject", "No subject stands out from the background: nothing was cut out.")


def by_grabcut(pixels: NDArray[Any]) -> Alpha:
    """(h, w), 255 on the subject. Areas that touch the border count as background. Raises UnreadableFile."""
    import cv2

    height, width = pixels.shape[:2]
    factor = min(1.0, _LONGEST / max(height, width))
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    step = max(1, int(1 / factor) // 2)
    small = cv2.resize(np.ascontiguousarray(reduced_to_8(pixels[::step, ::step])), size, interpolation=cv2.INTER_AREA)
    inset = max(2, round(_BORDER * min(size)))
    mask = np.full((size[1], size[0]), cv2.GC_PR_FGD, np.uint8)
    mask[:inset], mask[-inset:], mask[:, :inset], mask[:, -inset:] = (cv2.GC_BGD,) * 4
    # Areas in the border's colours are likely background too: a hint that GrabCut may or may not follow.
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    border = lab[mask == cv2.GC_BGD]
    distance = np.sqrt((((lab - np.median(border, 0)) / np.maximum(border.std(0), 4)) ** 2).sum(-1))
    mask[(distance < 3) & (mask != cv2.GC_BGD)] = cv2.GC_PR_BGD
    cv2.setRNGSeed(7)
    if (mask == cv2.GC_PR_FGD).any():
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(small[..., ::-1].copy(), mask, (0, 0, 0, 0), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    subject = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8) * 255
    subject = cv2.morphologyEx(subject, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    check_share(float((subject > 0).mean()))
    large = cv2.resize(cv2.GaussianBlur(subject, (0, 0), 0.8), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.uint8)
