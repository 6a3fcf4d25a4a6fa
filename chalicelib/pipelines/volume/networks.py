"""A network, as its folder describes it: our own `config.json`, or nnU-Net's `plans.json` and `dataset.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.pipelines.base import PipelineFailed
from chalicelib.pipelines.volume.formats import region_name
from chalicelib.pipelines.volume.options import RegionName

Positive = Annotated[float, Field(gt=0, le=50)]
Side = Annotated[int, Field(ge=1, le=1024)]
Axis = Annotated[int, Field(ge=0, le=2)]
MOST_FOLDS = 10


class FixedScale(BaseModel):
    """Values become (value - mean) / std, once they are cut to lowest and highest where those are given."""

    model_config = ConfigDict(extra="forbid")
    mean: float
    std: float = Field(gt=0)
    lowest: float | None = None
    highest: float | None = None


Normalisation = Literal["none", "zscore", "minmax"] | FixedScale


class Config(BaseModel):
    """`config.json` beside `model.onnx`.

    The network takes float32 (1, channels, x, y, z), x to the right, y to the front, z upward, and gives scores
    (1, classes, x, y, z); class 0 is background.
    """

    model_config = ConfigDict(extra="forbid")
    spacing: tuple[Positive, Positive, Positive] | None = Field(
        default=None, description="mm along x, y, z that the network was trained at; without it the image's own."
    )
    patch_size: tuple[Side, Side, Side]
    overlap: float = Field(default=0.5, ge=0, le=0.9)
    normalisation: Normalisation | list[Normalisation] = "zscore"
    channels: int = Field(default=1, ge=1, le=8)
    mirror: list[Axis] = Field(default_factory=list, description="Axes that are mirrored too; scores are averaged.")
    labels: dict[Annotated[int, Field(ge=1, le=255)], RegionName] = Field(min_length=1, max_length=255)


class NnUnetChoice(BaseModel):
    """`config.json` beside `plans.json`, which may be left out."""

    model_config = ConfigDict(extra="forbid")
    configuration: str = "3d_fullres"
    mirror: list[Axis] = Field(default_factory=list)
    overlap: float = Field(default=0.5, ge=0, le=0.9)


@dataclass(frozen=True)
class Network:
    """A network, from either description. Sides and spacing are along its own axes.

    axes: "ras" for the working orientation, "stored" for the file's own. turned: whether the axes run the other way
    round than an array here (z, y, x), and then in the order of `transpose`. cropped: whether the empty margins of the
    image are cut off first. files: a fold each; their scores are averaged. about: for the provenance.
    """

    spacing: tuple[float, float, float] | None
    patch_size: tuple[int, int, int]
    overlap: float
    normalisations: tuple[Normalisation, ...]
    mirror: tuple[int, ...]
    labels: dict[int, str]
    files: tuple[Path, ...]
    about: dict[str, Any]
    axes: Literal["ras", "stored"] = "ras"
    transpose: tuple[int, int, int] = (0, 1, 2)
    cropped: bool = False

    @property
    def classes(self) -> int:
        return max(self.labels) + 1


def network_of(folder: Path, name: str) -> Network:
    """Raises PipelineFailed(invalid_model)."""
    files = tuple(sorted(folder.glob("*.onnx")))
    if not files or len(files) > MOST_FOLDS:
        raise PipelineFailed(
            "invalid_model", f"The model {name} has {len(files)} .onnx files, expected 1 to {MOST_FOLDS}."
        )
    try:
        if (folder / "plans.json").exists():
            return _nnunet(folder, name, files)
        return _own(folder, name, files)
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PipelineFailed("invalid_model", f"config.json of the model {name}: {where}: {first['msg']}.") from None


def _own(folder: Path, name: str, files: tuple[Path, ...]) -> Network:
    try:
        config = Config.model_validate_json((folder / "config.json").read_bytes())
    except OSError:
        raise PipelineFailed("invalid_model", f"The model {name} has no config.json.") from None
    given = config.normalisation if isinstance(config.normalisation, list) else [config.normalisation] * config.channels
    if len(given) != config.channels:
        raise PipelineFailed("invalid_model", f"config.json of the model {name}: a normalisation for each channel.")
    return Network(
        spacing=config.spacing,
        patch_size=config.patch_size,
        overlap=config.overlap,
        normalisations=tuple(given),
        mirror=tuple(sorted(set(config.mirror))),
        labels=dict(config.labels),
        files=files,
        about=json.loads(config.model_dump_json()),
    )


def _nnunet(folder: Path, name: str, files: tuple[Path, ...]) -> Network:
    """nnU-Net's own description, version 2. Its axes run z, y, x of the file as it is stored, unless its reader turns
    images to RAS."""
    choice = NnUnetChoice()
    if (folder / "config.json").exists():
        choice = NnUnetChoice.model_validate_json((folder / "config.json").read_bytes())
    try:
        plans = json.loads((folder / "plans.json").read_bytes())
        dataset = json.loads((folder / "dataset.json").read_bytes())
        found = _inherited(plans["configurations"], choice.configuration)
        properties = plans.get("foreground_intensity_properties_per_channel", {})
        schemes = found["normalization_schemes"]
        labels = {
            int(value): region_name(text) or f"label_{value}" for text, value in dataset["labels"].items() if value
        }
        reader = str(plans.get("image_reader_writer", "SimpleITKIO"))
        transpose = tuple(int(axis) for axis in plans.get("transpose_forward", (0, 1, 2)))
        spacing = tuple(float(mm) for mm in found["spacing"])
        patch = tuple(int(side) for side in found["patch_size"])
        normalisations = tuple(_scheme(scheme, properties.get(str(n), {})) for n, scheme in enumerate(schemes))
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        raise PipelineFailed(
            "invalid_model",
            f"plans.json or dataset.json of the model {name} can't be read as nnU-Net writes them (configuration "
            f"{choice.configuration}, labels as single numbers).",
        ) from None
    if len(patch) != 3 or len(spacing) != 3 or sorted(transpose) != [0, 1, 2] or not labels:
        raise PipelineFailed("invalid_model", f"The model {name} isn't a three-dimensional nnU-Net.")
    return Network(
        spacing=(spacing[0], spacing[1], spacing[2]),
        patch_size=(patch[0], patch[1], patch[2]),
        overlap=choice.overlap,
        normalisations=normalisations,
        mirror=tuple(sorted(set(choice.mirror))),
        labels=labels,
        files=files,
        about={"nnunet": choice.configuration, "dataset": str(plans.get("dataset_name", "")), **choice.model_dump()},
        axes="ras" if "Reorient" in reader else "stored",
        transpose=(2 - transpose[0], 2 - transpose[1], 2 - transpose[2]),
        cropped=True,
    )


def _inherited(configurations: dict[str, Any], name: str) -> dict[str, Any]:
    found = dict(configurations[name])
    for _ in range(len(configurations)):
        if "inherits_from" not in found:
            break
        parent = configurations[found.pop("inherits_from")]
        found = {**parent, **found}
    return found


def _scheme(scheme: str, known: dict[str, Any]) -> Normalisation:
    if scheme in ("ZScoreNormalization", "RescaleTo01Normalization", "NoNormalization"):
        names: dict[str, Normalisation] = {"Z": "zscore", "R": "minmax", "N": "none"}
        return names[scheme[0]]
    if scheme == "CTNormalization":
        return FixedScale(
            mean=known["mean"], std=known["std"], lowest=known["percentile_00_5"], highest=known["percentile_99_5"]
        )
    raise ValueError(scheme)
