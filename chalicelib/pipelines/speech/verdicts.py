"""Decides for each pair whether the transcript fits the recording, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.pipelines.cautions import Caution

ALIGNED, SUSPECT, FAILED = "aligned", "suspect", "failed"

# Right transcripts leave at most 3 % of the speech to garbage, wrong ones 31 % at least (14 and 14 pairs).
UNTRANSCRIBED_SHARE = 0.12
UNSPOKEN_SHARE = 0.12
LOWEST_SCORE = 1.2
LOW_SHARE = 0.34


@dataclass(frozen=True)
class Evidence:
    """words: those that should have been spoken. placed: those that were found. low: those of them with a confidence
    under one half. spoken, untranscribed: seconds. score: mean of the placed words' frames. coarse: the number of words
    that pocketsphinx could not align."""

    words: int
    placed: int
    low: int
    spoken: float
    untranscribed: float
    score: float
    coarse: int
    unpronounceable: int = 0


def judge(found: Evidence) -> tuple[str, list[Caution]]:
    """(verdict, its reasons); none where all is well."""
    if not found.words:
        return FAILED, [Caution("no_spoken_words", "The transcript has no words that can be spoken.")]
    if not found.placed:
        return FAILED, [Caution("nothing_heard", "None of the transcript's words was found in the recording.")]
    reasons = []
    speech = found.spoken + found.untranscribed
    share = found.untranscribed / speech if speech else 0.0
    unspoken = found.words - found.placed - found.unpronounceable
    if share > 0.4 or found.score < LOWEST_SCORE or unspoken > 0.5 * found.words:
        reasons.append(Caution("other_transcript", "The transcript doesn't seem to match this recording."))
    if share > UNTRANSCRIBED_SHARE:
        seconds, percent = round(found.untranscribed, 1), round(100 * share)
        reasons.append(
            Caution(
                "untranscribed",
                f"{seconds:.1f} s of sound are not in the transcript ({percent}% of the speech).",
                {"seconds": seconds, "percent": percent},
            )
        )
    if unspoken > UNSPOKEN_SHARE * found.words:
        reasons.append(_some("many_unheard", unspoken, found.words, "were not heard"))
    if found.unpronounceable:
        what = "have no pronunciation and were left out"
        reasons.append(_some("unpronounceable", found.unpronounceable, found.words, what))
    if found.low > LOW_SHARE * found.placed:
        reasons.append(_some("many_unsure", found.low, found.placed, "are unsure"))
    if found.coarse > 0.2 * found.placed:
        reasons.append(_some("coarse", found.coarse, found.placed, "could be placed only roughly"))
    return (SUSPECT if reasons else ALIGNED), reasons


def _some(code: str, count: int, total: int, what: str) -> Caution:
    return Caution(code, f"{count} of {total} words {what}.", {"count": count, "total": total})
