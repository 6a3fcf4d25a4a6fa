"""Every form of transcript and every encoding, read from files."""

from __future__ import annotations

import codecs

import pytest
from speech_world import FakeRun, spoken

from chalicelib.pipelines.speech.transcripts.encodings import text_of
from chalicelib.pipelines.speech.transcripts.model import UnreadableTranscript
from chalicelib.pipelines.speech.transcripts.reading import read

LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 1.98
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "Zoë ""left"""
        xmin = 0
        xmax = 1.98
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 0,1
            text = ""
        intervals [2]:
            xmin = 0,1
            xmax = 1,98
            text = "nobody told
me that"
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 1.98
        points: size = 1
        points [1]:
            number = 0.5
            mark = "!"
    item [3]:
        class = "IntervalTier"
        name = "adam"
        xmin = 0
        xmax = 1.98
        intervals: size = 2
        intervals [1]:
            xmin = 0.7
            xmax = 0.7
            text = "nothing"
        intervals [2]:
            xmin = 3
            xmax = 4
            text = "too late"
'''
SHORT = '"ooTextFile"\n"TextGrid"\n\n0\n1.98\n<exists>\n1\n"IntervalTier"\n"A"\n0\n1.98\n'
SHORT += '1\n0\n1.98\n"nobody told me that"\n'
EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="100"/><TIME_SLOT TIME_SLOT_ID="ts2"/>
<TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="1900"/></TIME_ORDER>
<TIER TIER_ID="Zoe"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts3">
<ANNOTATION_VALUE>nobody told me that</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="gloss" PARENT_REF="Zoe"/></ANNOTATION_DOCUMENT>"""
SRT = "1\r\n00:00:00,100 --> 00:00:01,900\r\n<i>nobody told me</i>\r\nthat\r\n"
VTT = "WEBVTT\n\nNOTE made by hand\n\n00:00.100 --> 00:01.900 align:left\n<v Zoe>nobody told me that\n"
TABLE = "start\tend\tspeaker\ttext\n0.1\t1.9\tZoe\tnobody told me that\n1.9\t1.5\tZoe\tbackwards\n"


@pytest.mark.parametrize(
    ("name", "content", "speaker"),
    [
        ("a.TextGrid", LONG.encode(), 'Zoë "left"'),
        ("a.TextGrid", LONG.encode("utf-16"), 'Zoë "left"'),
        ("a.TextGrid", LONG.encode("utf-16-be"), 'Zoë "left"'),
        ("a.TextGrid", LONG.encode("latin-1"), 'Zoë "left"'),
        ("a.TextGrid", codecs.BOM_UTF8 + LONG.replace("ë", "e\u0308").encode(), 'Zoë "left"'),
        ("a.TextGrid", LONG.replace('"Zoë ""left"""', '"Zoë "left""').encode(), 'Zoë "left"'),
        ("a.TextGrid", SHORT.encode(), "A"),
        ("a.eaf", EAF.encode(), "Zoe"),
        ("a.srt", SRT.encode(), "speaker"),
        ("a.vtt", VTT.encode(), "Zoe"),
        ("a.tsv", TABLE.encode(), "Zoe"),
    ],
)
def test_tiers_of_every_form(name: str, content: bytes, speaker: str) -> None:
    run = FakeRun(("a.wav", spoken("nobody")), (name, content), transcripts="tiers").run()
    assert run.words() == ["nobody", "told", "me", "that"]
    assert next(iter(run.tiers())) == f"{speaker} - phone"


def test_what_a_textgrid_holds_in_vain_is_listed() -> None:
    run = FakeRun(("a.wav", spoken("nobody")), ("a.TextGrid", LONG.encode()), transcripts="tiers").run()
    assert list(run.tiers()) == [f"{s} - {tier}" for s in ('Zoë "left"', "adam") for tier in ("phone", "word", "trans")]
    assert run.tiers()["adam - word"] == [(0.0, 1.98, "")]
    skipped = run.alignment["recordings"][0]["skipped"]
    assert any("clicks holds points" in sentence for sentence in skipped)
    assert any("0.700 to 0.700" in sentence for sentence in skipped)
    assert any("behind the sound's end" in sentence for sentence in skipped)
    assert all(sentence in run.members["README.txt"].decode() for sentence in skipped)


def test_speakers_may_overlap_and_keep_their_order() -> None:
    table = "start,end,speaker,text\n0,1.98,zoe,nobody told me that\n0,1.98,adam,nobody told me that\n"
    run = FakeRun(("a.wav", spoken("nobody")), ("a.csv", table.encode()), transcripts="tiers").run()
    tiers = run.tiers()
    assert list(tiers) == [f"{s} - {tier}" for s in ("zoe", "adam") for tier in ("phone", "word", "trans")]
    assert tiers["zoe - word"] == tiers["adam - word"]


def test_what_was_aligned_can_be_aligned_again() -> None:
    first = FakeRun(("a.wav", spoken("nobody")), ("a.TextGrid", SHORT.encode()), transcripts="tiers").run()
    again = FakeRun(
        ("a.wav", spoken("nobody")), ("a.TextGrid", first.artifacts["textgrid"][2]), transcripts="tiers"
    ).run()
    assert again.tiers() == first.tiers()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_a_text_reads_the_same_in_every_encoding(encoding: str) -> None:
    text = "Ça va très bien, merci à tous\r\n"
    assert text_of(text.encode(encoding))[0] == "Ça va très bien, merci à tous\n"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.TextGrid", b"ooBinaryFile\x08TextGrid", "binary form"),
        ("a.TextGrid", b"no grid at all", "not a TextGrid"),
        ("a.TextGrid", SHORT.encode()[:-30], "cut off"),
        ("a.TextGrid", SHORT.replace("\n1\n0\n1.98", "\n999999999\n0\n1.98").encode(), "impossible"),
        ("a.eaf", b"<ANNOTATION_DOCUMENT", "not well-formed"),
        ("a.eaf", b"<!DOCTYPE a [<!ENTITY b 'c'>]><ANNOTATION_DOCUMENT/>", "document type"),
        ("a.eaf", b"<html/>", "not an ELAN document"),
        ("a.srt", b"nothing here", "no subtitles"),
        ("a.csv", b"start,end\n0,1\n", "no column named text"),
        ("a.xlsx", b"PK\x03\x04", "can't be read"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableTranscript, match=sentence):
        read(name, content, "tiers")
    run = FakeRun(
        ("a.wav", spoken("nobody")), (name, content), ("b.wav", spoken("nobody")), ("b.TextGrid", SHORT.encode()),
        transcripts="tiers",
    ).run()  # fmt: skip
    verdict, message = run.verdict_of("a.wav")
    assert verdict == "failed"
    assert sentence in str(message)
    assert run.verdict_of("b.wav")[0] == "aligned"
