"""The accuracy and speed of the speech alignment, against flite, which reports the end of each phone that it speaks.

    python -m benchmarks.speech [--minutes 20] [--json FILE]

Needs Debian's package `flite`. "Plain" is pocketsphinx in two passes without the boundary finder, in the same run. The
voice `rms` and all sentences here are held out: the finder was not trained on them. One process makes a long recording,
and another aligns it, reading its blocks from disk: its peak resident memory is that of the alignment.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import report
from benchmarks.speech_recordings import RATE, VOICES, long_recording
from benchmarks.speech_shared import shared
from chalicelib.pipelines.speech.boundaries import trained
from chalicelib.pipelines.speech.long_pass import Position, follow, joined, pieces
from chalicelib.pipelines.speech.placed import Placed, Word
from chalicelib.pipelines.speech.placing import Aligner, one_thread
from chalicelib.pipelines.speech.results import LOW
from chalicelib.pipelines.speech.two_pass import TwoPass
from chalicelib.pipelines.speech.verdicts import ALIGNED, Evidence, judge
from chalicelib.pipelines.speech.words import Token
from training.speech.sentences import HELD_OUT
from training.speech.setting import lexicon, model_folder
from training.speech.spoken import HELD_OUT_VOICE, Spoken, available, speak, with_noise

Row = dict[str, str | int | float | bool]


def phone_errors(placed: Placed, spoken: Spoken) -> list[float]:
    """Seconds between the placed and the spoken start of each phone; phones that both have, in order."""
    got = [(p.name, p.start) for word in placed.words for p in word.phones]
    want = [(name, start) for name, start, _ in spoken.phones if name != "SIL"]
    blocks = SequenceMatcher(None, [g for g, _ in got], [w for w, _ in want], False).get_matching_blocks()
    return [abs(got[i + k][1] - want[j + k][1]) for i, j, n in blocks for k in range(n)]


def accuracy(voices: Sequence[str], noise: float | None, finder: Any) -> Row:
    errors: list[float] = []
    failed = 0
    sound = 0.0
    began = time.process_time()
    for voice in voices:
        for seed, text in enumerate(HELD_OUT):
            spoken = speak(text, voice)
            samples = spoken.samples if noise is None else with_noise(spoken.samples, noise, seed)
            tokens = lexicon().tokens(text)
            placed = Aligner(model_folder(), tokens, finder).place(samples, tokens)
            failed += not placed.words
            errors += phone_errors(placed, spoken)
            sound += len(samples) / RATE
    found = np.array(errors) * 1000
    return {
        "voices": " ".join(voices),
        "noise": "none" if noise is None else f"{noise:.0f} dB",
        "finder": finder is not None,
        "phones": len(found),
        "median ms": round(float(np.median(found)), 1),
        "mean ms": round(float(found.mean()), 1),
        "p90 ms": round(float(np.percentile(found, 90)), 1),
        "within 20 ms %": round(100 * float((found <= 20).mean()), 1),
        "failed": failed,
        "CPU / length": round((time.process_time() - began) / sound, 3),
    }


def wrong_transcripts() -> Row:
    """Each sentence by one voice, with its own text and with that of another sentence."""
    flagged = {True: 0, False: 0}
    for n, text in enumerate(HELD_OUT):
        samples = speak(text, VOICES[n % len(VOICES)]).samples
        for right in (True, False):
            tokens = lexicon().tokens(text if right else HELD_OUT[(n + 7) % len(HELD_OUT)])
            placed = Aligner(model_folder(), tokens, trained()).place(samples, tokens)
            low = sum(word.confidence < 0.5 for word in placed.words)
            verdict, _ = judge(
                Evidence(
                    len(tokens),
                    len(placed.words),
                    low,
                    placed.spoken,
                    placed.untranscribed,
                    placed.score,
                    placed.coarse,
                )
            )
            flagged[right] += verdict != ALIGNED
    return {"pairs": len(HELD_OUT), "wrong flagged": flagged[False], "right flagged": flagged[True]}


def wrong_words() -> Row:
    """Each sentence by each voice, with every fourth word taken from another sentence.

    A word is marked where its confidence is low or it is called unspoken. The results call it unsure or unspoken.
    """
    marked: dict[bool, list[bool]] = {True: [], False: []}
    for voice in VOICES:
        for n, text in enumerate(HELD_OUT):
            given = lexicon().tokens(text)
            others = lexicon().tokens(HELD_OUT[(n + 7) % len(HELD_OUT)])
            wrong: set[int] = set()
            for i in range(n % 4, len(given), 4):
                other = others[i % len(others)]
                if other.label.lower() != given[i].label.lower():
                    given[i] = other
                    wrong.add(i)
            placed = Aligner(model_folder(), given, trained()).place(speak(text, voice).samples, given)
            for i, word in enumerate(placed_or_not(given, placed)):
                marked[i in wrong].append(word is None or word.confidence < LOW)
    return {
        "right words": len(marked[False]),
        "right marked %": round(100 * float(np.mean(marked[False])), 1),
        "wrong words": len(marked[True]),
        "wrong marked %": round(100 * float(np.mean(marked[True])), 1),
    }


def placed_or_not(given: Sequence[Token], placed: Placed) -> list[Word | None]:
    """The outcome of each given word: None where it was not heard."""
    unspoken = list(placed.unspoken)
    words = iter(placed.words)
    found: list[Word | None] = []
    for token in given:
        if token.label in unspoken:
            unspoken.remove(token.label)
            found.append(None)
        else:
            found.append(next(words, None))
    return found


def make_recording(minutes: float, music: bool, to: Path) -> Row:
    """Writes the samples and the words of a long recording, in another process than the measured one."""
    samples, words = long_recording(minutes, music=music)
    samples.tofile(to)
    to.with_suffix(".json").write_text(json.dumps(words))
    return {}


def long_pass(minutes: float, music: bool, recording: Path) -> Row:
    """The full alignment of one long recording on disk: followed, cut, each piece placed."""
    length = recording.stat().st_size // 2
    words = [(word, second) for word, second in json.loads(recording.with_suffix(".json").read_text())]

    def sound(start: int, end: int) -> np.ndarray:
        return np.fromfile(recording, np.int16, max(0, min(end, length) - start), offset=2 * start)

    tokens = lexicon().tokens(" ".join(word for word, _ in words))
    assert len(tokens) == len(words)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    aligner = Aligner(model_folder(), tokens, trained())
    stretches: list[Any] = []
    for block, _ in follow(aligner.chain(tokens), sound, length, Position()):
        stretches += block
    found: dict[int, float] = {}
    units = pieces(joined(stretches), length // 160)
    for piece in units:
        given = tokens[piece.first : piece.last]
        placed = aligner.place(sound(piece.start * 160, piece.end * 160), given)
        for i, word in enumerate(placed_or_not(given, placed), piece.first):
            if word is not None:
                found[i] = piece.start * 0.01 + word.start
    seconds = time.process_time() - began
    errors = np.array([abs(found[i] - start) for i, (_, start) in enumerate(words) if i in found and start >= 0])
    return {
        "recording": f"{minutes:.0f} min, {'music and gaps' if music else 'pauses'}",
        "words": len(words),
        "placed": len(found),
        "within 0.5 s %": round(100 * float((errors <= 0.5).mean()), 2),
        "beyond 2 s %": round(100 * float((errors > 2).mean()), 2),
        "median ms": round(1000 * float(np.median(errors)), 1),
        "pieces": len(units),
        "CPU / length": round(seconds * RATE / length, 3),
        "peak MB": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 1024,
        "of that before MB": before // 1024,
    }


def plain_two_pass() -> float:
    """CPU of pocketsphinx alone, in two passes over each sentence, by length."""
    samples, seconds = 0, 0.0
    for voice in VOICES:
        for text in HELD_OUT:
            tokens = lexicon().tokens(text)
            spoken = speak(text, voice).samples
            said = [token.pronunciations for token in tokens]
            started = time.process_time()
            TwoPass(model_folder(), said).align(spoken, said)
            seconds += time.process_time() - started
            samples += len(spoken)
    return seconds * RATE / samples


def long_ones(minutes: float) -> list[tuple[float, bool]]:
    return [(minutes, False), (minutes, True), (5, False), (60, False)]


def _long(minutes: float, music: bool) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "recording.raw"
        _apart(make_recording, minutes, music, recording)
        return _apart(long_pass, minutes, music, recording)


def _apart(work: Callable[..., Row], *given: Any) -> Row:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_single, (work, given))


def _single(work: Callable[..., Row], given: Iterable[Any]) -> Row:
    with one_thread():
        return work(*given)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args(argv)
    if not available():
        report("speech", [{"not measured": "flite isn't installed (Debian: apt-get install flite)"}], chosen.json)
        return 0
    with one_thread():
        rows = [
            accuracy((HELD_OUT_VOICE,), noise, finder) for noise in (None, 20.0) for finder in (None, trained())
        ] + [accuracy(VOICES, None, finder) for finder in (None, trained())]
        report("speech: phones against flite", rows)
        verdicts = wrong_transcripts()
        report("speech: wrong transcripts", [verdicts])
        by_word = wrong_words()
        report("speech: wrong words in right transcripts", [by_word])
        plain = round(plain_two_pass(), 3)
    long = [_long(minutes, music) for minutes, music in long_ones(chosen.minutes)]
    report("speech: long recordings", long)
    by_workers = shared(chosen.minutes)
    report("speech: a job by workers", by_workers)
    report("speech: pocketsphinx alone", [{"CPU / length": plain}])
    if chosen.json:
        found = [*rows, verdicts, by_word, *long, *by_workers, {"pocketsphinx alone, CPU / length": plain}]
        chosen.json.write_text(json.dumps({"name": "speech", "rows": found}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
