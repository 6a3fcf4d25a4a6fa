"""Checks a HEIC before it is decoded.

pi-heif dereferences a null pointer, and takes the process with it, where an item's type or content type isn't UTF-8
(seen in 1.4.0). One damaged byte is enough for that, so such a file is refused first.
Boxes: ISO/IEC 14496-12, 8.11.1 (meta), 8.11.6 (iinf, infe).
"""

from __future__ import annotations

from chalicelib.pipelines.media.boxes import inside


def items_are_named(content: bytes) -> bool:
    """Whether every item of every `meta` box names its type in UTF-8, as the standard wants it."""
    for kind, body in inside(content, 0, len(content)):
        if kind == b"meta":
            for inner, info in inside(content, body.start + 4, body.stop):
                if inner == b"iinf" and not _entries_are_named(content, info):
                    return False
    return True


def _entries_are_named(content: bytes, info: range) -> bool:
    first = info.start + (6 if content[info.start : info.start + 1] == b"\0" else 8)
    for kind, entry in inside(content, first, info.stop):
        identifier = 4 if content[entry.start : entry.start + 1] == b"\3" else 2
        strings = content[entry.start + 4 + identifier + 2 : entry.stop]
        if kind == b"infe" and not _is_utf8(strings):
            return False
    return True


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
