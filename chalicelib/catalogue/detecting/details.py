"""Details that are HTML, as text with its paragraphs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.model import Scene

CONFIDENCE = 1.0
LONGEST = 100_000
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "table", "tr", "blockquote", "section", "article", *(f"h{i}" for i in range(1, 7))}
)
_LAID_OUT = re.compile(r"<(?:br|p|div|li)\b", re.IGNORECASE)
_UNSHOWN = frozenset({"script", "style", "head", "template"})


def detect(scene: Scene) -> list[Proposal]:
    if not scene.details or not _MARKUP.search(scene.details[:LONGEST]):
        return []
    text = plain_text(scene.details[:LONGEST])
    if text == scene.details:
        return []
    return [Proposal("details", "set", text, CONFIDENCE, "the details hold HTML", scene.details)]


def plain_text(html: str) -> str:
    """The text of an HTML fragment: paragraphs separated by an empty line, list items as lines with a dash."""
    reader = _Reader()
    # Where tags lay the text out, its own line breaks are spaces; with only a stray tag, the line breaks lay it out.
    reader.feed(re.sub(r"\s*\n\s*", " ", html) if _LAID_OUT.search(html) else html)
    reader.close()
    text = "".join(reader.parts)
    lines = [re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self._unshown += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self._unshown = max(0, self._unshown - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._unshown:
            self.parts.append(data)
