"""The step that places words: planned in units of at most a minute, which many workers share."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.pipelines.base import PipelineFailed, RunContext
from chalicelib.pipelines.speech.acoustic.chain import GARBAGE, Stretch
from chalicelib.pipelines.speech.acoustic.features import HOP, RATE, WINDOW
from chalicelib.pipelines.speech.acoustic.model_files import UnusableModel
from chalicelib.pipelines.speech.boundaries import finder_for
from chalicelib.pipelines.speech.languages import Language, language_of
from chalicelib.pipelines.speech.long_pass import GAP, Position, follow, joined, pieces
from chalicelib.pipelines.speech.placing import Aligner, can_be_placed, one_thread
from chalicelib.pipelines.speech.sounds import SoundReader
from chalicelib.pipelines.speech.stages import TRANSCRIPTS, WORDS, load_json, save_json, tokens_of
from chalicelib.pipelines.speech.words import Token

UNITS, LONG = "units.json", "long.json"
LONG_SECONDS = 60
SLICE_SECONDS = 120
BLOCKS_A_CHECKPOINT = 10


@dataclass(frozen=True)
class Unit:
    """Tokens first ≤ i < last of an utterance, in samples start ≤ s < end of its recording."""

    recording: int
    tier: int
    utterance: int
    first: int
    last: int
    start: int
    end: int


def plan(job: RunContext) -> None:
    """Units and slices; utterances longer than a minute are followed by the chain first and cut at pauses."""
    transcripts, saved = load_json(job, TRANSCRIPTS), load_json(job, WORDS)
    tokens = tokens_of(saved)
    sounds = SoundReader(job)
    units: list[Unit] = []
    long: list[tuple[int, int, int, int, int, list[int]]] = []
    for number, tiers in saved["utterances"].items():
        for t, rows in enumerate(tiers):
            for u, numbers in enumerate(rows):
                told = transcripts[number]["tiers"][t]["utterances"][u]
                samples = sounds.files[int(number)]["samples"]
                start, end = (min(samples, round(told[edge] * RATE)) for edge in ("start", "end"))
                if not any(can_be_placed(tokens[n]) for n in numbers):
                    continue
                if end - start > LONG_SECONDS * RATE:
                    long.append((int(number), t, u, start, end, numbers))
                else:
                    units.append(Unit(int(number), t, u, 0, len(numbers), start, end))
    beyond: dict[str, Any] = {}
    if long:
        found, beyond = _long_passes(job, language_of(job), sounds, tokens, long)
        units.extend(found)
        units.sort(key=lambda unit: (unit.recording, unit.tier, unit.utterance, unit.first))
    save_json(
        job, UNITS, {"units": [list(asdict(u).values()) for u in units], "slices": _slices(units), "long": beyond}
    )


def _slices(units: list[Unit]) -> list[tuple[int, int]]:
    """Ranges of units, about two minutes of sound each: less would load the model more often than it saves time."""
    found: list[tuple[int, int]] = []
    start, seconds = 0, 0.0
    for k, unit in enumerate(units):
        seconds += (unit.end - unit.start) / RATE
        if seconds >= SLICE_SECONDS:
            found.append((start, k + 1))
            start, seconds = k + 1, 0.0
    if start < len(units):
        found.append((start, len(units)))
    return found


def _long_passes(
    job: RunContext,
    language: Language,
    sounds: SoundReader,
    tokens: list[Token],
    long: list[tuple[int, int, int, int, int, list[int]]],
) -> tuple[list[Unit], dict[str, Any]]:
    """Follows each long utterance, with checkpoints. Returns units, and for each utterance the words that weren't said
    and the seconds that no word accounts for."""
    held: dict[str, Any] = load_json(job, LONG) if job.state else {"done": [], "at": [0, -1], "stretches": []}
    with one_thread():
        return _cut(long, tokens, _followed(job, _aligner(language, []), sounds, tokens, long, held))


def _followed(
    job: RunContext,
    aligner: Aligner,
    sounds: SoundReader,
    tokens: list[Token],
    long: list[tuple[int, int, int, int, int, list[int]]],
    held: dict[str, Any],
) -> list[list[list[Any]]]:
    total = sum(end - start for _, _, _, start, end, _ in long)
    behind = 0
    for k, (number, _, _, start, end, numbers) in enumerate(long):
        if k >= len(held["done"]):
            spoken = [n for n in numbers if can_be_placed(tokens[n])]
            chain = aligner.chain([tokens[n] for n in spoken])

            def read(a: int, b: int, number: int = number, start: int = start, end: int = end) -> Any:
                return sounds.read(number, start + a, min(end, start + b))

            at = Position(*held["at"])
            for count, (stretches, reached) in enumerate(follow(chain, read, end - start, at), 1):
                held["stretches"] += [list(asdict(s).values()) for s in stretches]
                held["at"] = [reached.frame, reached.state]
                job.progress(100 * (behind + reached.frame * HOP) / total)
                if count % BLOCKS_A_CHECKPOINT == 0:
                    save_json(job, LONG, held)
                    job.checkpoint({"long": k, "frame": reached.frame, "state": reached.state})
            held = {"done": [*held["done"], held["stretches"]], "at": [0, -1], "stretches": []}
            save_json(job, LONG, held)
            job.checkpoint({"long": k + 1})
        behind += end - start
    done: list[list[list[Any]]] = held["done"]
    return done


def _cut(
    long: list[tuple[int, int, int, int, int, list[int]]], tokens: list[Token], done: list[list[list[Any]]]
) -> tuple[list[Unit], dict[str, Any]]:
    units: list[Unit] = []
    beyond: dict[str, Any] = {}
    for (number, t, u, start, end, numbers), rows in zip(long, done, strict=True):
        places = [i for i, n in enumerate(numbers) if can_be_placed(tokens[n])]
        stretches = joined([Stretch(*row) for row in rows])
        covered: set[int] = set()
        outside = sum(s.end - s.start for s in stretches if s.kind == GARBAGE and s.end - s.start >= GAP)
        for piece in pieces(stretches, (end - start - WINDOW) // HOP + 1):
            first, last = places[piece.first], places[piece.last - 1] + 1
            sound_end = min(end, start + piece.end * HOP + WINDOW - HOP)
            units.append(Unit(number, t, u, first, last, start + piece.start * HOP, sound_end))
            covered.update(range(first, last))
        beyond[f"{number}/{t}/{u}"] = {
            "unspoken": [i for i in places if i not in covered],
            "untranscribed": outside * HOP / RATE,
        }
    return units, beyond


def slices(job: RunContext) -> int:
    return len(load_json(job, UNITS)["slices"])


def align_slice(job: RunContext, number: int) -> None:
    """Places the units of one slice and saves the outcome under a name of its own."""
    saved, planned = load_json(job, WORDS), load_json(job, UNITS)
    tokens = tokens_of(saved)
    first, last = planned["slices"][number]
    units = [Unit(*row) for row in planned["units"][first:last]]
    words = {
        unit: [
            tokens[n]
            for n in saved["utterances"][str(unit.recording)][unit.tier][unit.utterance][unit.first : unit.last]
        ]
        for unit in units
    }
    aligner = _aligner(language_of(job), [token for given in words.values() for token in given])
    sounds = SoundReader(job)
    found = []
    with one_thread():
        for count, unit in enumerate(units):
            job.progress(100 * count / len(units))
            placed = aligner.place(sounds.read(unit.recording, unit.start, unit.end), words[unit])
            found.append(asdict(placed))
    save_json(job, f"placed-{number}.json", found)


def _aligner(language: Language, tokens: list[Token]) -> Aligner:
    try:
        return Aligner(language.folder, tokens, finder_for(language.name))
    except UnusableModel as reason:
        raise PipelineFailed("unusable_model", str(reason)) from None
