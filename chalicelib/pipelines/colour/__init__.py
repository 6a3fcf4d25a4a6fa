"""True colours by a card in the picture. Importing this loads none of its heavy libraries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import FileRules, Inspection, OptionRefused, Step
from chalicelib.pipelines.colour.kinds import EXTENSIONS, VALUE_EXTENSIONS
from chalicelib.pipelines.colour.options import GRABCUT, Options
from chalicelib.pipelines.colour.steps import ONNX, RAWS, STEPS
from chalicelib.pipelines.listing import Column, Columns, Kind
from chalicelib.pipelines.workers import LayerWorker, Worker, Workers

MAX_BYTES = 100 * 1024 * 1024
MAX_PICTURES = 500
ROLES = ("reference", "reference_values", "flat_field")


class ColourPipeline:
    """Finds the colour card in each picture, measures how wrong its colours are, corrects the picture, and proves the
    result."""

    name = "colour"
    title = "True colours"
    description = (
        "Finds the colour card in each picture, measures how far its colours are off, corrects the picture, and hands "
        "it back with a report, a LUT and an ICC profile."
    )
    accepts = FileRules((*EXTENSIONS, *VALUE_EXTENSIONS), MAX_BYTES, ROLES, MAX_PICTURES + len(ROLES))
    Options: type[BaseModel] = Options
    per_file = False
    steps: tuple[Step, ...] = STEPS
    # The largest picture, 120 megapixels at 16 bits, takes 720 MB decoded, and its file and strips beside it.
    # The zip's members lie on the disk while it is made.
    workers = Workers(
        inspect=Worker(memory=2048, seconds=300, disk=1024, batch=10, layers=("raws",)),
        run=Worker(memory=4096, disk=10_240, layers=("colour",)),
        layers={
            RAWS: LayerWorker(
                Worker(memory=4096, disk=2048, layers=("raws",)),
                (f"{__name__}.raws", f"{__name__}.heic"),
                f"{__name__}.reading",
            ),
            ONNX: LayerWorker(
                Worker(memory=4096, disk=2048, layers=("onnx", "raws")),
                (f"{__name__}.network",),
                f"{__name__}.applying",
            ),
        },
    )
    listing = Columns((Column("width", "width"), Column("height", "height")))
    kind: Kind | None = "image"

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        if options.operation == "white_balance" and options.white_balance == "none":
            raise OptionRefused("white_balance", "A white balance needs a white: card, gray_world or white_patch.")
        if options.operation == "remove_background" and options.background_model != GRABCUT:
            there = models("background")
            if options.background_model not in there:
                known = ", ".join([GRABCUT, *there])
                raise OptionRefused("background_model", f"There is no such background model here; there are: {known}.")

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        from chalicelib.pipelines.colour.inspecting import inspect_file

        return inspect_file(file, options)


COLOUR = ColourPipeline()
