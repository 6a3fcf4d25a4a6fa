"""This pipeline as the rest of the project sees it: its options, its steps, and few imports."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError
from speech_world import FakeRun, source, spoken, text_of

from chalicelib.pipelines.base import OptionRefused
from chalicelib.pipelines.speech import SPEECH, Options

HEAVY = ("numpy", "av", "pocketsphinx", "openpyxl")


def test_importing_the_pipeline_loads_none_of_its_heavy_libraries() -> None:
    asked = f"import sys, chalicelib.pipelines.speech; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []


def test_the_steps_have_their_agreed_names() -> None:
    assert [step.name for step in SPEECH.steps] == [
        "Decoding audio",
        "Reading transcripts",
        "Looking up words",
        "Aligning",
        "Writing results",
    ]
    assert sum(step.weight for step in SPEECH.steps) == 100
    assert [step.work is not None for step in SPEECH.steps] == [False, False, False, True, False]


def test_options_have_their_agreed_defaults() -> None:
    assert Options().model_dump() == {
        "language": "en_US",
        "transcripts": "text",
        "on_missing": "suggest",
        "phones": "arpabet",
        "syllables": False,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "../../secret"),
        ("language", ""),
        ("transcripts", "tier"),
        ("on_missing", "guess"),
        ("phones", "sampa"),
        ("colour", "red"),
    ],
)
def test_an_option_out_of_range_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Options.model_validate({field: value})
    assert refused.value.errors()[0]["loc"][0] == field


def test_every_option_is_described_for_an_upload_form() -> None:
    assert all(field.get("description") for field in Options.model_json_schema()["properties"].values())


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    asked: list[str] = []

    def models(folder: str) -> list[str]:
        asked.append(folder)
        return ["sv_SE/mdef", "sv_SE/means", "cs_CZ"]

    SPEECH.check(Options(language="sv-SE"), models)
    SPEECH.check(Options(language="en_US"), lambda _: [])
    with pytest.raises(OptionRefused) as refused:
        SPEECH.check(Options(language="de_DE"), models)
    assert refused.value.field == "language"
    assert refused.value.message == (
        "There is no model for de_DE. There are: en_US, any, cs_CZ, sv_SE. An operator adds one as models/speech/de_DE."
    )
    assert set(asked) == {"speech"}


def test_inspecting_twice_finds_the_same() -> None:
    file = source("a.wav", spoken("early"))
    first = SPEECH.inspect(file, Options())
    assert SPEECH.inspect(file, Options()) == first
    assert first.content_type == "audio/wav"
    assert first.metadata == {"kind": "audio", "codec": "pcm_s16le", "rate": 16000, "channels": 1, "seconds": 1.375}


def test_two_runs_give_the_same_bytes() -> None:
    files = (("a.wav", spoken("early")), ("a.lab", text_of("early")))
    first, second = FakeRun(*files).run(), FakeRun(*files).run()
    assert first.artifacts == second.artifacts
    assert first.verdicts == second.verdicts
