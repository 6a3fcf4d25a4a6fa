"""A card as two cameras see it by its spectra, fitted by ours and by peers: colour-science (Finlayson 2015), OpenCV's
cv2.ccm, and ArgyllCMS's colprof where it is installed. All get the same patches as our own fit.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Rows = list[dict[str, Any]]


def spectral(*, left_out: bool = False, least: bool = False) -> Rows:
    """The fits of ours and of peers to 24 patches: their residual errors, and those of 99 colours outside the fit.

    left_out: also rates each of the peers' patches by the fit of the 23 others; colprof's curves take minutes a row.
    least: adds the least error on its own patches that any root-polynomial of degree 2 can reach, by search."""
    from chalicelib.pipelines.colour import fitting
    from chalicelib.pipelines.colour.difference import delta_e_2000
    from tests.pipelines.colour.spectral_world import CAMERAS, LIGHTS, shot

    rows = []
    for light in LIGHTS:
        for camera in CAMERAS:
            one = shot(camera, light)
            problem = fitting.Problem(one.rgb, one.lab, np.ones(24))

            def row(
                name: str, card: Any, others: Any, left: float | None = None, camera: str = camera, light: str = light
            ) -> None:
                rows.append(
                    {
                        "camera": camera.split()[0],
                        "light": light,
                        "fit": name,
                        "24 patches": round(float(np.mean(card)), 3),
                        "left out": None if left is None else round(left, 3),
                        "99 others": round(float(np.mean(others)), 3),
                    }
                )

            for model in (fitting.LINEAR, fitting.ROOT):
                matrix = fitting.solve(problem, model)
                labs = [fitting.predicted(matrix, rgb, model) for rgb in (one.rgb, one.other_rgb)]
                left = float(fitting.leave_one_out(problem, model).mean())
                row(f"ours, {model}", delta_e_2000(labs[0], one.lab), delta_e_2000(labs[1], one.other_lab), left)
            if least:
                matrix = _least(one)
                labs = [fitting.predicted(matrix, rgb, fitting.ROOT) for rgb in (one.rgb, one.other_rgb)]
                row("least by search", delta_e_2000(labs[0], one.lab), delta_e_2000(labs[1], one.other_lab))
            for name, predict in PEERS.items():
                found = predict(one.rgb, one.lab, np.concatenate([one.rgb, one.other_rgb]))
                if found is not None:
                    left_of = _left_out(predict, one) if left_out else None
                    row(name, delta_e_2000(found[:24], one.lab), delta_e_2000(found[24:], one.other_lab), left_of)
    return rows


def _least(one: Any) -> Any:
    """The root-polynomial with the least mean CIEDE2000 on its own 24 patches, whatever its error elsewhere."""
    from scipy.optimize import minimize

    from chalicelib.pipelines.colour import fitting
    from chalicelib.pipelines.colour.difference import delta_e_2000
    from chalicelib.pipelines.colour.spaces import lab_of

    start = fitting.solve(fitting.Problem(one.rgb, one.lab, np.ones(24)), fitting.ROOT).ravel()
    scale = np.abs(start) + 0.05
    terms = fitting.features(one.rgb, fitting.ROOT)

    def cost(numbers: Any) -> float:
        return float(delta_e_2000(lab_of(terms @ (numbers * scale).reshape(3, 6).T), one.lab).mean())

    found = start / scale
    for _ in range(6):
        for method, rounds in (("BFGS", 150), ("Powell", 8)):
            found = minimize(cost, found, method=method, options={"maxiter": rounds}).x
    return (found * scale).reshape(3, 6)


def _left_out(predict: Callable[[Any, Any, Any], Any], one: Any) -> float:
    from chalicelib.pipelines.colour.difference import delta_e_2000

    found = []
    for n in range(len(one.rgb)):
        others = np.arange(len(one.rgb)) != n
        found.append(predict(one.rgb[others], one.lab[others], one.rgb[n : n + 1])[0])
    return float(delta_e_2000(np.array(found), one.lab).mean())


def _finlayson(rgb: Any, lab: Any, asked: Any) -> Any:
    """colour-science: a root-polynomial of degree 2 by least squares in XYZ."""
    from chalicelib.pipelines.colour.spaces import lab_of, xyz_of

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import colour

        matrix = colour.characterisation.matrix_colour_correction_Finlayson2015(rgb, xyz_of(lab), degree=2)
        xyz = colour.characterisation.apply_matrix_colour_correction_Finlayson2015(asked, matrix, degree=2)
    return lab_of(xyz)


def _ccm(rgb: Any, lab: Any, asked: Any) -> Any:
    """OpenCV: cv2.ccm with its default, a 3×3 by CIEDE2000, into linear sRGB."""
    import cv2

    from chalicelib.pipelines.colour.spaces import SRGB, lab_of, xyz_of

    wanted = np.clip(SRGB.encoded(np.clip(xyz_of(lab) @ SRGB.from_xyz.T, 0, 1)), 0, 1)
    try:
        model = cv2.ccm.ColorCorrectionModel(
            np.ascontiguousarray(rgb[:, None]), np.ascontiguousarray(wanted[:, None]), cv2.ccm.COLOR_SPACE_SRGB
        )
        model.setLinearization(cv2.ccm.LINEARIZATION_IDENTITY)
        model.compute()
        matrix = np.asarray(model.getColorCorrectionMatrix())
    except (cv2.error, AttributeError) as error:
        print(f"cv2.ccm: not measured, {type(error).__name__}")
        return None
    return lab_of(asked @ matrix @ SRGB.to_xyz.T)


def _colprof(algorithm: str) -> Callable[[Any, Any, Any], Any]:
    def predict(rgb: Any, lab: Any, asked: Any) -> Any:
        """ArgyllCMS: an input profile of these patches, evaluated by its own xicclu."""
        if shutil.which("colprof") is None or shutil.which("xicclu") is None:
            return None
        rows = "\n".join(
            f"{n} {' '.join(f'{100 * v:.6f}' for v in device)} {' '.join(f'{v:.6f}' for v in colour)}"
            for n, (device, colour) in enumerate(zip(rgb, lab, strict=True), 1)
        )
        fields = "SAMPLE_ID RGB_R RGB_G RGB_B LAB_L LAB_A LAB_B"
        text = (
            'CTI3\n\nDEVICE_CLASS "INPUT"\nCOLOR_REP "LAB_RGB"\n\nNUMBER_OF_FIELDS 7\nBEGIN_DATA_FORMAT\n'
            f"{fields}\nEND_DATA_FORMAT\n\nNUMBER_OF_SETS {len(rgb)}\nBEGIN_DATA\n{rows}\nEND_DATA\n"
        )
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "card.ti3").write_text(text)
            subprocess.run(
                [shutil.which("colprof") or "", f"-a{algorithm}", "-qh", "-u", "card"],
                cwd=folder,
                check=True,
                capture_output=True,
            )
            given = "\n".join(" ".join(f"{v:.8f}" for v in device) for device in asked)
            made = next(path for path in Path(folder).iterdir() if path.suffix in (".icc", ".icm"))
            told = subprocess.run(
                [shutil.which("xicclu") or "", "-ff", "-ia", "-pl", made.name],
                cwd=folder,
                input=given,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        lines = [line.split("->")[-1].split("[")[0].split() for line in told.splitlines() if "->" in line]
        return np.array([[float(v) for v in line[:3]] for line in lines])

    return predict


PEERS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "colour-science, Finlayson 2": _finlayson,
    "cv2.ccm, 3×3": _ccm,
    "colprof -ag (matrix, gamma)": _colprof("g"),
    "colprof -as (matrix, curves)": _colprof("s"),
}
