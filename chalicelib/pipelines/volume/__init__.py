"""Labels, measures and meshes of a volume (an MRI of a knee, say). Importing this loads none of its heavy libraries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import Columns, FileRules, Inspection, Kind, LayerWorker, Step, Worker, Workers
from chalicelib.pipelines.volume.options import NOTICE, Options
from chalicelib.pipelines.volume.steps import STEPS

MAX_BYTES = 600 * 1024 * 1024
EXTENSIONS = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".raw", ".mha", ".dcm", ".zip")


class VolumePipeline:
    """One volume a job: segmented or taken as segmented, measured for each label, and handed back with meshes."""

    name = "volume"
    title = "Volume segmentation"
    description = (
        "Takes a three-dimensional image (NIfTI, NRRD, MetaImage, DICOM, or a zip of them), labels it or takes the "
        f"labels that you upload, and gives back labels, measures and meshes. {NOTICE}."
    )
    accepts = FileRules(extensions=EXTENSIONS, max_bytes=MAX_BYTES, roles=("labels", "reference"))
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
        """Every installation can serve every option."""

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        from chalicelib.pipelines.volume.inspecting import inspect_file

        return inspect_file(file, options)


VOLUME = VolumePipeline()
