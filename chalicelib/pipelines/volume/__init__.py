"""Labels, measures and meshes of a volume (an MRI of a knee, say). Importing this loads none of its heavy libraries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import FileRules, Inspection, OptionRefused, Step
from chalicelib.pipelines.listing import Columns, Kind
from chalicelib.pipelines.volume.formats import BARE, FORMATS
from chalicelib.pipelines.volume.options import BUILTIN, NOTICE, Options, is_builtin
from chalicelib.pipelines.volume.steps import STEPS
from chalicelib.pipelines.workers import LayerWorker, Worker, Workers

MAX_BYTES = 600 * 1024 * 1024
EXTENSIONS = tuple(FORMATS)


class VolumePipeline:
    """One volume a job: segmented or uploaded with its labels, measured for each label, and returned with meshes."""

    name = "volume"
    title = "Volume segmentation"
    description = (
        "Takes a three-dimensional image (NIfTI, NRRD, MetaImage, MGH, DICOM, or a zip of them), labels it or takes "
        f"the labels that you upload, and gives back labels, measures and meshes. {NOTICE}."
    )
    accepts = FileRules(extensions=EXTENSIONS, max_bytes=MAX_BYTES, roles=("labels", "reference"), bare=BARE)
    Options: type[BaseModel] = Options
    per_file = False
    steps: tuple[Step, ...] = STEPS
    # SciPy's distance transforms of a cropped volume take a few GB.
    workers = Workers(
        inspect=Worker(memory=3008, seconds=300, disk=4096, batch=10, layers=("volume",)),
        run=Worker(memory=8192, disk=8192, layers=("volume",)),
        layers={
            "onnx": LayerWorker(
                Worker(memory=8192, disk=8192, layers=("onnx",)),
                modules=(f"{__name__}.onnx_model",),
                begins_in=f"{__name__}.segmenting",
            )
        },
    )
    listing = Columns()
    kind: Kind | None = "volume"

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        name = options.segmentation_model
        if is_builtin(name) or _is_network(models(name)):
            return
        # Other pipelines keep models there too: only those that this one could run are named.
        known = [one for one in sorted(models("")) if _is_network(models(one))]
        raise OptionRefused(
            "segmentation_model",
            f"There is no segmentation model named {name}. Expected one of: {', '.join((*BUILTIN, *known))}.",
        )

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        from chalicelib.pipelines.volume.inspecting import inspect_file

        return inspect_file(file, options)


def _is_network(files: Sequence[str]) -> bool:
    return any(file.endswith(".onnx") for file in files)


VOLUME = VolumePipeline()
