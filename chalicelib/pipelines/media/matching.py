"""The photos that a sidecar belongs to, by the names that cameras, editors and Google Takeout give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Takeout cuts a JSON's name, without ".json", to 46 characters, and a photo's to 47 and its extension.
CUT = 46
SUPPLEMENT = ".supplemental-metadata"
EDITED = re.compile(
    r"[-_](?:edited|bearbeitet|modifi[eé]|edit[eé]|editado|editada|modificato|modificata|bewerkt|edytowane|redigeret|"
    r"redigerad|redigert|muokattu|upraven[oa]|szerkesztett|düzenlendi|editat|編集済み|已修改|已編輯|수정됨|изменено)$"
)
_COUNT = re.compile(r"\((\d{1,4})\)$")


@dataclass(frozen=True, slots=True)
class Named:
    """A file by its name, folded: folder, stem and extension with the dot."""

    number: int
    folder: str
    stem: str
    extension: str

    @property
    def name(self) -> str:
        return self.stem + self.extension


def photo_of_xmp(sidecar: Named, beside: Sequence[Named]) -> list[Named]:
    """`IMG_1.jpg.xmp` belongs to IMG_1.jpg (digiKam, darktable), `IMG_1.xmp` to all with that stem (Adobe, Apple)."""
    exact = [photo for photo in beside if photo.name == sidecar.stem]
    return exact or [photo for photo in beside if photo.stem == sidecar.stem]


def photo_of_aae(sidecar: Named, beside: Sequence[Named]) -> list[Named]:
    """`IMG_1234.AAE` belongs to IMG_1234, and `IMG_O1234.AAE` describes it before its edit."""
    own = re.sub(r"^(img_)o(?=\d)", r"\1", sidecar.stem)
    return [photo for photo in beside if photo.stem == own]


def photo_of_takeout(sidecar: Named, title: str, beside: Sequence[Named]) -> list[Named]:
    """The photos from whose names Takeout may have made this JSON's, by cutting, numbering and supplementing. Of
    several, the one that `title`, the name before these changes, fits; none where that doesn't decide it either."""
    base, count = _counted(sidecar.stem)
    matching = [photo for photo in beside if _fits(base, count, title, photo)]
    if len(matching) > 1:
        exact = [photo for photo in matching if _counted(photo.stem)[0] + photo.extension == base]
        title = title.casefold()
        titled = [p for p in matching if title.startswith(_counted(p.stem)[0]) and title.endswith(p.extension)]
        # Of a still and its film, the JSON belongs to the still, whose name it has.
        matching = exact or (titled if len(titled) == 1 else [])
    return matching


def origins(photo: Named) -> Iterator[str]:
    """The stems of which this one is an edited version by its name: IMG_1234 for IMG_E1234, x for x-edited."""
    base, count = _counted(photo.stem)
    plain = EDITED.sub("", base)
    if plain != base:
        yield plain + (f"({count})" if count else "")
    apple = re.sub(r"^(img_)e(?=\d)", r"\1", photo.stem)
    if apple != photo.stem:
        yield apple


def _fits(base: str, count: int, title: str, photo: Named) -> bool:
    stem, number = _counted(photo.stem)
    # A number in brackets is either Takeout's own, and then at the end of the JSON's name, or part of the photo's name.
    names = [stem] if number == count else []
    names += [photo.stem] if number and not count else []
    for name in names:
        whole = name + photo.extension
        if base == whole or (base.startswith(whole + ".") and SUPPLEMENT.startswith(base[len(whole) :])):
            return True
        if len(base) >= CUT and whole.startswith(base):  # the photo's own name was too long
            return True
        if base == name == title.casefold():  # sent without an extension
            return True
    return False


def _counted(stem: str) -> tuple[str, int]:
    """A stem without its number in brackets, and that number; 0 where it has none."""
    match = _COUNT.search(stem)
    return (stem[: match.start()], int(match[1])) if match else (stem, 0)
