"""Names that people give to files: shown as they are, never used as paths."""

from __future__ import annotations

import fnmatch
import re
import unicodedata

LONGEST = 255

# The names of files and folders that operating systems, file managers and network drives leave beside people's files.
HOUSEKEEPING = (
    ".ds_store",
    "._*",
    ".appledouble",
    "__macosx",
    ".spotlight-v100",
    ".trashes",
    ".trash-*",
    ".fseventsd",
    ".temporaryitems",
    ".documentrevisions-v100",
    ".apdisk",
    ".localized",
    "icon\r",
    "thumbs.db",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "desktop.ini",
    "$recycle.bin",
    "system volume information",
    ".directory",
    ".nomedia",
    ".picasa.ini",
    "picasa.ini",
    "@eadir",
    "lost+found",
)


LONGEST_PART = 100
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def safe_part(part: str, longest: int = LONGEST_PART) -> str:
    """A folder or stem as its owner named it, without parts that lead elsewhere or upset a file system; empty where
    nothing is left."""
    part = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", part))
    if not part.isprintable():  # nor may half a character stay
        part = "".join(c for c in part if c.isprintable())
    part = part[:longest].strip(" .")
    return f"{part}_" if _RESERVED.fullmatch(part) else part


def is_housekeeping(path: str) -> bool:
    """Whether a file or one of its folders has a name that only an operating system gives, in any case of its
    letters."""
    parts = re.split(r"[/\\]", path.lower())
    return any(fnmatch.fnmatchcase(part, pattern) for part in parts for pattern in HOUSEKEEPING)


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
