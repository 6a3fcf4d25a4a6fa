"""Reads ELAN's .eaf: alignable annotations of independent tiers."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech.transcripts.model import Transcript, UnreadableTranscript, Utterance, distinct, tier_of


class _Plain(ElementTree.TreeBuilder):
    """Refuses document types in any encoding, so that nothing expands."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise UnreadableTranscript("The .eaf file declares a document type, which is not supported.")


def read_eaf(content: bytes) -> Transcript:
    """Slots without a time are spread evenly between their neighbours, as ELAN shows them. Dependent tiers are listed
    as left out. Raises UnreadableTranscript."""
    try:
        root = ElementTree.fromstring(content, ElementTree.XMLParser(target=_Plain()))  # noqa: S314 - see _Plain
    except (ElementTree.ParseError, LookupError, ValueError):  # the last two for encodings that expat doesn't know
        raise UnreadableTranscript("The .eaf file is not well-formed XML.") from None
    if root.tag != "ANNOTATION_DOCUMENT":
        raise UnreadableTranscript("The file is not an ELAN document.")
    unit = 1e-3
    header = root.find("HEADER")
    if header is not None and header.get("TIME_UNITS", "milliseconds") not in ("", "milliseconds"):
        raise UnreadableTranscript("The .eaf file doesn't count time in milliseconds.")
    slots = _slots(root, unit)
    transcript = Transcript()
    for tier in root.findall("TIER"):
        name = unicodedata.normalize("NFC", tier.get("TIER_ID") or tier.get("PARTICIPANT") or "tier")
        if tier.get("PARENT_REF"):
            sentence = "Tier {tier} depends on another; it was left out."
            transcript.cautions.append(Caution.filled("dependent_tier", sentence, tier=name))
            continue
        utterances = []
        for annotation in tier.iter("ALIGNABLE_ANNOTATION"):
            start, end = (slots.get(annotation.get(f"TIME_SLOT_REF{n}", "")) for n in (1, 2))
            text = unicodedata.normalize("NFC", annotation.findtext("ANNOTATION_VALUE") or "")
            if start is None or end is None:
                sentence = "Tier {tier}: an annotation has no time; it was left out."
                transcript.cautions.append(Caution.filled("annotation_without_time", sentence, tier=name))
            elif text.strip():
                utterances.append(Utterance(text, start, end))
        # A document of this pipeline names its utterances "X - trans".
        transcript.tiers.append(tier_of(name.removesuffix(" - trans"), utterances, transcript.cautions))
    transcript.tiers = distinct(transcript.tiers, transcript.cautions)
    return transcript


def _slots(root: ElementTree.Element, unit: float) -> dict[str, float]:
    ids: list[str] = []
    times: list[float | None] = []
    for slot in root.iter("TIME_SLOT"):
        value = slot.get("TIME_VALUE")
        ids.append(slot.get("TIME_SLOT_ID", ""))
        try:
            times.append(None if value is None else float(value) * unit)
        except ValueError:
            raise UnreadableTranscript("The .eaf file holds a time that is not a number.") from None
    known = [i for i, time in enumerate(times) if time is not None]
    found = {}
    for i, time in enumerate(times):
        if time is None:
            before = max((k for k in known if k < i), default=None)
            after = min((k for k in known if k > i), default=None)
            if before is None or after is None:
                continue
            low, high = times[before] or 0.0, times[after] or 0.0
            found[ids[i]] = low + (high - low) * (i - before) / (after - before)
        else:
            found[ids[i]] = time
    return found
