"""Words and phones against the truth, unfitting transcripts, and recordings of any length."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pytest
from speech_world import TRUTH, FakeRun, Stopped, samples_of, spoken, text_of, wav

from chalicelib.pipelines.speech import aligning

SILENCE = np.random.default_rng(5).normal(0, 4, 16_000).astype(np.int16)


def sound(*parts: str | float) -> np.ndarray:
    """Recordings by name and seconds of near-silence, in sequence."""
    rows = [
        samples_of(spoken(part))[0] if isinstance(part, str) else np.resize(SILENCE, round(part * 16_000))
        for part in parts
    ]
    return np.concatenate(rows)


def phones_of(run: FakeRun) -> list[tuple[str, float]]:
    words = [w for s in run.alignment["recordings"][0]["speakers"] for u in s["utterances"] for w in u["words"]]
    return [(phone["label"], phone["start"]) for word in words for phone in word["phones"]]


@pytest.mark.parametrize("name", ["boat", "nobody", "sheep"])
def test_phones_begin_where_they_were_spoken(name: str) -> None:
    run = FakeRun(("a.wav", spoken(name)), ("a.lab", text_of(name))).run()
    got, want = phones_of(run), [(p, start) for p, start, _ in TRUTH[name]["phones"] if p != "SIL"]
    blocks = SequenceMatcher(None, [p for p, _ in got], [p for p, _ in want], autojunk=False).get_matching_blocks()
    errors = [abs(got[i + k][1] - want[j + k][1]) for i, j, n in blocks for k in range(n)]
    assert len(errors) >= 0.9 * len(want)
    assert float(np.median(errors)) < 0.010
    assert float(np.mean(errors)) < 0.016
    assert run.verdict_of("a.wav") == ("aligned", None)


def test_a_number_in_figures_keeps_its_spelling_and_has_all_of_its_time() -> None:
    run = FakeRun(("a.wav", spoken("sheep")), ("a.lab", b"She counted 2266 sheep")).run()
    number = next(row for row in run.tiers()["speaker - word"] if row[2] == "2266")
    assert number[0] == pytest.approx(0.853, abs=0.05)
    assert number[1] == pytest.approx(2.209, abs=0.05)


def test_what_was_not_written_stretches_no_word() -> None:
    run = FakeRun(("a.wav", spoken("boat")), ("a.lab", b"the old boat left the harbor")).run()
    first = run.tiers()["speaker - word"][1]
    assert first[2] == "the"
    assert first[0] == pytest.approx(1.057, abs=0.1)
    verdict, message = run.verdict_of("a.wav")
    assert verdict == "suspect"
    assert "are not in the transcript" in str(message)


def test_what_was_not_said_is_named_and_takes_no_time() -> None:
    run = FakeRun(("a.wav", spoken("nobody")), ("a.lab", b"nobody ever told me that because of Thursday")).run()
    assert run.words() == ["nobody", "told", "me", "that"]
    utterance = run.alignment["recordings"][0]["speakers"][0]["utterances"][0]
    assert utterance["unspoken"] == ["ever", "because", "of", "Thursday"]
    assert run.verdict_of("a.wav")[0] == "suspect"
    assert "not heard: ever, because, of, Thursday" in run.members["README.txt"].decode()


NAMES = ("boat", "early", "nobody", "sheep", "end")


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_transcript_is_flagged_and_the_right_one_is_not(name: str) -> None:
    others = [other for other in NAMES if other != name]
    files = [("right.wav", spoken(name)), ("right.lab", text_of(name))]
    for other in others:
        files += [(f"{other}.wav", spoken(name)), (f"{other}.lab", text_of(other))]
    run = FakeRun(*files).run()
    assert run.verdict_of("right.wav") == ("aligned", None)
    for other in others:
        assert run.verdict_of(f"{other}.wav")[0] in ("suspect", "failed"), other


def test_a_noise_stands_where_sound_is_left_over() -> None:
    run = FakeRun(
        ("a.wav", wav(sound("early", "boat", "nobody"))),
        ("a.lab", b"we went home early [radio] nobody told me that [cough]"),
    ).run()
    rows = [row for row in run.tiers()["speaker - word"] if row[2]]
    assert [label for *_, label in rows] == ["we", "went", "home", "early", "[radio]", "nobody", "told", "me", "that"]
    start, end, _ = rows[4]
    assert 1.3 < start < end < 1.38 + 2.86 + 0.2


def test_long_pauses_between_words_hide_none_of_them() -> None:
    names = ("boat", "early", "nobody")
    parts = [part for name in names for part in (15.0, name)]
    run = FakeRun(("a.wav", wav(sound(*parts))), ("a.lab", b" ".join(map(text_of, names)))).run()
    assert run.verdict_of("a.wav") == ("aligned", None)
    at, want = 0.0, []
    for name in names:
        want += [(p, at + 15.0 + start) for p, start, _ in TRUTH[name]["phones"] if p != "SIL"]
        at += 15.0 + len(sound(name)) / 16_000
    got = phones_of(run)
    blocks = SequenceMatcher(None, [p for p, _ in got], [p for p, _ in want], autojunk=False).get_matching_blocks()
    errors = [abs(got[i + k][1] - want[j + k][1]) for i, j, n in blocks for k in range(n)]
    assert len(errors) >= 0.9 * len(want)
    assert float(np.median(errors)) < 0.008


def test_silence_is_no_part_of_a_word() -> None:
    run = FakeRun(
        ("a.wav", wav(sound(1.0, "early", 1.5, "nobody", 1.0))), ("a.lab", b"we went home early nobody told me that")
    )
    rows = run.run().tiers()["speaker - word"]
    assert rows[0][1] > 1.1
    gap = next(row for row in rows[1:-1] if not row[2] and row[1] - row[0] > 1)
    assert gap[1] - gap[0] > 1.5
    assert rows[-1][1] - rows[-1][0] > 1.0


LONG = ("early", 0.4, "nobody", 0.7, "end", 0.3, "boat", 0.5) * 8
TEXT = " ".join(TRUTH[part]["text"] for part in LONG if isinstance(part, str)).encode()


def starts() -> list[float]:
    """The time at which speech begins in each recording of LONG."""
    at, found = 0.0, []
    for part in LONG:
        if isinstance(part, str):
            found.append(at + TRUTH[part]["phones"][0][2])
            at += len(samples_of(spoken(part))[0]) / 16_000
        else:
            at += part
    return found


def long_run(**given: Any) -> FakeRun:
    return FakeRun(("a.wav", wav(sound(*LONG))), ("a.lab", TEXT), **given)


def test_a_long_recording_is_cut_at_pauses_and_each_word_is_where_it_was_spoken() -> None:
    run = long_run().run()
    planned = json.loads(run.saved["units.json"])
    assert len(planned["units"]) >= 3
    assert all((unit[6] - unit[5]) / 16_000 <= 41 for unit in planned["units"])
    rows = [row for row in run.tiers()["speaker - word"] if row[2]]
    assert len(rows) == len(TEXT.split())
    firsts, at = [], 0
    for part in LONG:
        if isinstance(part, str):
            firsts.append(rows[at][0])
            at += len(TRUTH[part]["text"].split())
    errors = [abs(got - want) for got, want in zip(firsts, starts(), strict=True)]
    assert max(errors) < 0.15
    assert run.verdict_of("a.wav") == ("aligned", None)


def test_a_worker_that_dies_between_two_blocks_leaves_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aligning, "BLOCKS_A_CHECKPOINT", 1)
    whole = long_run().run()
    run = long_run().run(1, 3)
    run.stop_after = run.checkpoints + 1
    with pytest.raises(Stopped):
        run.run(4, 4)
    assert run.state is not None
    assert run.state["frame"] > 0
    kept = dict(run.saved)
    run.run(4, 5)
    assert kept["long.json"] != run.saved["long.json"]
    assert run.artifacts == whole.artifacts
    assert sorted(run.worked) == sorted(set(run.worked)) == sorted(whole.worked)


def test_decoding_goes_on_behind_the_last_whole_recording() -> None:
    files = [(f"{n}.wav", wav(sound(*LONG[:32]))) for n in range(3)] + [
        (f"{n}.lab", b"we went home early") for n in range(3)
    ]
    run = FakeRun(*files)
    run.stop_after = 2
    with pytest.raises(Stopped):
        run.run(1, 1)
    sound_before = {name: content for name, content in run.saved.items() if name.endswith(".pcm")}
    run.run(1, 1)
    index = json.loads(run.saved["sounds.json"])
    assert [index["files"][str(n)]["samples"] for n in range(3)] == [len(sound(*LONG[:32]))] * 3
    assert sound_before.items() <= run.saved.items()
    other = FakeRun(*files).run(1, 1)
    assert other.saved == run.saved
