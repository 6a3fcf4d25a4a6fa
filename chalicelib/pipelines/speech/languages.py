"""The model, dictionary and phones of each language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.pipelines.base import OptionRefused, PipelineFailed, RunContext
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech import dictionaries, letters
from chalicelib.pipelines.speech.arpabet import IPA
from chalicelib.pipelines.speech.options import ANY, BUILT_IN, ENGLISH, MODELS
from chalicelib.pipelines.speech.words import Lexicon

BY_ENGLISH = Caution(
    "by_english_sounds",
    "Aligned by the sounds of English: times are rougher, and each phone stands for its nearest in English.",
)


@dataclass(frozen=True)
class Language:
    """folder: of the acoustic model. dictionary: the model's, None where it has none."""

    name: str
    folder: Path
    dictionary: Path | None

    @property
    def english(self) -> bool:
        return self.name == ENGLISH

    @property
    def caution(self) -> Caution | None:
        if self.name in BUILT_IN:
            return BY_ENGLISH if self.name == ANY else None
        what = f"The model for {self.name} is this installation's own; its accuracy has not been measured."
        return Caution("own_model", what, {"language": self.name})

    def phones(self) -> tuple[str, ...]:
        """The phones that pronunciations consist of."""
        if self.name in BUILT_IN:
            return tuple(IPA)
        from chalicelib.pipelines.speech.acoustic.model_files import UnusableModel, read_model

        try:
            names = read_model(self.folder).phones
        except UnusableModel as reason:
            raise PipelineFailed("unusable_model", str(reason)) from None
        return tuple(name for name in names if not name.startswith("+") and name != "SIL")

    def lexicon(self, own: dictionaries.Entries) -> Lexicon:
        listed = dictionaries.read_model_dictionary(self.dictionary) if self.dictionary else {}
        if self.english:
            return Lexicon(own, listed, letters.guess, letters.spelled)
        guess = letters.by_letter if self.name == ANY else _nothing
        return Lexicon(own, listed, guess, _nothing, english=False)


def _nothing(word: str) -> list[str]:
    return []


def language_of(job: RunContext) -> Language:
    """Raises PipelineFailed where the installation no longer has it."""
    name = job.options.language
    if name in BUILT_IN:
        import pocketsphinx

        folder = Path(pocketsphinx.get_model_path("en-us"))
        return Language(name, folder / "en-us", folder / "cmudict-en-us.dict" if name == ENGLISH else None)
    try:
        folder = job.model(f"{MODELS}/{name}")
    except KeyError:
        raise PipelineFailed("unknown_language", f"There is no model for {name}.") from None
    definition = next(iter(sorted(folder.rglob("mdef"))), None)
    if definition is None:
        raise PipelineFailed("unusable_model", f"The model for {name} has no mdef.")
    found = sorted([*folder.rglob("*.dict"), *folder.rglob("*.dic")])
    return Language(name, definition.parent, found[0] if found else None)


def check_language(name: str, models: Callable[[str], Sequence[str]]) -> None:
    """Raises OptionRefused for a language that this installation doesn't have, naming those that it has."""
    if name in BUILT_IN:
        return
    there = sorted({model.split("/", 1)[0] for model in models(MODELS)})
    if name not in there:
        raise OptionRefused(
            "language",
            f"There is no model for {name}. There are: {', '.join([*BUILT_IN, *there])}. An operator adds one as "
            f"models/{MODELS}/{name}.",
        )


def own_dictionary(job: RunContext, phones: Sequence[str]) -> dictionaries.Parsed:
    """The user's own dictionary for the job's language; empty where there is none."""
    content = job.user_data(dictionaries.KIND, job.options.language)
    return dictionaries.parse(content.decode("utf-8", "replace"), phones) if content else dictionaries.Parsed()
