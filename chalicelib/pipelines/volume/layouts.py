"""Folder layouts of images and labels: files are distinguished by names and headers alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from chalicelib.pipelines.volume.formats import base_name, region_name, stem_of

LABEL_NAME = re.compile(r"label|seg|mask", re.IGNORECASE)
# nnU-Net's folders, and MONAI's and the challenges' that copied them.
LABEL_FOLDER = re.compile(r"labels?(tr|ts|val|test)?|gt|ground_?truth|segmentations?|masks?", re.IGNORECASE)
IMAGE_FOLDER = re.compile(r"images?(tr|ts|val|test)?|imgs?|scans?", re.IGNORECASE)
CHANNEL = re.compile(r"_(\d{4})$")


@dataclass(frozen=True)
class Entry:
    """An image file by its path and its header's facts. whole: whether its values are bytes, as masks' are."""

    name: str
    whole: bool
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """image: one file, or one for each channel. labels: one file, or a mask for each structure with their names."""

    image: tuple[str, ...]
    labels: tuple[str, ...]
    masks: tuple[str, ...] = ()
    left_out: int = 0


def arranged(entries: Sequence[Entry], *, labels_wanted: bool) -> Layout:
    """The roles of a job's several image files. labels_wanted: whether labels are to be measured, or compared with."""
    marked = [one for one in entries if _is_label(one)]
    others = [one for one in entries if one not in marked]
    image = _channels(others[0], others) if others else ()
    if labels_wanted and (found := _masks(marked or others, entries)):
        rest = [one for one in others if one not in found]
        image = _channels(rest[0], rest) if rest else ()
        names = tuple(region_name(stem_of(one.name)) or f"mask_{n}" for n, one in enumerate(found, 1))
        used = len(found) + len(image)
        return Layout(image, tuple(one.name for one in found), names, len(entries) - used)
    labels: tuple[str, ...] = ()
    if marked:
        fitting = [one for one in marked if image and _case(one.name) == _case(image[0])]
        labels = ((fitting or marked)[0].name,)
    if not image:
        return Layout(labels, (), (), len(entries) - 1)
    return Layout(image, labels, (), len(entries) - len(image) - len(labels))


def _is_label(one: Entry) -> bool:
    if _in(one.name, IMAGE_FOLDER):
        return False
    return _in(one.name, LABEL_FOLDER) or bool(LABEL_NAME.search(base_name(one.name)))


def _masks(found: Sequence[Entry], entries: Sequence[Entry]) -> list[Entry]:
    """The files that are masks of one grid, one for each structure; none where they can't be such masks."""
    # Programs write masks as bytes; scripts also in whatever type their arrays have, into a folder for labels.
    masks = [one for one in found if one.whole or _in(one.name, LABEL_FOLDER)]
    if len(masks) < 2 or len({one.shape for one in masks}) > 1:
        return []
    images = [one for one in entries if one not in masks]
    # Labels of several cases, each with its image, aren't masks of a single one.
    if any(_case(mask.name) == _case(image.name) for mask in masks for image in images):
        return []
    return sorted(masks, key=lambda one: base_name(one.name).lower())


def _channels(first: Entry, entries: Sequence[Entry]) -> tuple[str, ...]:
    """nnU-Net's channels of one case, `knee_0000` and on; else the one file."""
    if not CHANNEL.search(stem_of(first.name)):
        return (first.name,)
    case = _case(first.name)
    return tuple(sorted(one.name for one in entries if CHANNEL.search(stem_of(one.name)) and _case(one.name) == case))


def _case(name: str) -> str:
    return CHANNEL.sub("", stem_of(name)).lower()


def _in(name: str, folder: re.Pattern[str]) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts[:-1]
    return any(folder.fullmatch(part) for part in parts)
