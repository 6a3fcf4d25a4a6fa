"""T2 from the two echoes of a qDESS, checked against its own signal model and against a simulation of spins."""

from __future__ import annotations

import gzip
import math
from collections.abc import Callable
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from dicom_world import LABELS, changed, named, series_of, with_tags
from pydicom.dataset import Dataset
from volume_world import FakeRun, nifti, zipped

from chalicelib.pipelines.volume import qdess
from chalicelib.pipelines.volume.geometry import LPS_TO_RAS

TRUTH = {1: 70.0, 2: 36.0}  # ms
GRID = LPS_TO_RAS @ np.array([[0.6, 0, 0, 10], [0, 0.8, 0, -20], [0, 0, 1.5, 30], [0, 0, 0, 1.0]])
TR, TE, FLIP, GL_AREA, TG = 20.4, 6.4, 20.0, 3132.0, 1560.0
PLAIN = {"RepetitionTime": TR, "FlipAngle": FLIP, "ScanningSequence": "GR"}


def ratio(t2: float, t1: float = 1200.0) -> float:
    """S2 / S1 by the signal model of Sveinsson et al. 2017, written independently in SI units."""
    repetition, echo, duration = TR / 1e3, TE / 1e3, TG / 1e6
    moment = 2 * np.pi * 42.58e6 * (GL_AREA / TG / 100) * duration  # 42.58 MHz/T, G/cm is 0.01 T/m
    kept = np.exp(-repetition / (t1 / 1e3)) * np.exp(-repetition * moment**2 * 1.25e-9)
    angle = np.deg2rad(FLIP)
    start = np.sin(angle / 2) ** 2 * (1 + kept) / (1 - np.cos(angle) * kept)
    decay = np.exp(-2 * (repetition - echo) / (t2 / 1e3))
    return float(start * decay * np.exp(-(repetition - duration / 3) * moment**2 * 1.25e-9))


def spoiler(dataset: Dataset, number: int) -> None:
    block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0xB6, "DS", f"{GL_AREA:g}")
    block.add_new(0xB7, "DS", f"{TG:g}")


def job(
    change: Callable[[Dataset, int], None] | None = None,
    tags: dict[str, Any] = PLAIN,
    times: tuple[float, float] = (TE, 2 * TR - TE),
    **options: Any,
) -> FakeRun:
    first = np.zeros(LABELS.shape)
    second = np.zeros(LABELS.shape)
    for value, t2 in TRUTH.items():
        first[value == LABELS] = 9000
        second[value == LABELS] = 9000 * ratio(t2, options.get("t1", 1200.0))
    slices = []
    for number, (time, echo) in enumerate(zip(times, (first, second), strict=True), 1):
        told = {name: value for name, value in {"EchoTime": time, "EchoNumbers": number, **tags}.items() if value}
        made = series_of(np.rint(echo).astype(np.int16), with_tags(**told))
        slices += changed(made, change) if change else made
    files = (("k.zip", zipped(named(slices))), ("l.nii.gz", nifti(LABELS, GRID), "labels"))
    return FakeRun(*files, segmentation_model="labels", **options).run()


def told(run: FakeRun) -> str:
    return "\n".join(run.results["warnings"])


@pytest.mark.parametrize("times", [(TE, 2 * TR - TE), (TE, TE)])
def test_the_files_own_tags_give_each_regions_t2(times: tuple[float, float]) -> None:
    run = job(spoiler, times=times)
    found = run.results["t2"]
    assert found["status"] == "computed"
    assert {row["label"]: row["mean_t2_ms"] for row in found["regions"]} == pytest.approx(TRUTH, rel=2e-3)
    assert {row["fitted_voxels"] / row["voxels"] for row in found["regions"]} == {1}
    assert {row["mean_r2"] for row in found["regions"]} == {None}
    sequence = {"repetition_ms": TR, "echo_ms": TE, "flip_degrees": FLIP, "gl_area": GL_AREA, "tg_us": TG}
    assert found["sequence"] == {**sequence, "t1_ms": 1200}
    assert "assumes a T1 of 1200 ms" in told(run)
    assert "assumes a diffusivity of 1.25 µm²/ms" in told(run)
    assert "T2 is uncertain" not in told(run)
    assert {"t2_assumed_t1", "t2_assumed_diffusivity"} <= set(run.results["warning_codes"])


def test_the_map_holds_the_labelled_voxels_alone_and_there_is_no_map_of_a_fit() -> None:
    run = job(spoiler)
    image = nib.Nifti1Image.from_bytes(gzip.decompress(run.artifacts["t2"][2]))
    values = np.asarray(image.dataobj)
    assert np.allclose(image.affine, GRID, atol=1e-4)
    for value, t2 in {0: 0.0, **TRUTH}.items():
        assert np.median(values[value == LABELS]) == pytest.approx(t2, rel=2e-3)
    assert "t2-fit" not in run.artifacts
    assert not [name for name in run.members if "t2_r2" in name or name.endswith("t2.png")]


def test_options_serve_where_files_say_nothing_and_go_before_them() -> None:
    def other(dataset: Dataset, number: int) -> None:
        block = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
        block.add_new(0xB6, "DS", "100")
        block.add_new(0xB7, "DS", "50")

    for change in (None, other):
        run = job(change, t1=900.0, gl_area=GL_AREA, tg=TG)
        rows = run.results["t2"]["regions"]
        assert {row["label"]: row["mean_t2_ms"] for row in rows} == pytest.approx(TRUTH, rel=2e-3)
        assert run.results["t2"]["sequence"]["t1_ms"] == 900
        assert "T1" not in told(run)


@pytest.mark.parametrize(
    ("change", "tags", "options", "why"),
    [
        (None, PLAIN, {}, "`gl_area` and `tg`"),
        (None, PLAIN, {"gl_area": GL_AREA}, "option(s) `tg`"),
        (spoiler, {**PLAIN, "RepetitionTime": None}, {}, "repetition time and the flip angle are needed"),
        (spoiler, {**PLAIN, "FlipAngle": None}, {}, "repetition time and the flip angle are needed"),
        (spoiler, {**PLAIN, "RepetitionTime": 5.0}, {}, "comes within the repetition time"),
        (spoiler, {**PLAIN, "ScanningSequence": "SE"}, {}, "those of a spin echo"),
    ],
)
def test_what_is_not_known_gives_no_t2_and_the_reason(
    change: Callable[[Dataset, int], None] | None, tags: dict[str, Any], options: dict[str, Any], why: str
) -> None:
    run = job(change, tags, **options)
    assert run.results["t2"]["status"] == "not computed"
    assert why in run.results["t2"]["reason"]
    assert not any("t2" in name for name in run.artifacts)
    assert "T2" not in told(run)


def test_anothers_private_tags_are_no_spoiler() -> None:
    def strange(dataset: Dataset, number: int) -> None:
        block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
        block.add_new(0xB6, "DS", "100")
        block.add_new(0xB7, "DS", "7")

    assert job(strange).results["t2"]["status"] == "not computed"


def test_tags_without_their_creator_and_types_are_read() -> None:
    def bare(dataset: Dataset, number: int) -> None:
        dataset.add_new(0x001910B6, "UN", f"{GL_AREA:g}".encode())
        dataset.add_new(0x001910B7, "UN", f"{TG:g}".encode())

    assert job(bare).results["t2"]["status"] == "computed"


def test_echo_times_of_another_sequence_are_said() -> None:
    assert "T2 is uncertain: echo times of 6.4 and 14 ms" in told(job(spoiler, times=(TE, 14.0)))


def test_noise_and_fluid_are_left_out() -> None:
    dess = qdess.Dess(TR, TE, FLIP, GL_AREA, TG, 1200)
    labels = np.array([1, 1, 1, 1, 0])
    first, second = np.array([100.0, 100, 0, 100, 100]), np.array([100 * ratio(40), 99.0, 5, 0, 50])
    fit = qdess.fitted(first, second, dess, labels)
    assert fit.t2.tolist() == pytest.approx([40, 0, 0, 0], rel=1e-3)


@pytest.mark.parametrize("t2", [20.0, 30.0, 40.0, 50.0])
@pytest.mark.parametrize(("flip", "high"), [(15.0, 0.13), (20.0, 0.06), (30.0, 0.02)])
def test_spins_followed_through_the_sequence_have_the_t2_that_is_found(t2: float, flip: float, high: float) -> None:
    """Extended phase graphs are independent of the formula, which omits paths that matter at small flip angles."""
    first, second = extended_phase_graph(t2, 1200, flip)
    dess = qdess.Dess(TR, TE, flip, GL_AREA, TG, 1200)
    found = qdess.fitted(np.array([first]), np.array([second]), dess, np.array([1])).t2[0]
    assert t2 <= found <= t2 * (1 + high)


def extended_phase_graph(
    t2: float, t1: float, flip: float, order: int = 40, repetitions: int = 600
) -> tuple[float, ...]:
    """(S1, S2) in the steady state, with diffusion (Weigel, Schwenk, Kiselev, Scheffler and Hennig 2010)."""
    a = math.radians(flip)
    turn = np.array(
        [
            [math.cos(a / 2) ** 2, math.sin(a / 2) ** 2, math.sin(a)],
            [math.sin(a / 2) ** 2, math.cos(a / 2) ** 2, -math.sin(a)],
            [-math.sin(a) / 2, math.sin(a) / 2, math.cos(a)],
        ]
    )  # about an axis that keeps all states real
    step = 2 * math.pi * 4258 * GL_AREA * 1e-4  # rad/m: G/cm·µs is 1e-4 G/m·s
    k = np.arange(order) * step
    rest, spoil = (TR - TG / 1e3) / 2e3, TG / 1e6
    spread = 1.25e-9
    states = np.zeros((3, order))
    states[2, 0] = 1.0
    first = second = 0.0

    def still(states: np.ndarray) -> np.ndarray:
        decay = np.exp(-rest * 1e3 / t2 - spread * k**2 * rest)
        along = np.exp(-rest * 1e3 / t1 - spread * k**2 * rest)
        out = states * np.array([decay, decay, along])
        out[2, 0] += 1 - math.exp(-rest * 1e3 / t1)
        return out

    for _ in range(repetitions):
        states = turn @ states
        first = abs(states[0, 0]) * math.exp(-TE / t2)
        states = still(states)
        plus = np.exp(-spoil * 1e3 / t2 - spread * spoil / 3 * (k**2 + k * (k + step) + (k + step) ** 2))
        minus = np.exp(-spoil * 1e3 / t2 - spread * spoil / 3 * (k**2 + k * (k - step) + (k - step) ** 2))
        along = np.exp(-spoil * 1e3 / t1 - spread * k**2 * spoil)
        f_plus, f_minus, z = states[0] * plus, states[1] * minus, states[2] * along
        z[0] += 1 - math.exp(-spoil * 1e3 / t1)
        states = np.zeros_like(states)
        states[0, 1:], states[1, :-1], states[2] = f_plus[:-1], f_minus[1:], z
        states[0, 0] = states[1, 0]
        states = still(states)
        second = abs(states[1, 0]) * math.exp(TE / t2)
    return first, second
