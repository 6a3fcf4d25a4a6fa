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
        description="IANA time zone, such as Europe/Paris, for times without a zone (camera clocks, filenames) or "
        "a place, and for the display of instants.",
        examples=["UTC", "Europe/Paris", "America/New_York"],
    )
    earliest_year: int = Field(
        1900,
        ge=1826,
        le=2100,
        description="Dates before this year are listed but not trusted. Clocks that were never set are recognised "
        "by their initial times, regardless of this year.",
    )
    layout: Literal["year/month", "year", "year/month-day", "original"] = Field(
        "year/month",
        description="The zip's folders: 2024/01, 2024, 2024/01-15, or the files' original folders.",
    )
    names: Literal["time", "original"] = Field(
        "time",
        description="The zip's names: by time (20240115_120000.jpg), or the original names, with the time in front "
        "if two collide.",
    )
    strategy: StrategyOption = "auto"
    similar_distance: int = Field(
        6,
        ge=0,
        le=10,
        description="The maximum distance between near duplicates: 0 finds little more than copies; 6 also finds "
        "resized, stamped, cropped, turned and mirrored ones; 10 finds more of these, and more by mistake.",
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
