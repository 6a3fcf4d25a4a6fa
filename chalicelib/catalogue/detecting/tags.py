"""Tags that the library has and a scene lacks, by its file's measures and the words of its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.detecting.reading import Reading
from chalicelib.catalogue.model import Entity, SceneFile
from chalicelib.catalogue.words import joined

MEASURED, IN_NAME, WHOLE = 0.95, 0.75, 0.85

RESOLUTIONS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (4320, ("4320p", "8K", "8K UHD")),
    (2160, ("2160p", "4K", "UHD", "4K UHD", "Ultra HD")),
    (1440, ("1440p", "2K", "QHD")),
    (1080, ("1080p", "Full HD", "FHD")),
    (720, ("720p", "HD")),
    (480, ("480p", "SD")),
)
"""The minimum of the shorter side for each name, in pixels. Portrait videos count by their width."""

DURATIONS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (300, ("Short", "Under 5 minutes")),
    (900, ("Medium length", "5-15 minutes")),
    (1800, ("Standard length", "15-30 minutes")),
    (3600, ("Long", "30-60 minutes")),
    (float("inf"), ("Feature length", "Over 60 minutes")),
)
"""The bound of each name, in seconds, excluded."""

FRAME_RATES: tuple[tuple[float, tuple[str, ...]], ...] = ((119, ("120fps", "120 fps")), (59, ("60fps", "60 fps")))
"""The minimum of frames a second: 60 is often 59.94."""

TECHNICAL = frozenset(
    joined(name) for table in (RESOLUTIONS, DURATIONS, FRAME_RATES) for _, names in table for name in names
)


def detect(reading: Reading, by_joined_name: Mapping[str, list[Entity]]) -> list[Proposal]:
    best: dict[str, Proposal] = {}
    present = {tag.id for tag in reading.scene.tags}
    current = [tag.name for tag in reading.scene.tags]
    for entity, confidence, reason in _found(reading, by_joined_name):
        if entity.id in present or (entity.id in best and best[entity.id].confidence >= confidence):
            continue
        best[entity.id] = Proposal("tags", "add", entity.name, confidence, reason, current, entity.id)
    return list(best.values())


def _found(reading: Reading, by_joined_name: Mapping[str, list[Entity]]) -> Iterable[tuple[Entity, float, str]]:
    file = reading.scene.primary_file
    for name, reason in measured(file) if file else ():
        for entity in by_joined_name.get(joined(name), ()):
            if not entity.ignore_auto_tag:
                yield entity, MEASURED, reason
    for text in (*reading.names, *reading.folders):
        for match in text.of("tags"):
            entity = match.spelling.entity
            # Resolution and length are measured, not taken from a name's claim.
            if len(match.shared) == 1 and joined(match.spelling.text) not in TECHNICAL:
                yield entity, WHOLE if match.whole else IN_NAME, f"{match.spelling.text!r} stands in {text.where}"


def measured(file: SceneFile) -> list[tuple[str, str]]:
    """The names that a file's measures give, each with its reason."""
    found: list[tuple[str, str]] = []
    if file.width and file.height:
        side = min(file.width, file.height)
        names = next((names for least, names in RESOLUTIONS if side >= least), ())
        found += [(name, f"the video has {file.width} × {file.height} pixels") for name in names]
    if file.duration:
        names = next(names for below, names in DURATIONS if file.duration < below)
        found += [(name, f"the video is {file.duration / 60:.0f} minutes long") for name in names]
    if file.frame_rate:
        names = next((names for least, names in FRAME_RATES if file.frame_rate >= least), ())
        found += [(name, f"the video has {file.frame_rate:g} frames a second") for name in names]
    return found
