"""The options of the volume pipeline."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

NOTICE = "Research use only. Not for clinical diagnosis"

CLASSICAL = "classical"
LABELS = "labels"
BUILTIN = (CLASSICAL, LABELS)


def is_builtin(model: str) -> bool:
    """Whether this segmentation comes with the pipeline; the others are networks under `models/`."""
    return model in BUILTIN


def _email(value: object) -> object:
    # An address means one person, however it is typed; a form sends an empty field as "".
    return value.strip().lower() or None if isinstance(value, str) else value


def _blank(value: object) -> object:
    return value.strip() or None if isinstance(value, str) else value


RegionName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()-]{0,63}$")]
Millimetres = Annotated[float, Field(gt=0, le=50, allow_inf_nan=False)]
LabelValue = Annotated[int, Field(ge=1, le=65535)]


class Options(BaseModel):
    """Options of a volume job."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    email: Annotated[str | None, BeforeValidator(_email)] = Field(
        default=None,
        max_length=254,
        pattern=r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$",
        description="Optional email address, used to count researchers, each of them once, regardless of the "
        "letters' case.",
    )
    segmentation_model: str = Field(
        default=CLASSICAL,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="`classical` (thresholds and shapes, no trained model: it needs bone that differs in "
        "brightness from everything around it, and mistakes muscle for bone if fat is suppressed), `labels` (the "
        "upload is or contains a label map, which is measured as it is), or the name of an ONNX model that this "
        "installation keeps under `models/`.",
    )
    perform_shape_model: bool = Field(
        default=True,
        description="Requests shape-model scores; without a shape model, they are reported as not computed.",
    )
    shape_model_type: Literal["bone_and_cartilage", "bone_only", "both", "none"] = Field(
        default="bone_and_cartilage", description="The shape model for the scores."
    )
    cartilage_smoothing: float = Field(
        default=0.3125,
        ge=0,
        le=2,
        allow_inf_nan=False,
        description="Variance (mm²) of the Gaussian that smooths cartilage before its surface is built; 0 leaves "
        "voxels as they are.",
    )
    retain_results: bool = Field(
        default=True, description="Keeps the data derived from the upload; if false, it expires after 24 hours."
    )
    region_names: dict[LabelValue, RegionName] = Field(
        default_factory=dict,
        max_length=256,
        description='Names for label values, for example {"1": "femur", "2": "femoral cartilage"}. A region with '
        '"cartilage" in its name is measured against the bones next to it.',
    )
    series: Annotated[str | None, BeforeValidator(_blank)] = Field(
        default=None,
        pattern=r"^(s[0-9]{1,4}|[0-9.]{1,64})$",
        description="The DICOM image to use if there are several: the id that a result offers (`s2`), or a "
        "SeriesInstanceUID; without it, the best volume is used.",
    )
    side: Literal["left", "right"] | None = Field(
        default=None,
        description="The side of the knee. Medial and lateral parts need it, unless the regions' names state it; "
        "without it, they are called right_half and left_half.",
    )
    subregions: dict[LabelValue, Literal["femur", "tibia", "patella"]] = Field(
        default_factory=dict,
        max_length=64,
        description='The bone to which a cartilage label belongs, for its parts, for example {"2": "femur"}; '
        "without it, the regions' names decide.",
    )
    defect_threshold_mm: float = Field(
        default=1.0,
        gt=0,
        le=5,
        allow_inf_nan=False,
        description="Cartilage thinner than this counts as a defect in the defect map.",
    )
    allow_incomplete: bool = Field(
        default=False,
        description="Continues if files of a DICOM series can't be read: their slices stay empty, and the result "
        "reports it. Without it, such a series fails.",
    )
    t2_map: bool = Field(
        default=True,
        description="Measures T2 in each region if the input is a DICOM series with three or more echo times "
        "(fitted), or with the two of a qDESS whose spoiler is known (by formula).",
    )
    gl_area: float | None = Field(
        default=None,
        gt=0,
        le=1e6,
        allow_inf_nan=False,
        description="Area of a qDESS's spoiler in G/cm·µs, if the files don't state it (GE's tag 0019,10B6).",
    )
    tg: float | None = Field(
        default=None,
        gt=0,
        le=1e5,
        allow_inf_nan=False,
        description="Duration of a qDESS's spoiler in µs, if the files don't state it (GE's tag 0019,10B7).",
    )
    t1: float | None = Field(
        default=None,
        gt=0,
        le=10_000,
        allow_inf_nan=False,
        description="T1 in ms for T2 from a qDESS; by default, the T1 of cartilage, 1200 ms.",
    )
    keep_dicom_ids: bool = Field(
        default=False,
        description="Also returns the labels as a DICOM segmentation, with the UIDs and the date of the images' "
        "study. Without it, results contain no UIDs.",
    )
    pixel_spacing: tuple[Millimetres, Millimetres] | None = Field(
        default=None,
        description="Pixel size for DICOM files that don't state it: mm between rows, mm between columns.",
    )
