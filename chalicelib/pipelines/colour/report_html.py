"""The report of a job as one HTML page, to be read and printed."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import numpy as np

from chalicelib.pipelines.colour.colours import shown
from chalicelib.pipelines.colour.picture_report import WHY_LEFT_OUT

_MOST_PICTURES = 60  # with their previews; beyond that, figures alone

_STYLE = """
:root{color-scheme:light;--ink:#222;--soft:#666;--line:#ddd}
body{font:14px/1.45 system-ui,sans-serif;color:var(--ink);background:#fff;margin:2rem auto;max-width:62rem;
padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.1rem;margin:0 0 .4rem;overflow-wrap:anywhere}
section{border-top:1px solid var(--line);padding:1.2rem 0;break-inside:avoid}
.soft{color:var(--soft)}.pair{display:flex;gap:.8rem;flex-wrap:wrap;margin:.6rem 0}figure{margin:0}
figure img{max-width:100%;display:block}figcaption{font-size:.8rem;color:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.6rem 0}dt{color:var(--soft)}dd{margin:0}
table{border-collapse:collapse;width:100%;font-size:.82rem}th{text-align:left;font-weight:600}
td,th{padding:.12rem .5rem;border-bottom:1px solid #eee}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.c{display:inline-block;width:1.5rem;height:1rem;vertical-align:middle;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.b{display:inline-block;height:.6rem;background:#4a7;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.b.over{background:#c55}.out{color:#a00}ul{margin:.3rem 0;padding-left:1.2rem}
@media print{body{margin:0;max-width:none}}
"""


def _image(jpeg: bytes, caption: str) -> str:
    data = base64.b64encode(jpeg).decode()
    return (
        f'<figure><img alt="{caption}" src="data:image/jpeg;base64,{data}"><figcaption>{caption}</figcaption></figure>'
    )


def _facts(pairs: list[tuple[str, Any]]) -> str:
    shown_pairs = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in pairs if value is not None
    )
    return f"<dl>{shown_pairs}</dl>"


def _patches(report: dict[str, Any]) -> str:
    table = report["fit"]["patches"]
    threshold = report["fit"]["summary"]["threshold_delta_e"]
    colours = [shown(np.array([one[key] for one in table])) for key in ("reference_lab", "before_lab", "after_lab")]
    rows = []
    for number, one in enumerate(table):
        cells = "".join(
            f'<span class="c" style="background:rgb({r},{g},{b})"></span>' for r, g, b in (c[number] for c in colours)
        )
        if one["left_out"]:
            why = WHY_LEFT_OUT.get(one["left_out"], one["left_out"])
            told = f'<td colspan="3" class="out">left out: {escape(why)}</td>'
        else:
            over = " over" if one["delta_e_2000"] > threshold else ""
            loo = "" if one["leave_one_out"] is None else f"{one['leave_one_out']:.2f}"
            width = min(one["delta_e_2000"] / max(2 * threshold, 0.01), 1) * 8
            told = (
                f'<td class="n">{one["delta_e_2000"]:.2f}</td><td class="n">{loo}</td>'
                f'<td><span class="b{over}" style="width:{width:.2f}rem"></span></td>'
            )
        rows.append(
            f"<tr><td>{one['index']}</td><td>{escape(one['name'])}</td><td>{cells}</td>"
            f'<td class="n">{one["delta_e_2000_before"]:.2f}</td>{told}</tr>'
        )
    return (
        '<table><thead><tr><th>#</th><th>Patch</th><th>Reference, before, after</th><th class="n">ΔE00 before</th>'
        '<th class="n">after</th><th class="n">left out of its own fit</th><th></th></tr></thead><tbody>'
        + "".join(rows)
        + "</tbody></table>"
    )


def _fadgi(fadgi: dict[str, Any]) -> str:
    parts = []
    for name, one in fadgi["criteria"].items():
        told = "not measured" if one is None else f"{one['value']:.2f}"
        parts.append(f"{name.replace('_', ' ')} {told}")
    return f"{fadgi['stars']} of 4 stars, {fadgi['label']} ({'; '.join(parts)})"


def _rating(figures: dict[str, Any]) -> str:
    if not figures["quality_rating"]:
        return "not computed: the fit is not of this picture, or of its white balance alone"
    if figures["rated_delta_e"] == figures["leave_one_out_delta_e"]:
        return str(figures["quality_rating"])
    return f"{figures['quality_rating']}, by a ΔE00 of {figures['rated_delta_e']:.2f}, for what is said of the light"


def facts(report: dict[str, Any]) -> list[tuple[str, Any]]:
    """The facts in one picture's report, by name; None: not known."""
    if not report["success"]:
        return [("Not used", report["reason"]["message"])]
    fit = report["fit"]
    if not fit:
        return [("Background", report["background"]["by"])] if "background" in report else []
    figures, card = fit["summary"], report["cards"][0]
    turned = f", turned by {card['rotation']}°" if card["rotation"] else ""
    encoding = fit["encoding"]
    return [
        ("Card", f"{fit['card']}, found by {card['method']}{turned}{', mirrored' if card['mirrored'] else ''}"),
        ("Reference values", fit["reference_values"]),
        (
            "ΔE00 before",
            f"{figures['delta_e_before']['mean']:.2f} on average, {figures['delta_e_before']['max']:.2f} at most",
        ),
        ("ΔE00 after", f"{figures['overall_delta_e']:.2f} on average, {figures['max_delta_e']:.2f} at most"),
        (
            "ΔE00 of patches left out of their own fit",
            None if figures["leave_one_out_delta_e"] is None else f"{figures['leave_one_out_delta_e']:.2f}",
        ),
        (
            "Rating",
            _rating(figures),
        ),
        ("Above the threshold", f"{figures['patches_above_threshold']} of {figures['patches_used']}"),
        ("FADGI 2016", _fadgi(figures["fadgi"])),
        ("Model", f"{fit['model']}, encoding {encoding['kind']} {encoding.get('exponent', '')}".rstrip()),
        ("Light over the card", None if not fit["light"] else f"{100 * fit['light']['unevenness']:.1f} % uneven"),
    ]


def written(
    reports: list[dict[str, Any]], totals: dict[str, Any], previews: dict[int, dict[str, bytes]], title: str
) -> bytes:
    """The page, which needs nothing beside it."""
    parts = []
    for place, report in enumerate(reports):
        seen = previews.get(report["file_number"], {}) if place < _MOST_PICTURES else {}
        pair = "".join(_image(jpeg, kind) for kind, jpeg in seen.items())
        warnings = "".join(f"<li>{escape(one['message'])}</li>" for one in report["warnings"])
        parts.append(
            f"<section><h2>{escape(report['file'])}{' (reference shot)' if report['role'] == 'reference' else ''}</h2>"
            f'<div class="pair">{pair}</div>{_facts(facts(report))}'
            + (f"<ul>{warnings}</ul>" if warnings else "")
            + (_patches(report) if report["fit"] else "")
            + "</section>"
        )
    summary = [
        ("Pictures", f"{totals['succeeded']} of {totals['pictures']} used"),
        ("Mean ΔE00 before", totals["delta_e_before"]),
        ("Mean ΔE00 after", totals["overall_delta_e"]),
        ("Mean ΔE00 of patches left out of their own fit", totals["leave_one_out_delta_e"]),
    ]
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}: colour report</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f'<h1>Colour report</h1><p class="soft">{escape(title)}</p>{_facts(summary)}{"".join(parts)}</body></html>'
    )
    return page.encode()
