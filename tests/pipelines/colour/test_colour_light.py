"""The light on a card: shadows, falling and mixed light and glare are named where they are, never in even light."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from colour_world import POSES, SIZE, FakeRun, Scene, file_of, off_card, opened, scene, to_8
from spectral_world import CAMERAS, LIGHTS, shot

from chalicelib.pipelines.colour import correcting, detecting, fitting, matching, measuring, scoring, shadow
from chalicelib.pipelines.colour.cards import cards
from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.measuring import Sample
from chalicelib.pipelines.colour.spaces import srgb_encoded

Shade = Callable[[np.ndarray, np.ndarray], np.ndarray]
SCENES = {name: scene((name, POSES[0])) for name in ("aruco24", "mcc24", "spyder24")}
OF_LIGHT = {"card_in_shadow", "card_partly_in_shadow", "shadow_edge", "uneven_light"}


def edge(direction: tuple[float, float], cover: float, width: float, depth: float = 0.4) -> Shade:
    """A shadow over a share of the card from one side; width: that of the penumbra, as a share of the card's."""
    along = np.array(direction) / np.linalg.norm(direction)
    places = (np.array(POSES[0]) / SIZE * 2 - 1) @ along
    low, high = places.min(), places.max()
    at, soft = low + cover * (high - low), max(width * (high - low), 1e-9)

    def shade(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        lit = np.clip((x * along[0] + y * along[1] - at) / soft + 0.5, 0, 1)
        return depth + (1 - depth) * lit * lit * (3 - 2 * lit)

    return shade


def sample_of(name: str, **how: object) -> Sample:
    one = SCENES[name]
    flat = to_8(one.shot())
    found = detecting.found_in(flat, name).cards[0]
    pixels = to_8(one.shot(**how))  # type: ignore[arg-type]
    return measuring.measured(measuring.laid_flat(pixels, found.matrix, found.card), found.card)


@pytest.mark.parametrize("name", ["aruco24", "mcc24"])
@pytest.mark.parametrize("direction", [(1, 0), (-1, 0), (0, -1), (1, 0.6)])
def test_the_edge_of_a_shadow_is_seen_however_much_of_the_card_it_covers(
    name: str, direction: tuple[float, float]
) -> None:
    card = cards()[name]
    # On a card without a white border, the last corner is a single patch.
    for cover in (0.2, 0.35, 0.5, 0.7, 0.8)[: 5 if name == "aruco24" or direction[1] == 0 else 4]:
        for width in (0.0, 0.15):
            lights = shadow.lights_on(sample_of(name, noise=2, shade=edge(direction, cover, width)), card)
            assert lights is not None
            assert lights.edge, (cover, width)
            assert lights.factor == pytest.approx(2.5, rel=0.5)


@pytest.mark.parametrize("name", ["aruco24", "mcc24"])
@pytest.mark.parametrize("cover", [0.2, 0.5, 0.7, 0.9])
def test_a_soft_edge_is_named_as_an_edge_or_as_uneven_light(name: str, cover: float) -> None:
    card = cards()[name]
    match = matching.matched(sample_of(name, noise=2, shade=edge((1, 0), cover, 0.5)), card)
    assert (match.lights and match.lights.edge) or (match.field and match.field.uneven(card))


EVEN: list[dict[str, object]] = [
    {},
    {"noise": 3},
    {"encode": lambda light: light ** (1 / 1.8)},
    {"encode": lambda light: srgb_encoded(light) - 0.06 * np.sin(2 * np.pi * srgb_encoded(light))},
    {"exposure": 0.3},
    {"exposure": 1.7},
]
FALLING: list[dict[str, object]] = [
    {"noise": 3, "shade": lambda x, y: 1 - 0.3 * (x**2 + y**2) / 2},
    {"noise": 3, "shade": lambda x, y: 1 - 0.6 * (x**2 + y**2) / 2},
    {"noise": 3, "shade": lambda x, y: 1 - 0.4 * (x + 1) / 2},
    {"noise": 3, "shade": lambda x, y: 1 - 0.4 * (y + 1) / 2},
]


@pytest.mark.parametrize("name", ["aruco24", "mcc24", "spyder24"])
@pytest.mark.parametrize("how", EVEN)
def test_even_light_raises_no_alarm(name: str, how: dict[str, object]) -> None:
    card = cards()[name]
    match = matching.matched(sample_of(name, **how), card)
    assert match.lights is None or not match.lights.edge
    assert match.field is None or not match.field.uneven(card)
    assert match.doubts == ()


@pytest.mark.parametrize("name", ["aruco24", "mcc24", "spyder24"])
@pytest.mark.parametrize("how", FALLING)
def test_vignetted_and_falling_light_is_uneven_and_nothing_else(name: str, how: dict[str, object]) -> None:
    card = cards()[name]
    match = matching.matched(sample_of(name, **how), card)
    assert match.lights is None or not match.lights.edge
    assert match.field is not None
    assert match.field.uneven(card)
    assert match.doubts == ()


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("light", LIGHTS)
def test_a_sensor_that_is_no_matrix_of_the_eye_raises_no_alarm(camera: str, light: str) -> None:
    one = shot(camera, light)
    card = cards()["mcc24"].measured(one.lab, "spectra")
    nothing = (np.full(24, 0.004), np.zeros(24), np.empty((0, 3)), np.empty(0, bool))
    lights = shadow.lights_on(Sample(srgb_encoded(one.rgb), *nothing), card)
    assert lights is None or not lights.edge
    shaded = one.rgb * np.where(card.centres[:, :1] > 130, 1, 0.45)
    lights = shadow.lights_on(Sample(srgb_encoded(shaded), *nothing), card)
    assert lights is not None
    # The last camera differs so much from the eye that under tungsten light the edge may pass for uneven light.
    assert lights.edge or (camera, light) == (CAMERAS[1], "A")


def test_covered_patches_are_no_shadow() -> None:
    for colours in (np.full((4, 3), 0.3), np.random.default_rng(3).uniform(0.3, 0.8, (4, 3))):
        sample = sample_of("aruco24", noise=2)
        sample.values[[0, 1, 6, 7]] = colours
        match = matching.matched(sample, cards()["aruco24"])
        assert set(match.left_out) == {0, 1, 6, 7}
        assert match.lights is None or not match.lights.edge


@pytest.mark.parametrize(
    ("cover", "code", "reason"),
    [(0.35, "card_partly_in_shadow", "other_light"), (0.7, "card_in_shadow", "other_light")],
)
def test_a_card_in_two_lights_is_told_and_rated_by_both(cover: float, code: str, reason: str) -> None:
    one = SCENES["aruco24"]
    pixels = to_8(one.shot(noise=2, shade=edge((1, 0), cover, 0)))
    run = FakeRun(("a.png", file_of(pixels))).run()
    report = run.report()
    told = next(warning for warning in report["warnings"] if warning["code"] in OF_LIGHT)
    assert told["code"] == code
    assert told["factor"] == pytest.approx(2.5, abs=0.1)
    assert told["message"] in run.members["report.html"].decode().replace("&#x27;", "'")
    figures = report["fit"]["summary"]
    # The reported error of the other light is the true error there.
    lit = off_card(opened(run.output("corrected")), one.boxes)
    worst = lit[-2:].mean() if code == "card_in_shadow" else lit[:1].mean()
    assert worst > 10
    assert told["delta_e"] == pytest.approx(worst, rel=0.4)
    assert figures["leave_one_out_delta_e"] < 1
    assert figures["quality_rating"] == "poor"
    assert figures["quality_score"] < 0.3
    assert figures["fadgi"]["stars"] == 0
    assert figures["fadgi"]["criteria"]["unevenness_percent"]["value"] == pytest.approx(85.7, abs=3)
    assert run.results[0][2]["warnings"][0] == code
    assert {patch["left_out"] for patch in report["fit"]["patches"]} == {None, reason}


def test_a_card_wholly_in_the_shadow_is_told_by_what_is_brighter_than_its_white() -> None:
    one = SCENES["aruco24"]
    light = one.light.copy()
    light[:60, :250] = 0.7  # a wall in the sun
    pixels = to_8(Scene(light, one.boxes).shot(noise=2, shade=lambda x, y: np.where(y < -0.75, 1, 0.4)))
    codes = [warning["code"] for warning in FakeRun(("a.png", file_of(pixels))).run().report()["warnings"]]
    assert "brighter_than_card" in codes
    even = FakeRun(("a.png", file_of(to_8(one.shot(noise=2))))).run()
    assert even.report()["warnings"] == []


def lit(light: np.ndarray, code: str) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : light.shape[0] * 1j, -1 : 1 : light.shape[1] * 1j][..., None]
    if code == "mixed_light":  # daylight on the left, a lamp on the right
        return light * (1 + (np.array([1.35, 1.0, 0.5]) - 1) * (x + 1) / 2)
    if code == "veiling_glare":  # a window that the card reflects
        return light + 0.1 * np.exp(-(((x + 0.1) / 0.5) ** 2 + ((y + 0.3) / 0.5) ** 2) / 2)
    return light * (1 - 0.4 * (x + 1) / 2)


@pytest.mark.parametrize("name", ["aruco24", "mcc24"])
@pytest.mark.parametrize("code", ["uneven_light", "mixed_light", "veiling_glare"])
def test_what_the_light_does_is_told_and_rated_about_as_colours_off_the_card_are_off(name: str, code: str) -> None:
    one = SCENES[name]
    run = FakeRun(("a.png", file_of(to_8(Scene(lit(one.light, code), one.boxes).shot(noise=2))))).run(1, 5)
    report = run.report()
    told = next(warning for warning in report["warnings"] if warning["code"] == code)
    figures = report["fit"]["summary"]
    truth = off_card(opened(run.output("corrected")), one.boxes).mean()
    assert truth > 2
    assert figures["leave_one_out_delta_e"] < 0.9 * truth  # the estimate from the patches alone
    assert 0.5 * truth < figures["rated_delta_e"] < 1.6 * truth
    assert told["delta_e"] == pytest.approx(truth, rel=0.6)
    assert figures["quality_rating"] == scoring.rating(figures["rated_delta_e"])


def test_glare_over_dark_patches_alone_is_told_with_how_much_of_white_it_adds() -> None:
    one = SCENES["mcc24"]
    match = matching.matched(measured_of(Scene(one.light + 0.06, one.boxes), "mcc24"), cards()["mcc24"])
    assert match.glare is not None
    assert match.glare.share == pytest.approx(0.06, rel=0.2)


def measured_of(one: Scene, name: str) -> Sample:
    found = detecting.found_in(to_8(SCENES[name].shot()), name).cards[0]
    return measuring.measured(measuring.laid_flat(to_8(one.shot(noise=2)), found.matrix, found.card), found.card)


def test_a_part_in_one_light_that_has_too_few_patches_is_not_fitted_alone() -> None:
    """Seven greys and browns fit each other however wrong the rest becomes."""
    one = SCENES["aruco24"]
    pixels = to_8(one.shot(noise=2, shade=edge((0, 1), 0.5, 0.15, 0.55)))
    found = detecting.found_in(to_8(one.shot()), "aruco24").cards[0]
    sample = measuring.measured(measuring.laid_flat(pixels, found.matrix, found.card), found.card)
    match = matching.matched(sample, found.card)
    assert (match.weights > 0).sum() >= fitting.FEWEST_PATCHES
    assert match.lights is not None
    assert match.lights.edge
    correcting.apply(Correction(match.encoding, match.model, match.matrix), pixels)
    assert off_card(pixels, one.boxes).mean() < 10


def test_a_flat_field_takes_its_light_out_of_the_figures_too() -> None:
    one = SCENES["aruco24"]

    def shade(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 0.95 - 0.4 * (x + 1) / 2

    wall = ("wall.png", file_of(to_8(Scene(np.full((450, 600, 3), 0.4), []).shot(shade=shade))), "flat_field")
    shot = ("a.png", file_of(to_8(one.shot(noise=1, shade=shade))))
    with_it, without = (FakeRun(*files).run(1, 5).report() for files in ((shot, wall), (shot,)))
    assert with_it["fit"]["summary"]["delta_e_in_picture"]["mean"] < 0.6
    assert without["fit"]["summary"]["delta_e_in_picture"]["mean"] > 1
    assert [one["code"] for one in with_it["warnings"]] == []
    assert "uneven_light" in [one["code"] for one in without["warnings"]]


def test_the_cost_of_another_light_grows_with_it() -> None:
    card = cards()["mcc24"]
    costs = [shadow.cost(factor, card) for factor in (1.0, 1.2, 1.5, 2.5)]
    assert costs[0] == pytest.approx(0, abs=1e-9)
    assert costs == sorted(costs)
    assert 15 < costs[-1] < 22
