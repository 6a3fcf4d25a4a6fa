"""The options of a media job."""

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from chalicelib.pipelines.archive_step import StrategyOption


class Options(BaseModel):
    """Options of a media job. Everything has a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    timezone: str = Field(
        "UTC",
        max_length=64,
        description="IANA time zone, such as Europe/Paris, of times that come without one (cameras' clocks, "
        "file names) or place, and in which instants are told.",
        examples=["UTC", "Europe/Paris", "America/New_York"],
    )
    earliest_year: int = Field(
        1900,
        ge=1826,
        le=2100,
        description="Dates before this year are listed and not believed. Clocks that were never set are known by the "
        "times at which they begin, whatever this says.",
    )
    layout: Literal["year/month", "year", "year/month-day", "original"] = Field(
        "year/month",
        description="The zip's folders: 2024/01, 2024, 2024/01-15, or those that the files came in.",
    )
    names: Literal["time", "original"] = Field(
        "time",
        description="The zip's names: by time (20240115_120000.jpg), or as the files came, with the time in front "
        "where two collide.",
    )
    strategy: StrategyOption = "auto"
    similar_distance: int = Field(
        6,
        ge=0,
        le=10,
        description="How far near duplicates may be apart: 0 finds hardly more than copies, 6 also resized, stamped, "
        "cropped, turned and mirrored ones, 10 more of these and more by mistake.",
    )

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError) as error:  # unknown, a folder of the database, or no name at all
            raise ValueError("not a time zone of the IANA database") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
