"""The last step: the report over all pictures, and the zip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.pipelines.base import Member, RunContext
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.colour import report_html, report_pdf, saved
from chalicelib.pipelines.colour.saved import Plan

LARGEST_ZIP = 6 * 1024**3  # the zip's parts lie on the worker's disk while it is made
_MOST_NAMED = 10


def report(job: RunContext) -> None:
    """Writes report.html and report.pdf, the zip, and the job's own result."""
    plan = Plan.of(job)
    reports = []
    for done, (number, _) in enumerate(plan.pictures):
        job.progress(40 * done / len(plan.pictures))
        reports.append(saved.get(job, f"report-{number}.json"))
    previews = {number: _previews(job, number) for number, _ in plan.pictures}
    totals = _totals(reports)
    zipped = _fitting(reports)
    left_out = sum(len(one["files"]) for one in reports) - len(zipped)
    if left_out:
        totals["warnings"] = [
            Caution(
                "zip_incomplete", f"The zip had no room for {counted(left_out, 'file')}.", {"count": left_out}
            ).answered()
        ]
    html = report_html.written(reports, totals, previews, job.job_name)
    pdf = report_pdf.written(reports, totals, previews, job.job_name)
    job.artifact("report.html", html, "report.html", "text/html; charset=utf-8")
    job.artifact("report.pdf", pdf, "report.pdf", "application/pdf")

    def members() -> Iterator[Member]:
        yield Member("report.html", html)
        yield Member("report.pdf", pdf)
        for made in zipped:
            yield Member(f"pictures/{made['filename']}", job.load(made["name"]))

    job.archive("complete", "colour.zip", members())
    job.result(_sentence(totals), totals["quality_score"], totals)


def _fitting(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The files that the zip has room for, in order."""
    room, kept = LARGEST_ZIP, []
    for made in (made for one in reports for made in one["files"]):
        room -= made["size"]
        if room < 0:
            break
        kept.append(made)
    return kept


def _previews(job: RunContext, number: int) -> dict[str, bytes]:
    found = {}
    for kind in ("small-before", "small-after"):
        try:
            found[kind[6:]] = job.load(f"{kind}-{number}").read_bytes()
        except KeyError:
            continue
    return found


def _totals(reports: list[dict[str, Any]]) -> dict[str, Any]:
    good = [one for one in reports if one["success"]]
    bad = [one for one in reports if not one["success"]]
    figures = [one["fit"]["summary"] for one in good if one["fit"]]
    scores = [one["quality_score"] for one in figures if one["quality_score"] is not None]
    mean = {
        key: round(sum(values) / len(values), 4) if values else None
        for key, values in {
            "overall_delta_e": [one["overall_delta_e"] for one in figures],
            "delta_e_before": [one["delta_e_before"]["mean"] for one in figures],
            "leave_one_out_delta_e": [
                one["leave_one_out_delta_e"] for one in figures if one["leave_one_out_delta_e"] is not None
            ],
        }.items()
    }
    return {
        "success": bool(good),
        "pictures": len(reports),
        "succeeded": len(good),
        "measured": len(figures),
        "failed": [{"file": one["file"], "code": one["reason"]["code"]} for one in bad[:_MOST_NAMED]],
        "failed_count": len(bad),
        **mean,
        "quality_score": round(sum(scores) / len(scores), 4) if scores else None,
    }


def _sentence(totals: dict[str, Any]) -> str:
    if not totals["success"]:
        return "No picture could be used; each states its reason."
    said = f"{totals['succeeded']} of {totals['pictures']} pictures"
    if totals["measured"] and totals["overall_delta_e"] is not None:
        said += f", mean ΔE00 {totals['delta_e_before']:.1f} before and {totals['overall_delta_e']:.2f} after"
    return said + "."
