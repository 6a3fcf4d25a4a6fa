"""The cautions that belong to a correction: about the light on the card, and about what a reference shot assumes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.colour import picture_report, scoring, shadow, taken
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.fitting import predicted
from chalicelib.pipelines.colour.light import LightField
from chalicelib.pipelines.colour.matching import Match
from chalicelib.pipelines.colour.measuring import Sample
from chalicelib.pipelines.colour.shadow import Lights
from chalicelib.pipelines.colour.spaces import lab_of, xyz_of
from chalicelib.pipelines.colour.taken import Taken

Floats = NDArray[np.float64]

OF_LIGHT = ("card_in_shadow", "card_partly_in_shadow", "shadow_edge", "uneven_light", "mixed_light", "veiling_glare")
OF_NO_CARD = ("several_cards", "two_markers", "mirrored")
_BLURRED = 0.08  # of the step from a patch to its surroundings
_FEWEST_PIXELS = 10  # of a patch's shorter side
_SAME_EXPOSURE = 0.05  # logarithm; cameras round their times by more
_SAME_SHAPE = 0.02
_MOST_SCALED = 16.0
_OFF_BY_LIGHT = 0.1  # logarithm of the light: how far a card may differ from its reference shot's

_LIT = {
    "dark": (
        "card_in_shadow",
        "A shadow's edge lies over the card. The picture is corrected for the shadow: what lies in the brighter light, "
        "{factor} times as strong, is off by a ΔE00 of about {delta_e}. Light card and subject alike.",
    ),
    "bright": (
        "card_partly_in_shadow",
        "A shadow's edge lies over the card. The picture is corrected for the brighter light: what lies in the shadow "
        "has {factor} times less of it and is off by a ΔE00 of about {delta_e}. Light card and subject alike.",
    ),
    "between": (
        "shadow_edge",
        "A shadow's edge lies over the card, and too few patches lie on either side of it: the correction is between "
        "the two lights, of which one is {factor} times as strong. Colours are off in both. Light card and subject "
        "alike.",
    ),
}


def of_light(lights: Lights | None, lit: str, field: LightField | None, card: Card) -> list[Caution]:
    """About a shadow's edge, or light that is stronger at one end of the card than at the other."""
    if lights and lights.edge:
        code, sentence = _LIT[lit]
        delta_e = round(shadow.cost(lights.factor, card), 1)
        return [Caution.filled(code, sentence, factor=round(lights.factor, 1), delta_e=delta_e)]
    if field is not None and field.uneven(card):
        return [
            Caution.filled(
                "uneven_light",
                "The light on the card is uneven: its brightest end has {percent} % more than its darkest. The picture "
                "is corrected for the light of the card's middle. At its ends colours are off by a ΔE00 of about "
                "{delta_e}, and farther away perhaps by more. A flat field undoes it.",
                percent=round(100 * (field.ratio(card) - 1)),
                delta_e=round(scoring.at_ends(field, card), 1),
            )
        ]
    return []


def of_doubts(match: Match) -> list[Caution]:
    """About light whose colour changes over the card, and light that is added to all of it."""
    told = []
    if match.mixed is not None:
        told.append(
            Caution.filled(
                "mixed_light",
                "Light of different colours falls on the card. The picture is corrected for the card's middle; at its "
                "ends colours are off by a ΔE00 of about {delta_e}. Use one kind of light, and keep coloured surfaces "
                "away.",
                delta_e=round(match.mixed, 1),
            )
        )
    if match.glare is not None:
        told.append(
            Caution.filled(
                "veiling_glare",
                "The card shines, or stray light lies over it: up to {percent} % of white is added to its colours. "
                "What has no such veil is off by a ΔE00 of about {delta_e}, dark colours by more. Turn the card until "
                "it reflects no lamp or window, and shade the lens.",
                percent=round(100 * match.glare.share),
                delta_e=round(match.glare.delta_e, 1),
            )
        )
    return told


def of_match(match: Match, card: Card) -> list[Caution]:
    """About the findings of the fit."""
    told = []
    if match.left_out:
        by_reason: dict[str, list[str]] = {}
        for number, reason in match.left_out.items():
            by_reason.setdefault(picture_report.WHY_LEFT_OUT[reason], []).append(card.names[number])
        named = "; ".join(f"{', '.join(names)} ({reason})" for reason, names in by_reason.items())
        told.append(Caution("patches_left_out", f"Patches left out: {named}.", {"count": len(match.left_out)}))
    if match.encoding.kind == "exponent":
        told.append(
            Caution.filled(
                "other_encoding",
                "The picture's numbers are not in sRGB's encoding: they go with light to the power of 1/{exponent}.",
                exponent=f"{match.encoding.exponent:.2f}",
            )
        )
    elif match.encoding.kind != "srgb":
        told.append(
            Caution(
                "tone_curve",
                "The picture's numbers are not in sRGB's encoding: a tone curve lies over them, which was undone.",
            )
        )
    return told


def of_sample(sample: Sample, pixels_a_patch: float) -> list[Caution]:
    """About the card's look in the picture."""
    told = []
    if sample.blur > _BLURRED:
        told.append(
            Caution(
                "card_blurred",
                "The card is somewhat out of focus: neighbouring colours run into its patches, and the figures are "
                "less certain.",
            )
        )
    if pixels_a_patch < _FEWEST_PIXELS:
        told.append(
            Caution.filled(
                "small_card",
                "The card is very small: its patches are {pixels} pixels high. Photograph it larger.",
                pixels=round(pixels_a_patch),
            )
        )
    return told


# -- a flat field ------------------------------------------------------------------------------------------------------

FLAT_FIELD_OF_OTHER_KIND = (
    "flat_field_other_kind",
    "The flat field is of another shape, was held another way round, or is a raw where this picture is none: take it "
    "with the same camera and lens, held and saved as the picture was.",
)


def unlike_flat_field(picture: dict[str, Any], flat: dict[str, Any]) -> bool:
    """Whether a flat field can't be laid over a picture: width, height and linear of each."""
    shapes = picture["width"] * flat["height"] / (picture["height"] * flat["width"])
    return bool(abs(shapes - 1) > _SAME_SHAPE or picture["linear"] != flat["linear"])


def of_flat_field(picture: dict[str, Any], flat: dict[str, Any]) -> list[Caution]:
    mine, theirs = Taken(**picture["taken"]), Taken(**flat["taken"])
    told = []
    if (picture["width"], picture["height"]) != (flat["width"], flat["height"]):
        told.append(
            Caution.filled(
                "flat_field_other_size",
                "The flat field measures {flat} pixels and this picture {picture}: it holds only if neither was "
                "cropped.",
                flat=f"{flat['width']}×{flat['height']}",
                picture=f"{picture['width']}×{picture['height']}",
            )
        )
    if any(
        ours and others and ours != others
        for ours, others in (
            (mine.camera, theirs.camera),
            (mine.lens, theirs.lens),
            (mine.aperture, theirs.aperture),
        )
    ):
        told.append(
            Caution(
                "flat_field_other_camera",
                "The flat field was taken by another camera, another lens or at another aperture than this picture: "
                "its vignetting differs.",
            )
        )
    return told


# -- a reference shot's fit on another picture -------------------------------------------------------------------------


def scaled(
    correction: Correction, first: dict[str, Any], other: dict[str, Any]
) -> tuple[Correction, list[Caution], bool]:
    """A reference shot's correction for another picture, the cautions about the two, and whether both exposures are
    known. first, other: the findings in each."""
    mine, theirs = (Taken(**found["taken"]) for found in (other, first))
    told: list[Caution] = []
    # A reference shot stands for the same light, so a difference of exposure is undone.
    brighter = taken.brightness(mine, theirs)
    if brighter is not None and abs(np.log(brighter)) > _SAME_EXPOSURE:
        numbers = {"factor": f"{brighter:.2f}", "settings": mine.settings, "reference": theirs.settings}
        if 1 / _MOST_SCALED <= brighter <= _MOST_SCALED:
            correction = correction.for_channels(np.full(3, 1 / brighter))
            sentence = (
                "By EXIF this picture was exposed {factor} times as bright ({settings}) as the reference shot "
                "({reference}): that was undone, as is right if both were taken in the same light."
            )
            told.append(Caution.filled("exposure_undone", sentence, **numbers))
        else:
            sentence = (
                "By EXIF this picture was exposed {factor} times as bright ({settings}) as the reference shot "
                "({reference}): too much to be undone. Its brightness is not corrected."
            )
            told.append(Caution.filled("exposure_differs", sentence, **numbers))
    if mine.camera and theirs.camera and mine.camera != theirs.camera:
        told.append(
            Caution.filled(
                "other_camera",
                "This picture was taken by another camera ({camera}) than the reference shot ({reference}): its "
                "colours need a reference shot of their own.",
                camera=mine.camera,
                reference=theirs.camera,
            )
        )
    elif mine.lens and theirs.lens and mine.lens != theirs.lens:
        told.append(
            Caution.filled(
                "other_lens",
                "This picture was taken with another lens ({lens}) than the reference shot ({reference}): brightness "
                "and tint may differ.",
                lens=mine.lens,
                reference=theirs.lens,
            )
        )
    if mine.flash is not None and theirs.flash is not None and mine.flash != theirs.flash:
        told.append(
            Caution(
                "other_flash",
                "The flash fired in only one of this picture and the reference shot: their light isn't the same.",
            )
        )
    if other["multipliers"] and first["multipliers"]:
        was, now = (np.array(one["multipliers"]) / min(one["multipliers"]) for one in (first, other))
        correction = correction.for_channels(was / now)
    elif mine.auto_white or theirs.auto_white:
        told.append(
            Caution(
                "auto_white_balance",
                "The camera chose the white balance of each picture by itself: it may differ between this picture and "
                "the reference shot. Set it by hand for a series.",
            )
        )
    return correction, told, brighter is not None


def exposure_unknown() -> Caution:
    return Caution(
        "exposure_unknown",
        "EXIF doesn't say how this picture and the reference shot were exposed, and no card here shows it: the same "
        "light and the same exposure are assumed.",
    )


def by_its_card(correction: Correction, sample: Sample, card: Card, weights: Floats) -> list[Caution]:
    """About the fit of a reference shot, by the card in a picture."""
    lab = predicted(correction.matrix, correction.encoding.decoded(sample.values), correction.model)
    made, wanted = xyz_of(lab), xyz_of(card.known_lab)
    seen = (weights > 0) & (wanted[:, 1] > 0.03) & (made[:, 1] > 0)
    if not seen.any():
        return []
    factor = float(np.exp(np.median(np.log(made[seen, 1] / wanted[seen, 1]))))
    told = []
    if abs(np.log(factor)) > _OFF_BY_LIGHT:
        told.append(
            Caution.filled(
                "brightness_differs",
                "By the card in it, this picture is {factor} times as bright as the reference shot would have it: "
                "light or exposure differ, and its colours are off.",
                factor=f"{factor:.2f}",
            )
        )
    rest = float(np.median(delta_e_2000(lab_of(made[seen] / factor), card.known_lab[seen])))
    if rest > 3:
        told.append(
            Caution.filled(
                "light_differs",
                "By the card in it, this picture's colours differ from the reference shot's by a ΔE00 of {delta_e} "
                "besides brightness: light, camera or white balance differ.",
                delta_e=round(rest, 1),
            )
        )
    return told
