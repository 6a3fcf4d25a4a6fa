"""The output files, opened by the programs and libraries that their users have."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise
from pathlib import Path

import parselmouth
import pytest
from praatio import textgrid as praatio
from pympi import Eaf
from speech_world import FakeRun, spoken, text_of
from test_speech_transcripts import LONG


@pytest.fixture(scope="module")
def run() -> FakeRun:
    return FakeRun(
        ("folder/a b.wav", spoken("nobody")), ("folder/a b.TextGrid", LONG.encode()), transcripts="tiers"
    ).run()


def test_the_zip_holds_everything_in_its_place(run: FakeRun) -> None:
    assert list(run.members) == [
        "audio/folder/a b.wav",
        "textgrids/folder/a b.TextGrid",
        "elan/folder/a b.eaf",
        "subtitles/folder/a b.srt",
        "subtitles/folder/a b.vtt",
        "alignment.json",
        "alignment.csv",
        "README.txt",
    ]
    assert run.members["audio/folder/a b.wav"] == spoken("nobody")
    assert run.artifacts["textgrid"][0] == "a b.TextGrid"
    assert run.artifacts["textgrid"][2] == run.members["textgrids/folder/a b.TextGrid"]


def test_praat_itself_reads_the_textgrid(run: FakeRun, tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_bytes(run.artifacts["textgrid"][2])
    grid = parselmouth.read(str(path))
    names = [parselmouth.praat.call(grid, "Get tier name", n) for n in range(1, 7)]
    assert names == list(run.tiers())
    count = parselmouth.praat.call(grid, "Get number of intervals", 2)
    labels = [parselmouth.praat.call(grid, "Get label of interval", 2, n) for n in range(1, count + 1)]
    assert [label for label in labels if label] == ["nobody", "told", "me", "that"]
    assert parselmouth.praat.call(grid, "Get total duration") == 1.98


def test_praatio_reads_the_textgrid(run: FakeRun, tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_bytes(run.artifacts["textgrid"][2])
    grid = praatio.openTextgrid(str(path), includeEmptyIntervals=True, reportingMode="error")
    assert list(grid.tierNames) == list(run.tiers())
    for name in grid.tierNames:
        entries = grid.getTier(name).entries
        assert entries[0].start == 0
        assert entries[-1].end == 1.98
        assert all(one.end == two.start for one, two in pairwise(entries))


def test_phones_fill_their_words_and_words_lie_in_their_utterance(run: FakeRun) -> None:
    tiers = run.tiers()
    words = [row for row in tiers['Zoë "left" - word'] if row[2]]
    phones = [row for row in tiers['Zoë "left" - phone'] if row[2]]
    for start, end, _ in words:
        inside = [p for p in phones if p[0] >= start and p[1] <= end]
        assert inside[0][0] == start
        assert inside[-1][1] == end
    (utterance,) = [row for row in tiers['Zoë "left" - trans'] if row[2]]
    assert utterance == (0.1, 1.98, "nobody told\nme that")
    assert utterance[0] <= words[0][0] < words[-1][1] <= utterance[1]


def test_elan_reads_the_document(run: FakeRun, tmp_path: Path) -> None:
    path = tmp_path / "a.eaf"
    path.write_bytes(run.members["elan/folder/a b.eaf"])
    document = Eaf(str(path))
    words = document.get_annotation_data_for_tier('Zoë "left" - word')
    assert [value for _, _, value, *_ in words] == ["nobody", "told", "me", "that"]
    assert document.get_parameters_for_tier('Zoë "left" - phone')["PARENT_REF"] == 'Zoë "left" - word'
    assert document.get_linked_files()[0]["RELATIVE_MEDIA_URL"] == "../../audio/folder/a b.wav"


def test_times_agree_between_all_forms(run: FakeRun) -> None:
    rows = [row for row in csv.DictReader(io.StringIO(run.members["alignment.csv"].decode())) if row["level"] == "word"]
    grid = [row for row in run.tiers()['Zoë "left" - word'] if row[2]]
    assert [(float(r["start"]), float(r["end"]), r["label"]) for r in rows] == grid
    words = run.alignment["recordings"][0]["speakers"][0]["utterances"][0]["words"]
    assert [round(word["start"], 6) for word in words] == [start for start, *_ in grid]
    assert all(0 <= float(r["confidence"]) <= 1 for r in rows)
    for name, mark in (("srt", ","), ("vtt", ".")):
        text = run.members[f"subtitles/folder/a b.{name}"].decode()
        (times,) = re.findall(r"00:00:0(\d[.,]\d+) --> 00:00:0(\d[.,]\d+)", text)
        assert float(times[0].replace(mark, ".")) == pytest.approx(grid[0][0], abs=0.001)
        assert float(times[1].replace(mark, ".")) == pytest.approx(grid[-1][1], abs=0.001)
        assert "nobody told me that" in text


def test_several_recordings_come_as_a_zip_of_textgrids_under_their_own_names() -> None:
    run = FakeRun(
        ("../../up.wav", spoken("early")),
        ("../../up.lab", text_of("early")),
        ("up.flac", spoken("early")),
        ("up.txt", text_of("early")),
    ).run()
    assert set(run.unzipped("textgrid")) == {"up.TextGrid", "up (2).TextGrid"}
    assert all(".." not in name for name in run.members)
    assert run.recorded is not None
    summary, quality, metadata = run.recorded
    assert summary == "2 recordings: 2 aligned; 8 words placed"
    assert quality == 1.0
    assert metadata["verdicts"] == {"aligned": 2}
    assert run.verdicts["up.flac"][2] == {"words": 4, "duration": 1.375, "confidence": 1.0}


def test_the_readme_counts_and_says_how_to_cite(run: FakeRun) -> None:
    text = run.members["README.txt"].decode()
    assert "Recordings: 1 (1 aligned)" in text
    assert "Words placed: 4" in text
    assert "Cite: pocketsphinx" in text
