"""The six steps of a colour job; the work is in `reading`, `finding`, `stages`, `applying` and `reporting`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from chalicelib.pipelines.base import RunContext, Step, own_layer
from chalicelib.pipelines.colour.options import GRABCUT

PACKAGE = "chalicelib.pipelines.colour"
RAWS, ONNX = "raws", "onnx"


def decoding_layer(options: Any) -> str | None:
    """rawpy and libheif don't fit beside OpenCV: files that need them are decoded in a function of their own."""
    return RAWS


def network_layer(options: Any) -> str | None:
    """A background model runs on onnxruntime, which has a function of its own."""
    cuts_out = options.operation == "remove_background" and options.background_model != GRABCUT
    return ONNX if cuts_out else None


def _late(module: str, function: str) -> Callable[..., Any]:
    def called(*arguments: Any) -> Any:
        # Imported here: the API's process reads this list of steps and must not pay for the libraries that they need.
        return getattr(importlib.import_module(f"{PACKAGE}.{module}"), function)(*arguments)

    return called


def _nothing(job: RunContext) -> None:
    """For a step whose slices do all the work."""


# Weights: shares of the time that the six take for 12 megapixels, see benchmarks/colour.py.
STEPS = (
    Step(
        "Reading pictures",
        _late("reading", "plan"),
        4,
        decoding_layer,
        _late("reading", "late_pictures"),
        _late("reading", "develop"),
    ),
    Step(
        "Finding cards",
        _late("finding", "prepare"),
        30,
        own_layer,
        _late("saved", "all_pictures"),
        _late("finding", "find"),
    ),
    Step("Measuring", _nothing, 2, own_layer, _late("saved", "all_pictures"), _late("stages", "measure")),
    Step(
        "Fitting",
        _late("stages", "fit_reference"),
        8,
        own_layer,
        _late("saved", "all_pictures"),
        _late("stages", "fit"),
    ),
    Step("Applying", _nothing, 46, network_layer, _late("saved", "all_pictures"), _late("applying", "apply")),
    Step("Reporting", _late("reporting", "report"), 10),
)
