"""Writes Praat's TextGrid: long text format, UTF-8."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.pipelines.speech.writing.model import Aligned, Interval

DIGITS = 6  # of a second: finer than any sample


def tiers_of(aligned: Aligned) -> list[tuple[str, list[Interval]]]:
    """The tiers of phones, words and utterances of each speaker, in the order of the transcript."""
    found: list[tuple[str, list[Interval]]] = []
    for speaker in aligned.speakers:
        found.append((f"{speaker.name} - phone", speaker.phones))
        if any(word.syllables for word in speaker.words):
            found.append((f"{speaker.name} - syllable", speaker.syllables))
        found.append((f"{speaker.name} - word", list(speaker.words)))
        found.append((f"{speaker.name} - trans", list(speaker.utterances)))
    return found


def textgrid(aligned: Aligned) -> bytes:
    tiers = tiers_of(aligned)
    end = _number(aligned.seconds)
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0 ",
        f"xmax = {end} ",
        "tiers? <exists> " if tiers else "tiers? <absent> ",
    ]
    if tiers:
        lines += [f"size = {len(tiers)} ", "item []: "]
    for number, (name, intervals) in enumerate(tiers, 1):
        covered = covering(intervals, aligned.seconds)
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier" ',
            f"        name = {_text(name)} ",
            "        xmin = 0 ",
            f"        xmax = {end} ",
            f"        intervals: size = {len(covered)} ",
        ]
        for i, interval in enumerate(covered, 1):
            lines += [
                f"        intervals [{i}]:",
                f"            xmin = {_number(interval.start)} ",
                f"            xmax = {_number(interval.end)} ",
                f"            text = {_text(interval.label)} ",
            ]
    return ("\n".join(lines) + "\n").encode()


def covering(intervals: Iterable[Interval], seconds: float) -> list[Interval]:
    """The intervals with empty ones between them, from 0 to the sound's end without gap or overlap."""
    out: list[Interval] = []
    at = 0.0
    for interval in intervals:
        start = max(at, _rounded(interval.start, seconds))
        end = _rounded(interval.end, seconds)
        if end <= start:
            continue
        if start > at:
            out.append(Interval("", at, start))
        out.append(Interval(interval.label, start, end))
        at = end
    if at < seconds:
        out.append(Interval("", at, seconds))
    return out


def _rounded(second: float, seconds: float) -> float:
    # An interval that ends with the sound ends exactly there, to the last digit of the sound's length.
    return seconds if second >= seconds - 0.5 * 10**-DIGITS else max(0.0, round(second, DIGITS))


def _number(value: float) -> str:
    return f"{value:.15g}"


def _text(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
