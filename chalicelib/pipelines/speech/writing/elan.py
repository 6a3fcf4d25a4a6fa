"""Writes ELAN's .eaf: utterances, their words, their phones, each tier inside the one above."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from chalicelib.pipelines.speech.writing.model import Aligned, Interval

UTTERANCES, PARTS = "utterances", "parts"
SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"


def eaf(aligned: Aligned, media: str, media_type: str) -> bytes:
    """media: the recording's address, relative to the file."""
    root = ElementTree.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "Millrace",
            "DATE": "1970-01-01T00:00:00+00:00",  # the same input gives the same bytes
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": SCHEMA,
        },
    )
    header = ElementTree.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    ElementTree.SubElement(
        header, "MEDIA_DESCRIPTOR", {"MEDIA_URL": media, "MIME_TYPE": media_type, "RELATIVE_MEDIA_URL": media}
    )
    order = ElementTree.SubElement(root, "TIME_ORDER")
    writer = _Tiers(root, order)
    for speaker in aligned.speakers:
        trans = f"{speaker.name} - trans"
        writer.tier(trans, None, speaker.name, speaker.utterances)
        writer.tier(f"{speaker.name} - word", trans, speaker.name, speaker.words)
        if speaker.syllables:
            writer.tier(f"{speaker.name} - syllable", f"{speaker.name} - word", speaker.name, speaker.syllables)
        writer.tier(f"{speaker.name} - phone", f"{speaker.name} - word", speaker.name, speaker.phones)
    writer.finish()
    for name, constraint in ((UTTERANCES, None), (PARTS, "Included_In")):
        kind = {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": name, "TIME_ALIGNABLE": "true"}
        ElementTree.SubElement(root, "LINGUISTIC_TYPE", kind | ({"CONSTRAINTS": constraint} if constraint else {}))
    ElementTree.SubElement(
        root,
        "CONSTRAINT",
        {
            "DESCRIPTION": "Time alignable annotations within the parent annotation's time interval, gaps are allowed",
            "STEREOTYPE": "Included_In",
        },
    )
    ElementTree.indent(root, "    ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(ElementTree.tostring(root, encoding="utf-8")) + b"\n"


class _Tiers:
    def __init__(self, root: ElementTree.Element, order: ElementTree.Element) -> None:
        self._root, self._order = root, order
        self._slots: list[tuple[int, str]] = []
        self._annotations = 0

    def tier(self, name: str, parent: str | None, speaker: str, intervals: Sequence[Interval]) -> None:
        kind = {"LINGUISTIC_TYPE_REF": PARTS if parent else UTTERANCES, "PARTICIPANT": speaker, "TIER_ID": name}
        tier = ElementTree.SubElement(self._root, "TIER", kind | ({"PARENT_REF": parent} if parent else {}))
        for interval in intervals:
            start, end = round(interval.start * 1000), round(interval.end * 1000)
            if end <= start:
                continue
            self._annotations += 1
            annotation = ElementTree.SubElement(
                ElementTree.SubElement(tier, "ANNOTATION"),
                "ALIGNABLE_ANNOTATION",
                {
                    "ANNOTATION_ID": f"a{self._annotations}",
                    "TIME_SLOT_REF1": self._slot(start),
                    "TIME_SLOT_REF2": self._slot(end),
                },
            )
            ElementTree.SubElement(annotation, "ANNOTATION_VALUE").text = interval.label

    def _slot(self, milliseconds: int) -> str:
        name = f"ts{len(self._slots) + 1}"
        self._slots.append((milliseconds, name))
        return name

    def finish(self) -> None:
        """Puts the slots in the order of time, as ELAN wants them."""
        for milliseconds, name in sorted(self._slots, key=lambda slot: slot[0]):
            ElementTree.SubElement(self._order, "TIME_SLOT", {"TIME_SLOT_ID": name, "TIME_VALUE": str(milliseconds)})
