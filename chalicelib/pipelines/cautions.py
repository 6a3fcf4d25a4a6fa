"""What must be known beside a result: whatever was dropped, assumed or repaired, and whatever is in doubt."""

from __future__ import annotations

from typing import NamedTuple


class Caution(NamedTuple):
    """code: for programs and translations. message: in English. values: those in the message, by the names that its
    translations use.

    JSON keeps it as a list of the three; `Caution(*row)` reads it.
    """

    code: str
    message: str
    values: dict[str, str | float] = {}  # noqa: RUF012 - read alone

    @classmethod
    def filled(cls, code: str, sentence: str, **values: str | float) -> Caution:
        """A caution whose message is the sentence with its values at `{name}`."""
        return cls(code, sentence.format(**values), values)

    def about(self, file: str) -> Caution:
        """The same about that file of several."""
        return Caution(self.code, f"{file}: {self.message}", {**self.values, "file": file})

    def answered(self) -> dict[str, str | float]:
        """As results and documents have it: code, message and the values in one object."""
        return {"code": self.code, "message": self.message, **self.values}


def counted(count: int, noun: str) -> str:
    """`1 slice`, `2 slices`: for nouns whose plural ends in s."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"
