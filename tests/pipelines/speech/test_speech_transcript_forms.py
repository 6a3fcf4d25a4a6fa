"""Transcripts by programs and people that break a format's rules; none of them needs sound."""

from __future__ import annotations

import datetime
import io
from typing import Any

import openpyxl
import pytest

from chalicelib.pipelines.speech.transcripts.model import UnreadableTranscript
from chalicelib.pipelines.speech.transcripts.reading import read

Said = list[tuple[str, str, float | None, float | None]]


def said(name: str, content: str | bytes, transcripts: str = "tiers") -> Said:
    """(speaker, text, start, end) of every utterance."""
    data = content.encode() if isinstance(content, str) else content
    transcript = read(name, data, transcripts).transcript
    assert transcript is not None
    return [(tier.name, u.text, u.start, u.end) for tier in transcript.tiers for u in tier.utterances]


def skipped(name: str, content: str | bytes) -> str:
    content = content.encode() if isinstance(content, str) else content
    return " ".join(caution.message for caution in read(name, content, "tiers").cautions)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "\ufeff1\r\n00:00:00,100 --> 00:00:01,900 X1:100 X2:200\r\n"
            "{\\an8}<font color='#fff'><b>hi</b></font> 3 &lt; 4\r\n",
            [("speaker", "hi 3 < 4", 0.1, 1.9)],
        ),
        (
            "1\n00:00:00,1 --> 00:00:01,900\none\n2\n0:00:02.0 --> 0:00:03.0\ntwo\n2266\n",
            [("speaker", "one", 0.1, 1.9), ("speaker", "two 2266", 2.0, 3.0)],
        ),
        (
            "1\n00:00:00,100 --> 00:00:01,900\n\n2\n00:00:01,000 --> 00:00:02,000\nb\n",
            [("speaker", "b", 1.0, 2.0)],
        ),
    ],
)
def test_subrip_as_editors_write_it(content: str, expected: Said) -> None:
    assert said("a.srt", content) == expected


def test_webvtt_with_notes_settings_and_several_voices() -> None:
    content = (
        "WEBVTT - title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE\nnot --> a cue\n\nintro\n"
        "00:00.100 --> 00:01.900 position:10% line:0\n<v.loud Zoe S>hello <c.x>there</c> <00:01.000>you</v>\n"
        "<v Bob>hi</v>\n\n"
        "00:02.000 --> 00:03.000\n&lt;3 &nbsp;x\n"
    )
    assert said("a.vtt", content) == [
        ("Zoe S", "hello there you", 0.1, 1.9),
        ("Bob", "hi", 0.1, 1.9),
        ("speaker", "<3 x", 2.0, 3.0),
    ]
    assert skipped("a.vtt", content) == ""


def grid(*tiers: str, kind: str = "ooTextFile") -> str:
    return f'"{kind}"\n"TextGrid"\n0\n9\n<exists>\n{len(tiers)}\n' + "\n".join(tiers) + "\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (grid('"IntervalTier"\n"A"\n0\n9\n1\n0\n9\n"! 3 <exists> ""hi"""'), [("A", '! 3 <exists> "hi"', 0, 9)]),
        (grid('"IntervalTier"\n"A"\n0\n9\n1\n0\n9\n"hi"', kind="ooTextFile short"), [("A", "hi", 0, 9)]),
        (grid('"IntervalTier"\n"A"\n0\n9\n1\n0\n9\n"hi"').replace("\n", "\r"), [("A", "hi", 0, 9)]),
        (grid('"IntervalTier"\n""\n0\n9\n1\n0\n9\n"hi"'), [("speaker", "hi", 0, 9)]),
        (
            grid('"IntervalTier"\n"A"\n0\n9\n3\n3\n4\n"c"\n0\n2\n"a"\n1\n3\n"b"'),
            [("A", "a", 0, 2), ("A", "b", 2, 3), ("A", "c", 3, 4)],
        ),
        (
            grid('"TextTier"\n"p"\n0\n9\n1\n1\n"x"', '"IntervalTier"\n"A"\n0\n9\n1\n0\n9\n"hi"'),
            [("A", "hi", 0, 9)],
        ),
        (grid(), []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_short_textgrids(content: str, expected: Said, encoding: str) -> None:
    assert said("a.TextGrid", content.encode(encoding)) == expected


def eaf(body: str, encoding: str = "UTF-8") -> bytes:
    slots = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{n}"{f" TIME_VALUE={value!r}".replace(chr(39), chr(34)) if value else ""}/>'
        for n, value in enumerate(["100", "", "1100", ""], 1)
    )
    text = f'<?xml version="1.0" encoding="{encoding}"?><ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/>'
    return (text + f"<TIME_ORDER>{slots}</TIME_ORDER>{body}</ANNOTATION_DOCUMENT>").encode(
        encoding if encoding != "unheard-of" else "ascii"
    )


def annotation(start: str, end: str, text: str) -> str:
    inner = f'<ALIGNABLE_ANNOTATION ANNOTATION_ID="a" TIME_SLOT_REF1="{start}" TIME_SLOT_REF2="{end}">'
    return f"<ANNOTATION>{inner}<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_elan_documents_with_missing_times_and_tiers_that_refer(encoding: str) -> None:
    body = (
        '<TIER TIER_ID="Zoë">'
        + annotation("ts1", "ts2", "one")
        + annotation("ts2", "ts3", "two &amp; é")
        + annotation("ts3", "ts4", "open")
        + annotation("gone", "ts3", "lost")
        + '</TIER><TIER TIER_ID="gloss" PARENT_REF="Zoë"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="b" '
        'ANNOTATION_REF="a"><ANNOTATION_VALUE>x</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>'
    )
    assert said("a.eaf", eaf(body, encoding)) == [("Zoë", "one", 0.1, 0.6), ("Zoë", "two & é", 0.6, 1.1)]
    told = skipped("a.eaf", eaf(body, encoding))
    assert told.count("an annotation has no time") == 2
    assert "Tier gloss depends on another" in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_no_encoding_hides_a_document_type(encoding: str) -> None:
    text = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc">]><ANNOTATION_DOCUMENT/>'
    with pytest.raises(UnreadableTranscript, match="document type"):
        read("a.eaf", text.encode(encoding), "tiers")


def test_an_encoding_that_xml_does_not_know_is_no_crash() -> None:
    with pytest.raises(UnreadableTranscript, match="not well-formed"):
        read("a.eaf", eaf("", "unheard-of"), "tiers")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", 'start,end,text\n0,1,"a, b ""c"""\n"1,5","2,5","d\ne"\n', [('a, b "c"', 0, 1), ("d\ne", 1.5, 2.5)]),
        ("a.csv", "start,end,text\n0,1,hello, there, you\n", [("hello, there, you", 0, 1)]),
        ("a.csv", "Anfang;Ende;Text\n0,5;1,5;hallo\n", [("hallo", 0.5, 1.5)]),
        ("a.csv", "sep=;\nstart;end;text\n0;1;hi\n", [("hi", 0, 1)]),
        ("a.csv", "\ufeffstart,end,text\r\n0,1,hi\r\n", [("hi", 0, 1)]),
        ("a.tsv", "\tstart\tend\ttext\t\n\t0\t1\thi\t\n\n\t\t\t\t\n", [("hi", 0, 1)]),
        ("a.tsv", 'start\tend\ttext\n0\t1\t"hello there\n1\t2\tb\n', [("hello there", 0, 1), ("b", 1, 2)]),
        ("a.tsv", '0.0\t1.0\tsix feet 5"\n1.0\t2.0\tthere\n', [("six feet 5", 0, 1), ("there", 1, 2)]),
        ("a.csv", "text,start,end\nhi,0:01,0:00:02.5\n", [("hi", 1, 2.5)]),
        ("a.csv", "Start (ms),End [ms],Text\n500,1500,hi\n", [("hi", 0.5, 1.5)]),
        ("a.csv", "start_ms,end_msec,text\n500,1500,hi\n", [("hi", 0.5, 1.5)]),
        ("a.csv", "start (ms),end,text (samples)\n500,1500,hi\n", [("hi", 0.5, 1.5)]),
        ("a.csv", "Onset in ms,offset ms,text\n500,0:01.5,hi\n", [("hi", 0.5, 1.5)]),
        ("a.csv", "start (s),end_seconds,text\n0.5,1.5,hi\n", [("hi", 0.5, 1.5)]),
        ("a.csv", "Start (hh:mm:ss.mmm),End (min),text\n0:00:00.500,0.025,hi\n", [("hi", 0.5, 1.5)]),
        (
            "a.tsv",
            "Tier\tBegin Time - hh:mm:ss.ms\tEnd Time - hh:mm:ss.ms\tBegin Time - msec\tAnnotation\n"
            "Zoe\t00:00:00.500\t00:00:01.500\t500\thi\n",
            [("hi", 0.5, 1.5)],
        ),
        ("a.tsv", "Begin Time - msec\tEnd Time - msec\tAnnotation\n500\t1500\thi\n", [("hi", 0.5, 1.5)]),
        ("a.csv", 'start|end|text\n0|1|"hi," she said\n', [('"hi," she said', 0, 1)]),
        ("a.csv", "0,1,hello | there\n", [("hello | there", 0, 1)]),
    ],
)
def test_tables_as_programs_write_them(name: str, content: str, expected: list[Any]) -> None:
    assert [row[1:] for row in said(name, content)] == expected


@pytest.mark.parametrize("heading", ["start (samples)", "start_frames", "Start [ticks]"])
def test_times_in_a_unit_that_has_no_seconds_are_refused(heading: str) -> None:
    with pytest.raises(UnreadableTranscript, match="must be in seconds or milliseconds"):
        read("a.csv", f"{heading},end,text\n0,1,hi\n".encode(), "tiers")


def test_a_table_of_ljspeech() -> None:
    reading = read("metadata.csv", b'LJ-1|"1455," he said|"fourteen," he said\n', "text_table")
    assert [(r.file, r.utterance.text) for r in reading.master or []] == [("LJ-1", '"fourteen," he said')]


def test_of_a_workbook_the_first_sheet_with_cells_is_read_and_the_others_are_named() -> None:
    book = openpyxl.Workbook()
    for title, text in (("Texts", "hi"), ("Old texts", "ho")):
        sheet = book.create_sheet(title)
        sheet.append(("start", "end", "text"))
        sheet.append((0, 1, text))
    content = io.BytesIO()
    book.save(content)
    reading = read("a.xlsx", content.getvalue(), "tiers")
    assert [one.message for one in reading.cautions] == ["Only the sheet Texts was read, and not Old texts."]
    assert reading.transcript
    assert reading.transcript.tiers[0].utterances[0].text == "hi"


def test_cells_beyond_the_columns_are_no_secret() -> None:
    assert "Row 2 has more cells" in skipped("a.csv", "text,start,end\nhello, there,0,1\n") + skipped(
        "a.csv", "text,start,end\nhello,0,1,there\n"
    )


def test_a_quote_that_is_not_closed_swallows_no_rows() -> None:
    with pytest.raises(UnreadableTranscript, match="quote"):
        read("a.csv", b'start,end,text\n0,1,"hello\n1,2,there\n', "tiers")


def test_numbers_days_and_times_in_cells_of_a_workbook() -> None:
    book = openpyxl.Workbook()
    for row in [
        ("file", "start", "end", "text"),
        (7, 0, 1.5, 2266),
        ("b", datetime.time(0, 0, 1, 500000), datetime.timedelta(seconds=2.5), 3.5),
        ("c", "0:03", 4, datetime.date(2020, 5, 17)),
        ("d", 4, 5, "=1+1"),
        ("e", 5, 6, 0.1 + 0.2),
    ]:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    reading = read("a.xlsx", content.getvalue(), "tiers_table")
    assert [(r.file, r.utterance.start, r.utterance.end, r.utterance.text) for r in reading.master or []] == [
        ("7", 0, 1.5, "2266"),
        ("b", 1.5, 2.5, "3.5"),
        ("c", 3, 4, "2020-05-17"),
        ("e", 5, 6, "0.3"),
    ]
    assert [one.message for one in reading.cautions] == ["Row 5 has no text and was left out."]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("\ufeffline one\r\n\tline  two\u2028three".encode(), "line one line two three"),
        ("it’s café".encode("cp1252"), "it’s café"),
        (b"caf\xc3\xa9 na\xefve", "café naïve"),
        ("hello there".encode("utf-16-be"), "hello there"),
    ],
)
def test_texts_of_mixed_origin(content: bytes, text: str) -> None:
    assert said("a.txt", content, "text") == [("speaker", text, None, None)]


@pytest.mark.parametrize("content", [b"{\\rtf1\\ansi hello}", b"PK\x03\x04docx", bytes(range(32)) * 20, b"\1\2\3"])
def test_what_a_word_processor_wrote_is_no_text(content: bytes) -> None:
    with pytest.raises(UnreadableTranscript, match="not plain text"):
        read("a.txt", content, "text")


def test_a_time_without_an_end_is_no_time() -> None:
    with pytest.raises(UnreadableTranscript, match="too large"):
        read("a.TextGrid", grid('"IntervalTier"\n"A"\n0\n9\n1\n0\n1e999\n"a"').encode(), "tiers")
