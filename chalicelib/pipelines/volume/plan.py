"""The plan of a job, made once in its first step."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from chalicelib.pipelines.cautions import Caution

Part = tuple[int, str | None]
"""(number of a file of the job, name of a member where that file is a zip)."""


@dataclass(frozen=True)
class Source:
    """One volume: its format, and the parts that hold it.

    format: "nifti", "nrrd", "mha", "mgh", "dicom", "seg" (a DICOM segmentation) or "masks" (a file for each structure).
    parts: one; for a header with its voxels beside it, both; for DICOM every slice's file; for masks every one.
    frames: for DICOM, the frames of each part. names: of label values, or of the masks in their order.
    """

    format: str
    parts: tuple[Part, ...]
    frames: tuple[tuple[int, ...], ...] = ()
    names: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Plan:
    """stem: the beginning of the outputs' names. details: the result's facts about the choice. reference_note: why
    there is no reference though one was sent. echoes: (echo time in ms, its volume) of a multi-echo series, the image
    among them. channels: of the image, beyond its first. steady_state: the first echo's values for qDESS."""

    stem: str
    image: Source | None
    labels: Source | None
    reference: Source | None
    warnings: tuple[Caution, ...]
    reference_note: str | None = None
    echoes: tuple[tuple[float, Source], ...] = ()
    channels: tuple[Source, ...] = ()
    steady_state: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Plan:
        values = json.loads(content)
        for role in ("image", "labels", "reference"):
            if given := values[role]:
                values[role] = _source(given)
        values["channels"] = tuple(_source(given) for given in values["channels"])
        values["echoes"] = tuple((time, _source(given)) for time, given in values["echoes"])
        return cls(**{**values, "warnings": tuple(Caution(*row) for row in values["warnings"])})


def _source(given: dict[str, Any]) -> Source:
    return Source(
        given["format"],
        tuple((number, name) for number, name in given["parts"]),
        tuple(tuple(one) for one in given["frames"]),
        tuple((value, name) for value, name in given["names"]),
    )
