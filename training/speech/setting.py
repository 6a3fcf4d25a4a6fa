"""The model and dictionary for training and measuring: those of `en_US`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from chalicelib.pipelines.speech import dictionaries, letters
from chalicelib.pipelines.speech.words import Lexicon


def model_folder() -> Path:
    import pocketsphinx

    return Path(pocketsphinx.get_model_path("en-us")) / "en-us"


@cache
def lexicon() -> Lexicon:
    listed = dictionaries.read_model_dictionary(model_folder().parent / "cmudict-en-us.dict")
    return Lexicon({}, listed, letters.guess, letters.spelled)
