"""The options of the colour pipeline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

GRABCUT = "grabcut"

Card = Literal["auto", "aruco24", "mcc24", "mcc24_pre2014", "nano", "spyder24", "spyder48", "cameratrax24"]
Coordinate = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]


def _points(value: object) -> object:
    """A form sends "x,y x,y x,y x,y", or an empty text where none are set."""
    if isinstance(value, str):
        return [pair.split(",") for pair in value.split()] or None
    return value


class Options(BaseModel):
    """Options of a colour job."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    operation: Literal["detect", "correct", "detect_and_correct", "white_balance", "remove_background"] = Field(
        default="detect_and_correct",
        description="`detect` only measures; `correct` and `detect_and_correct` produce true colours; "
        "`white_balance` neutralises greys and keeps the colours; `remove_background` cuts out the subject.",
    )
    card: Card = Field(
        default="auto",
        description="The card in the picture. `auto` finds `aruco24`, `mcc24` and `spyder24`; other cards must be "
        "named. `cameratrax24` has no published values: send your own as `reference_values`.",
    )
    corners: Annotated[list[tuple[Coordinate, Coordinate]] | None, BeforeValidator(_points)] = Field(
        default=None,
        min_length=4,
        max_length=4,
        description="The card's four corners, clockwise from its top left, in pixels of the upright picture, if it "
        "isn't found automatically: `x,y x,y x,y x,y`.",
    )
    model: Literal["auto", "linear3x3", "root_polynomial"] = Field(
        default="auto",
        description="The mapping of colours; `auto` selects the one that predicts left-out patches best.",
    )
    target: Literal["srgb", "display_p3", "adobe_rgb", "prophoto"] = Field(
        default="srgb", description="The colour space of the output; its ICC profile is embedded in the file."
    )
    white_balance: Literal["card", "gray_world", "white_patch", "none"] = Field(
        default="card",
        description="The reference for white: the card's greys, the picture's mean, its brightest spots or, with "
        "`none`, the original picture's white.",
    )
    threshold_delta_e: float = Field(
        default=3.0,
        gt=0,
        le=100,
        allow_inf_nan=False,
        description="Patches with a larger difference (CIEDE2000) are counted.",
    )
    background_model: str = Field(
        default=GRABCUT,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="`grabcut` (no trained model), or the name of an ONNX model below `models/background/`.",
    )

    @property
    def needs_card(self) -> bool:
        """Whether a picture's card is searched for at all."""
        if self.operation == "white_balance":
            return self.white_balance == "card"
        return self.operation != "remove_background"
