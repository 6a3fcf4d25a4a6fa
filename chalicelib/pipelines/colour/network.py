"""Cuts the subject out of its background by an operator's ONNX model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.colour.background import Alpha, check_share
from chalicelib.pipelines.colour.pictures import reduced_to_8


def by_network(pixels: NDArray[Any], folder: Path) -> Alpha:
    """(h, w), as by_grabcut gives it, from the only .onnx in a folder. Its input is (1, 3, h, w), 0..1 normalised by
    ImageNet's mean and deviation, its first output a mask of any range. Raises UnreadableFile where it doesn't fit."""
    found = sorted(folder.glob("*.onnx"))
    if len(found) != 1:
        raise UnreadableFile("model_unusable", "The folder of the background model must hold one .onnx file.")
    try:
        session = onnxruntime.InferenceSession(str(found[0]), providers=["CPUExecutionProvider"])
        entry = session.get_inputs()[0]
        side_h, side_w = (int(side) if isinstance(side, int) else 320 for side in entry.shape[2:4])
        image = Image.fromarray(np.ascontiguousarray(reduced_to_8(pixels)))
        small = np.asarray(image.resize((side_w, side_h), Image.Resampling.BILINEAR), np.float32) / 255
        normal = (small - np.array([0.485, 0.456, 0.406], np.float32)) / np.array([0.229, 0.224, 0.225], np.float32)
        mask = np.asarray(session.run(None, {entry.name: normal.transpose(2, 0, 1)[None]})[0], np.float64)
    except Exception as error:  # over a stranger's model the runtime may raise anything
        raise UnreadableFile("model_unusable", f"The background model can't be run: {type(error).__name__}.") from None
    mask = mask.reshape(-1, *mask.shape[-2:])[0]
    if not np.isfinite(mask).all() or np.ptp(mask) == 0:
        raise UnreadableFile("no_subject", "The background model finds no subject.")
    mask = (mask - mask.min()) / np.ptp(mask)
    check_share(float((mask > 0.5).mean()))
    alpha = Image.fromarray((mask * 255).astype(np.uint8)).resize(image.size, Image.Resampling.BILINEAR)
    return np.asarray(alpha)
