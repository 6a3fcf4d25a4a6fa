"""The options of the speech pipeline."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

ENGLISH = "en_US"
ANY = "any"
BUILT_IN = (ENGLISH, ANY)
MODELS = "speech"
"""Operators' own Sphinx models lie under `models/speech/{language}/`."""


def _language(value: object) -> object:
    return value.strip().replace("-", "_") if isinstance(value, str) else value


class Options(BaseModel):
    """Options of a speech job."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    language: Annotated[str, BeforeValidator(_language)] = Field(
        default=ENGLISH,
        pattern=r"^[A-Za-z]{2,8}(_[A-Za-z0-9]{1,8}){0,3}$",
        description="`en_US`; `any` (experimental: any other language by the sounds of English, best with your own "
        "dictionary); or the name of a Sphinx model that this installation keeps under `models/speech/`.",
    )
    transcripts: Literal["text", "text_table", "tiers", "tiers_table"] = Field(
        default="text",
        description="`text`: a .lab or .txt beside each recording, with the same name. `text_table`: one .xlsx, .tsv "
        "or .csv of file names and texts. `tiers`: a .TextGrid, .eaf, .srt, .vtt or table of timed utterances beside "
        "each. "
        "`tiers_table`: one table of file names, times and texts.",
    )
    on_missing: Literal["suggest", "stop"] = Field(
        default="suggest",
        description="The handling of words that no dictionary has: `suggest` guesses from their letters and "
        "reports it; `stop` waits until your dictionary has them.",
    )
    phones: Literal["arpabet", "ipa"] = Field(default="arpabet", description="The notation of phones in the results.")
    syllables: bool = Field(default=False, description="Adds a tier of syllables for each speaker.")
