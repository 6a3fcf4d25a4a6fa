"""The pairing of files: none disappears without a message."""

from __future__ import annotations

import io
import unicodedata

import openpyxl
import pytest
from speech_world import FakeRun, spoken, text_of

from chalicelib.pipelines.base import PipelineFailed

EARLY, NOBODY = spoken("early"), spoken("nobody")


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_recordings_and_texts_pair_by_the_stem_of_their_paths() -> None:
    run = FakeRun(
        ("one/a.wav", EARLY),
        ("two/a.WAV", NOBODY),
        ("one/a.lab", text_of("early")),
        ("two/a.TXT", text_of("nobody")),
    ).run()
    assert {name: verdict for name, (verdict, *_) in run.verdicts.items()} == {
        "one/a.wav": "aligned",
        "two/a.WAV": "aligned",
    }
    assert run.words("one/a.TextGrid") == ["we", "went", "home", "early"]
    assert run.words("two/a.TextGrid") == ["nobody", "told", "me", "that"]


def test_a_name_in_decomposed_unicode_meets_the_same_name_composed() -> None:
    run = FakeRun(
        (unicodedata.normalize("NFD", "Zoë.wav"), EARLY), (unicodedata.normalize("NFC", "Zoë.lab"), text_of("early"))
    ).run()
    assert [verdict for verdict, *_ in run.verdicts.values()] == ["aligned"]


def test_files_without_a_partner_are_named_and_the_others_go_on() -> None:
    run = FakeRun(
        ("fine.wav", EARLY),
        ("fine.txt", text_of("early")),
        ("recording.wav", EARLY),
        ("recordings.txt", text_of("early")),
        ("fine.TextGrid", b""),
    ).run()
    assert run.verdict_of("fine.wav") == ("aligned", None)
    assert run.verdict_of("recording.wav") == ("failed", "No transcript: there is no .lab or .txt named recording.")
    assert run.verdict_of("recordings.txt") == ("failed", "No recording is named recordings.")
    assert run.verdict_of("fine.TextGrid")[0] == "failed"
    readme = run.members["README.txt"].decode()
    assert all(name in readme for name in ("recording.wav", "recordings.txt", "fine.TextGrid"))
    assert run.recorded is not None
    assert run.recorded[2]["unpaired"] == 3


def test_what_systems_leave_behind_is_no_file_of_the_job() -> None:
    run = FakeRun(
        ("a.wav", EARLY),
        ("a.lab", text_of("early")),
        ("._a.wav", b"\0\5\26\7"),
        ("__MACOSX/a.lab", b""),
        (".DS_Store", b""),
    ).run()
    assert set(run.verdicts) == {"a.wav"}


def test_an_empty_text_names_its_pair() -> None:
    run = FakeRun(
        ("a.wav", EARLY),
        ("a.lab", text_of("early")),
        ("b.wav", EARLY),
        ("b.lab", b" \n"),
        ("c.wav", EARLY),
        ("c.lab", b"..."),
    ).run()
    assert run.verdict_of("b.wav") == ("failed", "b.lab is empty.")
    assert run.verdict_of("c.wav") == ("failed", "The transcript has no words that can be spoken.")
    assert run.verdict_of("a.wav")[0] == "aligned"


def test_a_job_in_which_nothing_pairs_fails_and_says_what_was_there() -> None:
    run = FakeRun(("a.wav", EARLY), ("b.lab", b"we went home early"))
    with pytest.raises(PipelineFailed) as failed:
        run.run()
    assert failed.value.code == "no_pairs"
    assert "a.wav" in failed.value.message
    assert set(run.verdicts) == {"a.wav", "b.lab"}


@pytest.mark.parametrize("form", ["csv", "tsv", "xlsx"])
def test_one_table_holds_the_texts_of_all(form: str) -> None:
    rows = [("File", "Transcript"), ("a.wav", "We went home early"), ("B", "nobody told me that"), ("c", "lost")]
    if form == "xlsx":
        table = workbook(*rows)
    else:
        table = "\n".join(("," if form == "csv" else "\t").join(row) for row in rows).encode()
    run = FakeRun(
        ("a.wav", EARLY), ("b.wav", NOBODY), ("d.wav", EARLY), (f"all.{form}", table), transcripts="text_table"
    ).run()
    assert run.words("a.TextGrid") == ["We", "went", "home", "early"]
    assert run.words("b.TextGrid") == ["nobody", "told", "me", "that"]
    assert run.verdict_of("d.wav") == ("failed", f"No row of all.{form} names this recording.")
    assert run.recorded is not None
    assert "Row 4 names c, which is not among the files" in str(run.recorded[2]["warnings"])


def test_a_table_without_headings_goes_by_the_order_of_its_columns() -> None:
    run = FakeRun(("a.wav", EARLY), ("all.csv", b"a.wav,we went home early\n"), transcripts="text_table").run()
    assert run.words() == ["we", "went", "home", "early"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,we went\na.wav,home early\n", "Rows 2, 3 are of one recording; their texts were joined."),
        ("a,we went home early\n" * 2, "Rows 2, 3 are of one recording; their text is the same and counts once."),
    ],
)
def test_rows_of_one_recording_are_one_text_and_told(rows: str, told: str) -> None:
    run = FakeRun(("a.wav", EARLY), ("all.csv", f"file,text\n{rows}".encode()), transcripts="text_table").run()
    assert run.words() == ["we", "went", "home", "early"]
    assert run.recorded is not None
    assert told in str(run.recorded[2]["warnings"])


def test_one_table_holds_the_tiers_of_all() -> None:
    table = "file;speaker;start;end;text\na;Zoe;0,0;1,37;we went home early\nb;Adam;0:00,1;1,98;nobody told me that\n"
    run = FakeRun(("a.wav", EARLY), ("b.wav", NOBODY), ("t.csv", table.encode()), transcripts="tiers_table").run()
    assert list(run.tiers("a.TextGrid")) == ["Zoe - phone", "Zoe - word", "Zoe - trans"]
    assert run.tiers("b.TextGrid")["Adam - trans"] == [
        (0.0, 0.1, ""),
        (0.1, 1.98, "nobody told me that"),
    ]


def test_a_table_that_cannot_be_read_fails_the_job_in_its_own_words() -> None:
    with pytest.raises(PipelineFailed) as failed:
        FakeRun(("a.wav", EARLY), ("t.xlsx", b"PK no workbook"), transcripts="text_table").run()
    assert (failed.value.code, failed.value.message) == ("unreadable_transcript", "t.xlsx: The workbook can't be read.")


def test_without_a_table_the_job_says_that_it_is_missing() -> None:
    with pytest.raises(PipelineFailed) as failed:
        FakeRun(("a.wav", EARLY), ("a.lab", b"we"), transcripts="text_table").run()
    assert "no table of transcripts" in failed.value.message


def test_two_recordings_of_one_name_share_no_transcript() -> None:
    run = FakeRun(("a.wav", EARLY), ("a.mp3", EARLY), ("a.lab", text_of("early"))).run()
    assert run.verdict_of("a.wav") == ("aligned", None)
    assert run.verdict_of("a.mp3") == ("failed", "Its transcript was used for a.wav, which has the same name.")


@pytest.mark.parametrize("names", [("Rec.wav", "REC.wav", "rec.lab"), ("rec.wav", "Rec.lab", "REC.lab")])
def test_case_that_leaves_a_doubt_pairs_nothing(names: tuple[str, ...]) -> None:
    given = [(name, EARLY if name.endswith("wav") else text_of("early")) for name in names]
    run = FakeRun(("b.wav", EARLY), ("b.lab", text_of("early")), *given).run()
    assert [run.verdict_of(name)[0] for name in names] == ["failed"] * 3
    assert "differ only in case" in str(run.verdict_of(names[0])[1])


def test_the_folder_is_named_where_a_transcript_lies_elsewhere() -> None:
    run = FakeRun(
        ("audio/a.wav", EARLY), ("text/a.lab", text_of("early")), ("b.wav", EARLY), ("b.lab", text_of("early"))
    ).run()
    assert run.verdict_of("audio/a.wav")[1] == "No transcript: there is no .lab or .txt named audio/a."
    assert run.verdict_of("text/a.lab")[1] == "No recording is named text/a."


def test_a_row_that_may_mean_two_recordings_is_left_out_and_listed() -> None:
    table = b"file,text\na,we went home early\nb.wav,we went home early\nb.flac,nobody told me that\n"
    run = FakeRun(
        ("one/a.wav", EARLY), ("two/a.wav", NOBODY), ("b.wav", EARLY), ("b.flac", NOBODY), ("t.csv", table),
        transcripts="text_table",
    ).run()  # fmt: skip
    assert {name: verdict for name, (verdict, *_) in run.verdicts.items()} == {
        "one/a.wav": "failed", "two/a.wav": "failed", "b.wav": "aligned", "b.flac": "aligned",
    }  # fmt: skip
    assert run.recorded is not None
    assert "Row 2 names a, which may be one/a.wav or two/a.wav" in str(run.recorded[2]["warnings"])
