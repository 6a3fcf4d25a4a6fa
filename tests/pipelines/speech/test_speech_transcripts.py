"""Every form of transcript and every encoding, read from files."""

from __future__ import annotations

import codecs

import pytest
from speech_world import FakeRun, spoken

from chalicelib.pipelines.base import PipelineFailed
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
    skipped = [warning["message"] for warning in run.alignment["recordings"][0]["warnings"]]
    assert any("clicks holds points" in sentence for sentence in skipped)
    assert any("0.700 to 0.700" in sentence for sentence in skipped)
    assert any("after the sound's end" in sentence for sentence in skipped)
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


def test_syllables_and_elans_names_are_no_speakers_when_aligned_again() -> None:
    given = (("a.wav", spoken("nobody")), ("a.TextGrid", SHORT.encode()))
    first = FakeRun(*given, transcripts="tiers", syllables=True).run()
    for name, content in (("a.TextGrid", first.artifacts["textgrid"][2]), ("a.eaf", first.members["elan/a.eaf"])):
        transcript = read(name, content, "tiers").transcript
        assert transcript is not None
        assert {f"{tier.name} - trans" for tier in transcript.tiers} <= set(first.tiers())


def test_two_tiers_of_one_name_keep_apart_and_are_told() -> None:
    twice = LONG.replace('"adam"', '"Zoë ""left"""').encode()
    transcript = read("a.TextGrid", twice, "tiers").transcript
    assert transcript is not None
    assert [tier.name for tier in transcript.tiers] == ['Zoë "left"', 'Zoë "left" (2)']
    assert "tier_renamed" in [caution.code for caution in transcript.cautions]


def test_an_interval_that_reaches_beyond_the_sound_is_told() -> None:
    table = b"start,end,text\n0,9,nobody told me that\n"
    run = FakeRun(("a.wav", spoken("nobody")), ("a.csv", table), transcripts="tiers").run()
    (told,) = run.alignment["recordings"][0]["warnings"]
    assert told["message"] == "Tier speaker: the interval at 0.000 s reaches 7.020 s beyond the sound; cut."
    assert told["beyond"] == "7.020"


def test_a_transcript_of_another_stretch_of_time_says_so() -> None:
    run = FakeRun(("a.wav", spoken("nobody")), ("a.csv", b"12,14,nobody told me that\n"), transcripts="tiers")
    with pytest.raises(PipelineFailed):
        run.run()
    assert run.verdict_of("a.wav") == ("failed", "All of a.csv lies outside the sound, which lasts 1.980 s.")


def test_text_outside_any_cue_is_listed() -> None:
    content = b"1\n00:00:00,000 --> 00:00:01,900\nnobody told\n\nme that\n\n2\n"
    (told,) = read("a.srt", content, "tiers").cautions
    assert told.message == "A text outside any cue was left out: me that"
    assert read("a.vtt", b"WEBVTT\nKind: captions\n\n" + content.replace(b",", b"."), "tiers").cautions == [told]


def test_what_was_not_heard_is_a_warning() -> None:
    run = FakeRun(
        ("a.wav", spoken("boat")),
        ("a.lab", b"Please wait. [laughs] The old boat left the elephants harbor."),
    ).run()
    assert run.verdict_of("a.wav")[0] == "aligned"
    warnings = ["1 word was not heard: elephants.", "1 noise was not heard: [laughs]."]
    assert run.recorded is not None
    assert [w["message"] for w in run.recorded[2]["warnings"]] == [f"a.wav: {w}" for w in warnings]
    assert all(warning in run.members["README.txt"].decode() for warning in warnings)


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
