"""Shapes of pronunciation dictionaries and of words that lack one."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from chalicelib.api.models.shapes import Answer, Given, Time
from chalicelib.api.models.user_data import whole


class DictionaryRequest(Given):
    text: Annotated[str, AfterValidator(whole)] = Field(
        max_length=1024 * 1024, description="Lines of `word<TAB>PH PH …`, at most 50,000; `#` begins a comment."
    )
    mode: Literal["replace", "append"] = Field(
        "replace",
        description="`append` adds to what is there; a word that is there keeps its pronunciations as variants.",
    )


class DictionaryAnswer(Answer):
    language: str
    words: int
    pronunciations: int
    size_bytes: int
    updated_at: Time


class DictionaryContent(DictionaryAnswer):
    text: str


class MissingWord(Answer):
    word: str
    count: int = Field(description="How often the transcripts have it.")
    suggestion: str = Field(description="Phones guessed from its letters; empty where they can't be.")


class MissingWordsAnswer(Answer):
    has_missing_words: bool
    missing_words_count: int
    words: list[MissingWord]
    html_content: str = Field(description="The same as a table, escaped.")
    dict_url: str | None = Field(description="Where the dictionary of suggestions is; null where no word is missing.")
