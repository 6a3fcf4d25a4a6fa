"""Decides for each pair whether the transcript fits the recording, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

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


def judge(found: Evidence) -> tuple[str, str | None]:
    """(verdict, reason); None where all is well."""
    if not found.words:
        return FAILED, "The transcript has no words that can be spoken."
    if not found.placed:
        return FAILED, "None of the transcript's words was found in the recording."
    reasons = []
    speech = found.spoken + found.untranscribed
    share = found.untranscribed / speech if speech else 0.0
    unspoken = found.words - found.placed - found.unpronounceable
    if share > 0.4 or found.score < LOWEST_SCORE or unspoken > 0.5 * found.words:
        reasons.append("The transcript doesn't seem to match this recording.")
    if share > UNTRANSCRIBED_SHARE:
        reasons.append(f"{found.untranscribed:.1f} s of sound are not in the transcript ({share:.0%} of the speech).")
    if unspoken > UNSPOKEN_SHARE * found.words:
        reasons.append(f"{unspoken} of {found.words} words were not heard.")
    if found.unpronounceable:
        reasons.append(f"{found.unpronounceable} of {found.words} words have no pronunciation and were left out.")
    if found.low > LOW_SHARE * found.placed:
        reasons.append(f"{found.low} of {found.placed} words are unsure.")
    if found.coarse > 0.2 * found.placed:
        reasons.append(f"{found.coarse} words could be placed only roughly.")
    return (SUSPECT, " ".join(reasons)) if reasons else (ALIGNED, None)
