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
        description="`append` adds to the existing dictionary; existing words keep their pronunciations as variants.",
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
    count: int = Field(description="The number of occurrences in the transcripts.")
    suggestion: str = Field(description="Phones guessed from the word's letters; empty if that isn't possible.")


class MissingWordsAnswer(Answer):
    has_missing_words: bool
    missing_words_count: int
    words: list[MissingWord]
    html_content: str = Field(description="The same words as an HTML table, escaped.")
    dict_url: str | None = Field(
        description="The address of the dictionary of suggestions; null if no word is missing."
    )
