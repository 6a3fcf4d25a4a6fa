"""Writes the table of all intervals, and the readme."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech.writing.model import Aligned

COLUMNS = ("recording", "speaker", "level", "label", "start", "end", "confidence", "word", "kind", "guessed")
CITE = """\
Cite: pocketsphinx 5.1.1 (Huggins-Daines et al. 2006, "PocketSphinx: a free, real-time continuous speech recognition
system for hand-held devices", ICASSP), its acoustic model and dictionary of US English (CMU), and, where words were
pronounced by their letters, g2p-en 2.1.0 (Park and Kim 2019).
"""


def table(aligned: Sequence[Aligned]) -> bytes:
    """A row for each word and each phone; word: the number of its speaker's word that it belongs to, from 1."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in aligned:
        for speaker in one.speakers:
            for number, word in enumerate(speaker.words, 1):
                told = (number, word.kind, "yes" if word.guessed else "no")
                rows.writerow(
                    (
                        one.recording,
                        speaker.name,
                        "word",
                        word.label,
                        *_times(word.start, word.end),
                        word.confidence,
                        *told,
                    )
                )
                for phone in word.phones:
                    times = _times(phone.start, phone.end)
                    rows.writerow((one.recording, speaker.name, "phone", phone.label, *times, phone.confidence, *told))
    return out.getvalue().encode()


def _times(start: float, end: float) -> tuple[str, str]:
    return f"{start:.6f}".rstrip("0").rstrip("."), f"{end:.6f}".rstrip("0").rstrip(".")


def readme(
    aligned: Sequence[Aligned],
    alone: Sequence[tuple[str, str]],
    missing: Sequence[dict[str, object]],
    cautions: Sequence[Caution],
    language: str,
) -> bytes:
    """The content of the zip, counts, every file's verdict, and everything that was skipped, mended or guessed."""
    counts = Counter(one.verdict for one in aligned)
    words = sum(one.words for one in aligned)
    lines = [
        "Aligned speech",
        "==============",
        "",
        f"Recordings: {len(aligned)} ({', '.join(f'{n} {verdict}' for verdict, n in sorted(counts.items()))})",
        f"Seconds: {sum(one.seconds for one in aligned):.1f}",
        f"Words placed: {words}",
        f"Words without a pronunciation in a dictionary: {len(missing)}"
        + (" (guessed from their letters; see missing_words.dict)" if missing else ""),
        f"Language: {language}",
        "",
        "audio/        the recordings as they were sent",
        "textgrids/    for Praat: phones, words and utterances of each speaker",
        "elan/         for ELAN",
        "subtitles/    .srt and .vtt",
        "alignment.json, alignment.csv   every word and phone with its confidence (0 to 1)",
        "",
        "Times are in seconds. Silence and sound that the transcript doesn't have are empty intervals.",
        "Check everything with a confidence under 0.5.",
        "",
    ]
    if cautions:
        lines += ["Notes", "-----", *(caution.message for caution in cautions), ""]
    lines += ["Recordings", "----------"]
    for one in aligned:
        lines.append(f"{one.recording}: {one.verdict}{f'. {one.message}' if one.message else ''}")
        lines += [f"    {warning.message}" for warning in one.warnings]
    if alone:
        lines += ["", "Files that were not used", "------------------------"]
        lines += [f"{name}: {reason}" for name, reason in alone]
    return ("\n".join([*lines, "", CITE])).encode()
