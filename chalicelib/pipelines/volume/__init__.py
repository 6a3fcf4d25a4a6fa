"""Labels, measures and meshes of a volume (an MRI of a knee, say). Importing this loads none of its heavy libraries."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import FileRules, Inspection, Step
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

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        from chalicelib.pipelines.volume.inspecting import inspect_file

        return inspect_file(file, options)


VOLUME = VolumePipeline()
