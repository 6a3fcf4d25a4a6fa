"""The fifth step: corrects each picture, and writes the files that come with it."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import InspectedFile, RunContext, UnreadableFile
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.colour import (
    background,
    balance,
    correcting,
    cube,
    dcp_file,
    picture_report,
    pictures,
    profiles,
    saved,
    swatches,
)
from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.options import GRABCUT
from chalicelib.pipelines.colour.saved import Plan
from chalicelib.pipelines.colour.spaces import srgb_encoded

_PREVIEW, _SMALL, _PREVIEW_QUALITY = 1280, 420, 85
_MOST_WARNINGS = 8
_TOLD_FROM = 0.01  # of the pixels


def apply(job: RunContext, index: int) -> None:
    """Corrects one picture; records its result, its verdict and its files."""
    plan = Plan.of(job)
    number, stem = plan.pictures[index]
    file = saved.file(job, number)
    found, fitted = saved.get(job, f"found-{number}.json"), saved.get(job, f"fit-{number}.json")
    report: dict[str, Any] = {
        "file": file.filename,
        "file_number": number,
        "role": file.role,
        "operation": job.options.operation,
        "success": fitted["reason"] is None,
        "reason": None if fitted["reason"] is None else dict(zip(("code", "message"), fitted["reason"], strict=True)),
        "picture": {key: found[key] for key in ("width", "height", "bits") if key in found},
        "cards": found["cards"],
        "patch_places": found.get("patch_places"),
        "fit": fitted["fit"],
        "target": job.options.target,
        "white_balance": job.options.white_balance,
        "warnings": [Caution(*caution).answered() for caution in fitted["warnings"]],
        "files": [],
    }
    outputs = _Outputs(job, number, stem, report)
    try:
        if not found.get("unreadable"):
            _make(job, plan, number, fitted, outputs)
    except UnreadableFile as reason:
        report["success"], report["reason"] = False, {"code": reason.code, "message": reason.message}
    _describe(job, fitted, outputs)
    _record(job, file, report)
    saved.put(job, f"report-{number}.json", report)


class _Outputs:
    """The files of one picture: stored to be downloaded, and kept for the zip."""

    def __init__(self, job: RunContext, number: int, stem: str, report: dict[str, Any]) -> None:
        self._job, self._number, self.stem, self.report = job, number, stem, report

    def add(self, kind: str, ending: str, content: Any, content_type: str) -> None:
        name = f"{kind}-{self._number}"
        self._job.artifact(name, content, self.stem + ending, content_type)
        self._job.save(name, content)
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        self.report["files"].append({"name": name, "filename": self.stem + ending, "size": size})

    def preview(self, kind: str, upright: NDArray[Any], icc: bytes | None, linear: bool) -> None:
        """A small picture for the page, and a smaller one for the report."""
        large = _preview(upright, icc, linear, _PREVIEW)
        self._job.artifact(f"{kind}-{self._number}", large, f"{self.stem}_{kind}.jpg", "image/jpeg")
        self._job.save(f"small-{kind}-{self._number}", _preview(upright, icc, linear, _SMALL))


def _make(job: RunContext, plan: Plan, number: int, fitted: dict[str, Any], outputs: _Outputs) -> None:
    picture = saved.picture(job, plan, number)
    outputs.preview("before", picture.upright, picture.icc, picture.linear)
    if outputs.report["reason"] is not None:
        return
    operation = job.options.operation
    if operation == "remove_background":
        _cut_out(job, picture, outputs)
        return
    correction = Correction.of(fitted["correction"])
    flat = saved.flat_field(job)
    if operation == "detect" or number == plan.reference:
        return
    if job.options.white_balance in ("gray_world", "white_patch"):
        correction = balance.by_picture(picture.upright, correction, job.options.white_balance)
        fitted["correction"] = correction.stored()
    applied = correcting.apply(correction, picture.upright, flat)
    outputs.report["outside_target_percent"] = round(100 * applied.outside, 3)
    outputs.report["clipped_percent"] = round(100 * applied.clipped, 3)
    told = (
        ("outside_target", applied.outside, f"lie outside {correction.space.title} and were clipped to its edge."),
        ("clipped_highlights", applied.clipped, "are overexposed: their colours are not known, and white stays white."),
        (
            "brighter_than_card",
            applied.brighter,
            "are brighter than white is in the card's light: they lie in stronger light than the card, or shine "
            "themselves. Their colours are not those that the card would have there.",
        ),
    )
    for code, share, what in told:
        if share > _TOLD_FROM:
            percent = round(100 * share, 1)
            message = f"{percent} % of the pixels {what}"
            outputs.report["warnings"].append(Caution(code, message, {"percent": percent}).answered())
    picture.icc = profiles.of_space(correction.target)
    path = job.scratch / f"corrected-{number}{picture.extension}"
    pictures.write(picture, path)
    outputs.add("corrected", f"_corrected{picture.extension}", path, picture.content_type)
    outputs.preview("after", picture.upright, picture.icc, False)


def _cut_out(job: RunContext, picture: pictures.Picture, outputs: _Outputs) -> None:
    name = job.options.background_model
    if name == GRABCUT:
        alpha, by = background.by_grabcut(picture.pixels), "GrabCut, without a trained model"
    else:
        from chalicelib.pipelines.colour import network

        alpha, by = network.by_network(picture.pixels, job.model(f"background/{name}")), f"the model {name}"
    outputs.report["background"] = {"by": by, "subject_percent": round(100 * float((alpha > 127).mean()), 2)}
    picture.alpha = alpha if picture.pixels.dtype == np.uint8 else alpha.astype(np.uint16) * 257
    picture.form = "PNG"
    path = job.scratch / "cut-out.png"
    pictures.write(picture, path)
    outputs.add("corrected", "_cut_out.png", path, "image/png")
    shown = np.where(alpha[..., None] > 127, pictures.reduced_to_8(picture.pixels), np.uint8(245))
    outputs.preview("after", pictures.oriented(shown, picture.orientation), picture.icc, False)


def _preview(upright: NDArray[Any], icc: bytes | None, linear: bool, longest: int) -> bytes:
    """A small JPEG in sRGB for pages and reports, which show no TIFF and follow no profile."""
    from PIL import Image, ImageCms

    step = max(1, max(upright.shape[:2]) // (2 * longest))
    small = np.ascontiguousarray(upright[::step, ::step])
    if linear:
        small = np.rint(srgb_encoded(small / np.iinfo(small.dtype).max) * 255).astype(np.uint8)
    image = Image.fromarray(pictures.reduced_to_8(small))
    image.thumbnail((longest, longest))
    if icc and icc != profiles.of_space("srgb"):
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            image = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that isn't for RGB: the numbers are shown as they are
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_PREVIEW_QUALITY)
    return out.getvalue()


def _describe(job: RunContext, fitted: dict[str, Any], outputs: _Outputs) -> None:
    report, stem = outputs.report, outputs.stem
    if fitted["correction"] and report["success"] and job.options.operation != "remove_background":
        correction = Correction.of(fitted["correction"])
        outputs.add("cube", ".cube", cube.written(correction, f"{stem} to {correction.space.title}"), "text/plain")
        outputs.add("profile", ".icc", profiles.of_picture(correction, stem), "application/vnd.iccprofile")
    camera = saved.camera_of(job, report["file_number"])
    if camera and fitted.get("dcp") and report["success"]:
        found = dcp_file.matrices(np.array(fitted["dcp"]), camera)
        if found:
            outputs.add("dcp", ".dcp", dcp_file.written(*found, camera, stem), "application/octet-stream")
    if report["fit"]:
        table = report["fit"]["patches"]
        outputs.add("swatches", "_swatches.png", swatches.drawn(table, stem), "image/png")
        outputs.add("patches", "_report.csv", picture_report.as_csv(table), "text/csv")
    content = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False).encode()
    outputs.add("report", "_report.json", content, "application/json")


def _record(job: RunContext, file: InspectedFile, report: dict[str, Any]) -> None:
    """The picture's row: its result in short; the details stand in its report."""
    if not report["success"]:
        reason = report["reason"]
        job.verdict(file, "failed", reason["message"], code=reason["code"])
        metadata = {"success": False, "reason": reason["code"], "message": reason["message"]}
        job.result(reason["message"], None, metadata | {"cards_found": len(report["cards"])}, file)
        return
    fit = report["fit"]
    metadata = {
        "success": True,
        "operation": report["operation"],
        "cards_found": len(report["cards"]),
        "warnings": [warning["code"] for warning in report["warnings"]][:_MOST_WARNINGS],
    }
    score = None
    said = {"detect": "Measured", "white_balance": "White balance set", "remove_background": "Background removed"}.get(
        report["operation"], "Corrected"
    )
    if fit:
        figures = fit["summary"]
        used = report["cards"][0]
        score = figures["quality_score"]
        metadata |= {
            "card": fit["card"],
            "method": used["method"],
            "mirrored": used["mirrored"],
            "rotation": used["rotation"],
            "corners": used["corners"],
            "left_out": [one["index"] for one in fit["patches"] if one["left_out"]],
            "encoding": fit["encoding"],
            "model": fit["model"],
            "matrix_to_linear_srgb": [[round(value, 5) for value in row] for row in fit["matrix_to_linear_srgb"]],
            "delta_e_before": figures["delta_e_before"]["mean"],
            **{
                key: figures[key]
                for key in (
                    "overall_delta_e",
                    "max_delta_e",
                    "min_delta_e",
                    "median_delta_e",
                    "patches_above_threshold",
                    "leave_one_out_delta_e",
                    "quality_rating",
                )
            },
            "fadgi_stars": figures["fadgi"]["stars"],
        }
        said += f": ΔE00 {figures['delta_e_before']['mean']:.1f} before, {figures['overall_delta_e']:.2f} after"
        if figures["quality_rating"]:
            said += f", {figures['quality_rating']}"
    elif any(warning["code"] == "by_reference" for warning in report["warnings"]):
        said += " by the reference shot; not measured in this picture"
    if "background" in report:
        metadata["background_by"] = report["background"]["by"]
        said += f" by {report['background']['by']}"
    job.verdict(file, "measured" if report["operation"] == "detect" else "corrected", None)
    job.result(said + ".", score, metadata, file)
