"""Words and phones of a short piece of sound by pocketsphinx: words first, then the phones of the pronunciations
found."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pronunciations = tuple[tuple[str, ...], ...]

BEAMS: tuple[dict[str, float], ...] = (
    {"beam": 1e-57, "wbeam": 1e-40, "pbeam": 1e-57},
    {"beam": 1e-90, "wbeam": 1e-70, "pbeam": 1e-90},
    {"beam": 1e-160, "wbeam": 1e-140, "pbeam": 1e-160},
)
"""Tried in order: a wider beam costs more and finds what a narrow one loses."""

MARKER = "w"


@dataclass(frozen=True)
class HeardPhone:
    """frames of 10 ms, start ≤ t < end."""

    name: str
    start: int
    end: int


class TwoPass:
    """Aligns pieces with one model and the words of `vocabulary`; its dictionary holds only these."""

    def __init__(self, folder: Path, vocabulary: Sequence[Pronunciations]) -> None:
        self._folder = folder
        self._ids = {said: f"{MARKER}{n}" for n, said in enumerate(dict.fromkeys(vocabulary))}
        self._decoders: dict[int, Any] = {}

    def align(self, samples: NDArray[np.int16], words: Sequence[Pronunciations]) -> list[list[HeardPhone]] | None:
        """The phones of each word; None where no path is found however wide the beam. samples: 16 kHz."""
        content = samples.astype("<i2").tobytes()
        for level in range(len(BEAMS)):
            if (found := self._attempt(level, content, words)) is not None:
                return found
        return None

    def _attempt(self, level: int, content: bytes, words: Sequence[Pronunciations]) -> list[list[HeardPhone]] | None:
        decoder = self._decoder(level)
        try:
            decoder.set_align_text(" ".join(self._ids[said] for said in words))
            _decode(decoder, content)
            if decoder.hyp() is None:
                return None
            decoder.set_alignment()
            _decode(decoder, content)
            alignment = decoder.get_alignment()
        except RuntimeError:
            return None
        if alignment is None:
            return None
        heard = [
            [HeardPhone(phone.name, phone.start, phone.start + phone.duration) for phone in word]
            for word in alignment
            if word.name.startswith(MARKER)
        ]
        whole = len(heard) == len(words) and all(p.end > p.start for phones in heard for p in phones)
        return heard if whole and all(heard) else None

    def _decoder(self, level: int) -> Any:
        if level not in self._decoders:
            import pocketsphinx

            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "words.dict"
                path.write_text("".join(self._lines()), encoding="utf-8")
                self._decoders[level] = pocketsphinx.Decoder(
                    hmm=str(self._folder), dict=str(path), lm=None, bestpath=False, loglevel="FATAL", **BEAMS[level]
                )
        return self._decoders[level]

    def _lines(self) -> list[str]:
        return [
            f"{name}{f'({n})' if n > 1 else ''} {' '.join(phones)}\n"
            for said, name in self._ids.items()
            for n, phones in enumerate(said, 1)
        ]


def _decode(decoder: Any, content: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(content, full_utt=True)
    decoder.end_utt()
