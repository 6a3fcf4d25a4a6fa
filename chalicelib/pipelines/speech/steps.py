"""The five steps of a speech job: their names, their order, their shares of the time. The work is in `stages`,
`aligning` and `results`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from chalicelib.pipelines.base import RunContext, Step

PACKAGE = "chalicelib.pipelines.speech"


def _later(module: str, function: str) -> Callable[..., Any]:
    """Imported when it is called: the API's process reads this list of steps and must not pay for the libraries that
    they need."""

    def call(*given: Any) -> Any:
        return getattr(importlib.import_module(f"{PACKAGE}.{module}"), function)(*given)

    return call


def _slices(job: RunContext) -> int:
    return int(_later("aligning", "slices")(job))


# Weights: shares of the time that each takes, see benchmarks/speech.py.
STEPS = (
    Step("Decoding audio", _later("stages", "decode"), 10),
    Step("Reading transcripts", _later("stages", "read_transcripts"), 4),
    Step("Looking up words", _later("stages", "look_up"), 4),
    Step("Aligning", _later("aligning", "plan"), 74, slices=_slices, work=_later("aligning", "align_slice")),
    Step("Writing results", _later("results", "write"), 8),
)
