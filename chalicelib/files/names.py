"""Names that people give to files: shown as they are, never used as paths."""

from __future__ import annotations

import unicodedata

LONGEST = 255


def display_name(given: str) -> str:
    """`given` without control characters and surrogates, folders kept, at most 255 characters with its extension.

    It may still say `../` or run from right to left: it is for showing. Raises ValueError where nothing but dots,
    slashes and spaces is left.
    """
    name = "".join(c for c in given if unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if not name.strip("./\\ "):
        raise ValueError("a file needs a name of more than dots, slashes and control characters")
    if len(name) > LONGEST:
        stem, dot, extension = name.rpartition(".")
        tail = dot + extension if stem and len(extension) <= 16 else ""
        name = name[: LONGEST - len(tail)] + tail
    return name
