"""Finds the files that belong together, by their names."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from chalicelib.pipelines.base import InspectedFile

AUDIO = (
    ".wav", ".flac", ".mp3", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".aiff", ".aif", ".aifc", ".wma", ".mp4", ".mov",
    ".webm",
)  # fmt: skip
TEXTS = (".lab", ".txt")
TABLES = (".xlsx", ".tsv", ".csv")
TIERS = (".textgrid", ".eaf", ".srt", ".vtt")
EXTENSIONS = (*AUDIO, *TEXTS, *TABLES, *TIERS)

EXPECTED = {"text": TEXTS, "text_table": TABLES, "tiers": (*TIERS, *TABLES), "tiers_table": TABLES}
"""The forms that a transcript may have by the option `transcripts`, the preferred one first."""
MASTER = frozenset({"text_table", "tiers_table"})

SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".localized"})


def is_ignored(name: str) -> bool:
    """Files that systems leave behind (`.DS_Store`, `__MACOSX/…`, `._recording.wav`)."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1].lower() in SYSTEM_FILES or parts[-1].startswith("._")


def extension_of(name: str) -> str:
    lowered = name.lower()
    return next((extension for extension in EXTENSIONS if lowered.endswith(extension)), "")


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/").strip("/")


def stem_of(name: str) -> str:
    """The path without its extension, composed, with forward slashes."""
    plain = _plain(name)
    return plain[: len(plain) - len(extension_of(plain))]


def base_of(name: str) -> str:
    return stem_of(name).rpartition("/")[2]


def is_audio(name: str) -> bool:
    return extension_of(name) in AUDIO


@dataclass
class Pairing:
    """pairs: a recording with its transcript, None where one table holds all. alone: files without a partner, each with
    a sentence that says so. tables: the master tables."""

    pairs: list[tuple[InspectedFile, InspectedFile | None]] = field(default_factory=list)
    alone: list[tuple[InspectedFile, str]] = field(default_factory=list)
    tables: list[InspectedFile] = field(default_factory=list)


def pair(files: Iterable[InspectedFile], transcripts: str) -> Pairing:
    """Recordings with their transcripts by the stem of their paths; case counts only where it must."""
    found = Pairing()
    given = [file for file in files if not is_ignored(file.filename)]
    recordings = [file for file in given if is_audio(file.filename)]
    others = [file for file in given if not is_audio(file.filename)]
    expected: list[InspectedFile] = []
    wanted = _named(EXPECTED[transcripts])
    for file in others:
        if extension_of(file.filename) in EXPECTED[transcripts]:
            expected.append(file)
        else:
            found.alone.append(
                (file, f"With transcripts as `{transcripts}`, a {wanted} is expected; this file was not used.")
            )
    if transcripts in MASTER:
        found.tables = expected
        found.pairs = [(file, None) for file in recordings]
        return found
    left = _by_stem(expected, EXPECTED[transcripts])
    stems = [stem_of(file.filename) for file in recordings]
    exact = set(stems) & set(left)
    alike = Counter(stem.casefold() for stem in {*stems, *left} - exact)
    near: dict[str, str] = {}
    for stem in left:
        if stem not in exact:
            near.setdefault(stem.casefold(), stem)
    used: dict[str, InspectedFile] = {}
    for file, stem in zip(recordings, stems, strict=True):
        if stem in used:
            found.alone.append((file, f"Its transcript was used for {used[stem].filename}, which has the same name."))
            continue
        key = stem if stem in left else near.get(stem.casefold())
        if key is None:
            found.alone.append((file, f"No transcript: there is no {wanted} named {stem}."))
            continue
        if key != stem and alike[stem.casefold()] > 2:
            found.alone.append(
                (file, f"No transcript: names like {stem} differ only in case, so that none is certain.")
            )
            continue
        used[stem] = file
        first, *rest = left.pop(key)
        found.pairs.append((file, first))
        found.alone.extend((other, f"{first.filename} is the transcript that was used.") for other in rest)
    for files_left in left.values():
        found.alone.extend((f, f"No recording is named {stem_of(f.filename)}.") for f in files_left)
    return found


def _by_stem(files: list[InspectedFile], order: tuple[str, ...]) -> dict[str, list[InspectedFile]]:
    found: dict[str, list[InspectedFile]] = {}
    for file in sorted(files, key=lambda f: order.index(extension_of(f.filename))):
        found.setdefault(stem_of(file.filename), []).append(file)
    return found


def _named(extensions: tuple[str, ...]) -> str:
    shown = [".TextGrid" if e == ".textgrid" else e for e in extensions]
    return f"{', '.join(shown[:-1])} or {shown[-1]}"


class Recordings:
    """The recordings by every way in which a master table may name them."""

    def __init__(self, files: Iterable[InspectedFile]) -> None:
        self._by_key: tuple[dict[str, list[InspectedFile]], ...] = tuple(defaultdict(list) for _ in range(5))
        for file in files:
            path = _plain(file.filename)
            for by_key, key in zip(self._by_key, _keys(path, stem_of(path)), strict=True):
                by_key[key].append(file)

    def named(self, name: str) -> list[InspectedFile]:
        """Those that the name may mean: by path, else by name, with or without extension; the closest way that finds
        one counts."""
        wanted = _plain(name).strip("/ ")
        keys = _keys(wanted, stem_of(wanted) if is_audio(wanted) else wanted)
        found = (by_key.get(key) for by_key, key in zip(self._by_key, keys, strict=True))
        return next((files for files in found if files), [])


def _keys(path: str, stem: str) -> tuple[str, ...]:
    """From the closest way of naming to the loosest."""
    return path, stem, path.casefold(), stem.casefold(), stem.rpartition("/")[2].casefold()
