"""The fit of rendered cards against the truth: differences, matrices, encodings, covered patches."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from colour_world import CAST, OFF_CARD, Scene, printed, scene, to_8
from PIL import Image

from chalicelib.pipelines.colour import correcting, detecting, fitting, matching, measuring
from chalicelib.pipelines.colour.cards import cards
from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.matching import Match
from chalicelib.pipelines.colour.spaces import SRGB, lab_of_srgb, srgb_decoded, srgb_encoded


@pytest.fixture(scope="module")
def poses() -> list[Scene]:
    return [printed(pose) for pose in range(6)]


def test_what_is_overexposed_in_all_channels_stays_white_and_is_counted() -> None:
    warm = correcting.unchanged().balanced(np.array([1.3, 1.0, 0.6]))
    for kind, full in ((np.uint8, 255), (np.uint16, 65535)):
        picture = np.full((4, 5, 3), full // 2, kind)
        picture[0] = full
        picture[1] = (full, full // 2, full // 3)
        plain = picture.copy()
        plain[:2] = full // 2
        applied = correcting.apply(warm, picture)
        correcting.apply(warm, plain)
        assert (picture[0] == full).all()
        assert applied.clipped == 0.5
        assert (picture[2:] == plain[2:]).all()
        # A colour with one channel at its maximum isn't white.
        assert picture[1, 0, 2] < picture[1, 0, 1]


def jpeg(pixels: np.ndarray) -> np.ndarray:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=85)
    return np.asarray(Image.open(out))


def fitted(pixels: np.ndarray, model: str = "auto") -> Match:
    found = detecting.found_in(pixels, "aruco24").cards[0]
    flat = measuring.laid_flat(pixels, found.matrix, found.card)
    return matching.matched(measuring.measured(flat, found.card), found.card, model)


def left_over(match: Match) -> float:
    lab = fitting.predicted(match.matrix, match.linear, match.model)
    return float(delta_e_2000(lab, cards()["aruco24"].known_lab)[match.weights > 0].mean())


def matrix_error(match: Match) -> float:
    """Mean distance from the matrix that undoes the cast; its scale belongs to the light's field."""
    through = SRGB.from_xyz @ match.matrix @ CAST
    return float(np.abs(through / np.trace(through) * 3 - np.eye(3)).mean())


def off_card(match: Match, pixels: np.ndarray, one: Scene) -> float:
    values = [
        np.median(pixels[y0 + 5 : y1 - 5, x0 + 5 : x1 - 5].reshape(-1, 3), 0) / 255 for x0, y0, x1, y1 in one.boxes
    ]
    lab = fitting.predicted(match.matrix, match.encoding.decoded(np.array(values)), match.model)
    return float(delta_e_2000(lab, lab_of_srgb(OFF_CARD / 255)).mean())


def vignette(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 1 - 0.3 * (x**2 + y**2) / 2


def gradient(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 1 - 0.4 * (x + 1) / 2


def s_curve(light: np.ndarray) -> np.ndarray:
    encoded = srgb_encoded(light)
    return encoded - 0.06 * np.sin(2 * np.pi * encoded)


def test_clean_cards_are_fitted_to_the_counts_they_are_stored_in(poses: list[Scene]) -> None:
    pictures = [to_8(one.shot()) for one in poses]
    matches = [fitted(pixels) for pixels in pictures]
    assert np.mean([left_over(match) for match in matches]) < 0.35
    assert np.mean([matrix_error(match) for match in matches]) < 0.005
    unseen = [off_card(match, pixels, one) for match, pixels, one in zip(matches, pictures, poses, strict=True)]
    assert np.mean(unseen) < 0.6


@pytest.mark.parametrize(
    ("shade", "most", "matrix"), [(None, 0.6, 0.02), (vignette, 0.65, 0.02), (gradient, 0.7, 0.02)]
)
def test_noise_jpeg_and_uneven_light_cost_little(
    poses: list[Scene], shade: Callable[..., np.ndarray] | None, most: float, matrix: float
) -> None:
    pictures = [jpeg(to_8(one.shot(noise=3, shade=shade))) for one in poses]
    matches = [fitted(pixels) for pixels in pictures]
    assert np.mean([left_over(match) for match in matches]) < most
    assert np.mean([matrix_error(match) for match in matches]) < matrix
    if shade is None:
        assert np.mean([off_card(m, p, one) for m, p, one in zip(matches, pictures, poses, strict=True)]) < 0.6
    else:
        fields = [match.field for match in matches]
        assert all(field is not None and field.unevenness(cards()["aruco24"]) > 0.05 for field in fields)


@pytest.mark.parametrize("exponent", [1.0, 1.8, 2.6])
def test_other_exponents_are_recognised(poses: list[Scene], exponent: float) -> None:
    left = []
    for one in poses[:3]:
        match = fitted(jpeg(to_8(one.shot(noise=3, shade=vignette, encode=lambda light: light ** (1 / exponent)))))
        assert match.encoding.kind == "exponent"
        assert match.encoding.exponent == pytest.approx(exponent, abs=0.06)
        left.append(left_over(match))
    assert np.mean(left) < 0.8


def test_a_tone_curve_is_undone(poses: list[Scene]) -> None:
    pixels = to_8(poses[0].shot(noise=3, encode=s_curve))
    match = fitted(pixels)
    assert match.encoding.kind == "cubic"
    assert left_over(match) < 1.0
    assert off_card(match, pixels, poses[0]) < 1.0


def test_srgb_is_taken_for_srgb(poses: list[Scene]) -> None:
    assert fitted(to_8(poses[2].shot(noise=2))).encoding.kind == "srgb"


@pytest.mark.parametrize("wrong", [(0, 6, 12, 7), (18, 19, 20, 21), (3, 11, 14, 22)])
def test_four_covered_patches_are_left_out_and_named(poses: list[Scene], wrong: tuple[int, ...]) -> None:
    found = detecting.found_in(to_8(poses[0].shot()), "aruco24").cards[0]
    pixels = jpeg(to_8(poses[0].shot(noise=3)))
    flat = measuring.laid_flat(pixels, found.matrix, found.card)
    sample = measuring.measured(flat, found.card)
    for number, colour in zip(
        wrong, ((0.2, 0.4, 0.1), (0.25, 0.45, 0.15), (0.2, 0.38, 0.12), (0.6, 0.3, 0.5)), strict=True
    ):
        sample.values[number] = colour
    match = matching.matched(sample, found.card)
    assert match.left_out == dict.fromkeys(sorted(wrong), "differs")
    assert left_over(match) < 0.7
    assert off_card(match, pixels, poses[0]) < 0.7


@pytest.mark.parametrize("kind", ["tape", "gloss"])
def test_bright_patches_bend_no_tone_curve_to_themselves(poses: list[Scene], kind: str) -> None:
    """Under a wrong encoding all patches disagree, so that none is left out: that isn't agreement."""
    pixels = jpeg(to_8(poses[0].shot(noise=2)))
    found = detecting.found_in(pixels, "aruco24").cards[0]
    sample = measuring.measured(measuring.laid_flat(pixels, found.matrix, found.card), found.card)
    wrong = [1, 8, 15, 22] if kind == "tape" else [4, 5, 11]
    veiled = srgb_encoded(0.6 * srgb_decoded(sample.values[wrong]) + 0.33)
    sample.values[wrong] = (0.88, 0.87, 0.83) if kind == "tape" else veiled
    match = matching.matched(sample, found.card)
    assert match.encoding.kind == "srgb"
    assert match.left_out == dict.fromkeys(wrong, "differs")
    assert off_card(match, pixels, poses[0]) < 0.7


def test_clipped_patches_are_left_out_and_named(poses: list[Scene]) -> None:
    pixels = to_8(poses[0].shot(noise=1, exposure=1.7))
    match = fitted(pixels)
    assert match.left_out[18] == "clipped"
    assert left_over(match) < 0.6
    with pytest.raises(matching.Unfit) as reason:
        fitted(to_8(poses[0].shot(exposure=12)))
    assert reason.value.code == "overexposed"
    assert "expose less" in reason.value.message


def test_a_blurred_card_is_refused(poses: list[Scene]) -> None:
    found = detecting.found_in(to_8(poses[0].shot()), "aruco24").cards[0]
    pixels = to_8(poses[0].shot(blur=8))
    with pytest.raises(matching.Unfit) as reason:
        matching.matched(
            measuring.measured(measuring.laid_flat(pixels, found.matrix, found.card), found.card), found.card
        )
    assert reason.value.code == "too_blurred"


def test_light_over_a_card_without_a_border_is_told_by_its_patches() -> None:
    one = scene(("mcc24", ((115, 60), (490, 45), (505, 310), (100, 320))))
    found = detecting.found_in(to_8(one.shot())).cards[0]

    def match_of(shade: Callable[..., np.ndarray] | None) -> Match:
        flat = measuring.laid_flat(to_8(one.shot(noise=2, shade=shade)), found.matrix, found.card)
        return matching.matched(measuring.measured(flat, found.card), found.card)

    assert match_of(None).field is None
    uneven = match_of(gradient)
    assert uneven.field is not None
    assert uneven.field.unevenness(found.card) == pytest.approx(0.27, abs=0.06)
    assert matrix_error(uneven) < 0.02


def test_the_third_degree_is_not_to_be_had_and_a_model_can_be_asked_for(poses: list[Scene]) -> None:
    pixels = to_8(poses[0].shot(noise=2))
    assert fitted(pixels, "root_polynomial").matrix.shape == (3, 6)
    assert fitted(pixels, "linear3x3").matrix.shape == (3, 3)
    assert set(fitted(pixels).scores) == {"linear3x3", "root_polynomial"}


def test_leave_one_out_is_what_a_fit_without_the_patch_leaves() -> None:
    rng = np.random.default_rng(4)
    lab = cards()["mcc24"].known_lab
    rgb = np.clip(rng.normal(0.3, 0.15, (24, 3)), 0.01, 1)
    problem = fitting.Problem(rgb, lab, np.ones(24))
    for model in (fitting.LINEAR, fitting.ROOT):
        fast = fitting.leave_one_out(problem, model)
        for number in (0, 13):
            weights = np.ones(24)
            weights[number] = 0
            matrix = fitting.solve(fitting.Problem(rgb, lab, weights), model)
            slow = delta_e_2000(fitting.predicted(matrix, rgb[number], model), lab[number])
            assert fast[number] == pytest.approx(float(slow), rel=1e-4)


def test_a_card_that_is_mostly_covered_is_refused_and_not_fitted_to_the_hand() -> None:
    found = detecting.found_in(to_8(printed().shot()), "aruco24").cards[0]
    flat = measuring.laid_flat(to_8(printed().shot(noise=2)), found.matrix, found.card)
    for covered, refused in ((8, False), (16, True)):
        sample = measuring.measured(flat, found.card)
        sample.values[:covered] = np.random.default_rng(3).uniform(0.3, 0.8, (covered, 3))
        if refused:
            with pytest.raises(matching.Unfit) as reason:
                matching.matched(sample, found.card)
            assert reason.value.code == "card_disagrees"
        else:
            assert set(matching.matched(sample, found.card).left_out) == set(range(covered))


@pytest.mark.parametrize(
    ("edge", "shadowed"),
    [(lambda x, y: x > -0.1, {0, 1, 6, 7, 12, 13, 18, 19}), (lambda x, y: x + 0.5 * y > -0.2, {0, 6, 12, 18})],
)
def test_patches_in_a_shadow_with_an_edge_are_left_out_and_the_light_is_not_bent_over_it(
    poses: list[Scene], edge: Callable[[np.ndarray, np.ndarray], np.ndarray], shadowed: set[int]
) -> None:
    one = poses[0]
    pixels = jpeg(to_8(one.shot(noise=2, shade=lambda x, y: np.where(edge(x, y), 1.0, 0.4))))
    match = fitted(pixels)
    assert shadowed <= set(match.left_out)
    assert (match.encoding.kind, match.field) == ("srgb", None)
    assert match.loo[match.weights > 0].mean() < 1
    assert matrix_error(match) < 0.02
