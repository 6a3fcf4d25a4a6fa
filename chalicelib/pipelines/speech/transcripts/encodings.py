"""Decodes the text of any program."""

from __future__ import annotations

import codecs
import re
import unicodedata

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_of(content: bytes) -> tuple[str, str]:
    """(text, encoding). UTF-8, UTF-16 and UTF-32 with a mark or UTF-16 without one, else Windows' Latin-1. Decomposed
    characters are composed, line ends are "\\n"."""
    text, encoding = _decoded(content)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\ufeff", "").replace("\0", ""), encoding


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace"), encoding.removesuffix("-sig")
    if guessed := _utf16_without_mark(content):
        try:
            return content.decode(guessed), guessed
        except UnicodeDecodeError:
            pass
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if mixed := _mixed(content):
            return mixed, "utf-8"
        # Undefined bytes of Windows-1252 are control characters of Latin-1.
        try:
            return content.decode("cp1252"), "latin-1"
        except UnicodeDecodeError:
            return content.decode("latin-1"), "latin-1"


def _utf16_without_mark(content: bytes) -> str | None:
    head = content[:4096]
    if len(head) < 4 or len(content) % 2:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _mixed(content: bytes) -> str | None:
    """UTF-8 with stray bytes of Windows' Latin-1, as when two files are joined; None where the strays are too many."""
    text = content.decode("utf-8", "surrogateescape")
    strays = sum("\udc80" <= c <= "\udcff" for c in text)
    if sum(c > "\x7f" for c in text) < 2 * strays:
        return None
    return re.sub("[\udc80-\udcff]", lambda c: bytes([ord(c[0]) - 0xDC00]).decode("cp1252", "replace"), text)


def is_binary(text: str) -> bool:
    """Whether it has too many control characters for a text: a program's own data."""
    head = text[:4096]
    return 10 * sum(c < " " and c not in "\t\n\v\f\x1b" for c in head) > len(head)
