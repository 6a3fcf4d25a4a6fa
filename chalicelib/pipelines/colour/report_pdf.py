"""The report of a job as a PDF: a page for each picture."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from chalicelib.pipelines.colour.colours import shown
from chalicelib.pipelines.colour.pdf_file import Page, shortened, text_width
from chalicelib.pipelines.colour.pdf_file import written as pdf_written
from chalicelib.pipelines.colour.picture_report import WHY_LEFT_OUT
from chalicelib.pipelines.colour.report_html import facts

_WIDTH, _HEIGHT, _LEFT = 595.276, 841.89, 42.0
_INNER = _WIDTH - 2 * _LEFT
_GREY = (0.4, 0.4, 0.4)
_TABLE_ROWS = 48
_TABLE_ROOM = 260  # points that the table of patches needs to be read


def jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, from its frame header."""
    at = 2
    while content[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int(struct.unpack_from(">H", content, at + 2)[0])
    height, width = struct.unpack_from(">HH", content, at + 5)
    return int(width), int(height)


def _plain(text: str) -> str:
    """The text without the letters that the standard fonts lack."""
    return text.replace("Δ", "d").replace("≤", "<=")


def _wrapped(text: str, size: float, width: float) -> list[str]:
    """A text in at most three lines."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > 3:
        lines[2:] = [" ".join(lines[2:])]
    return [shortened(line, size, width) for line in lines]


def _first(totals: dict[str, Any], title: str) -> Page:
    page = Page(_WIDTH, _HEIGHT)
    page.text(_LEFT, 70, "Colour report", 20, bold=True)
    page.text(_LEFT, 90, shortened(title, 11, _INNER), 11, colour=_GREY)
    rows = [
        ("Pictures used", f"{totals['succeeded']} of {totals['pictures']}"),
        ("Mean dE00 before", totals["delta_e_before"]),
        ("Mean dE00 after", totals["overall_delta_e"]),
        ("Mean dE00 of patches left out of their own fit", totals["leave_one_out_delta_e"]),
    ]
    for number, (name, value) in enumerate(rows):
        page.text(_LEFT, 125 + 18 * number, name, 11, colour=_GREY)
        page.text(_LEFT + 270, 125 + 18 * number, "not computed" if value is None else str(value), 11)
    return page


def _picture(report: dict[str, Any], previews: dict[str, bytes]) -> Page:
    page = Page(_WIDTH, _HEIGHT)
    y = 56.0
    page.text(_LEFT, y, shortened(report["file"], 14, _INNER), 14, bold=True)
    y += 12
    width = (_INNER - 12) / 2
    tallest = 0.0
    for number, (kind, jpeg) in enumerate(previews.items()):
        size = jpeg_size(jpeg)
        scale = min(width / size[0], 190 / size[1])
        x = _LEFT + number * (width + 12)
        page.picture(x, y, size[0] * scale, size[1] * scale, jpeg, size)
        page.text(x, y + size[1] * scale + 10, kind, 8, colour=_GREY)
        tallest = max(tallest, size[1] * scale + 14)
    y += tallest + 14
    for name, value in facts(report):
        if value is None:
            continue
        page.text(_LEFT, y, _plain(name), 8.5, colour=_GREY)
        for line in _wrapped(_plain(str(value)), 8.5, _INNER - 175):
            page.text(_LEFT + 175, y, line, 8.5)
            y += 12
    told = [line for one in report["warnings"] for line in _wrapped("! " + _plain(one["message"]), 8.5, _INNER)]
    room = max(int((_HEIGHT - _TABLE_ROOM - y) / 12), 1)
    if len(told) > room:
        told = [*told[: room - 1], "! More in the picture's report (JSON)."]
    for line in told:
        page.text(_LEFT, y, line, 8.5, colour=(0.6, 0.3, 0))
        y += 12
    if report["fit"]:
        _table(page, y + 6, report)
    return page


def _table(page: Page, y: float, report: dict[str, Any]) -> None:
    table = report["fit"]["patches"][:_TABLE_ROWS]
    threshold = report["fit"]["summary"]["threshold_delta_e"]
    step = min(13.5, (_HEIGHT - 40 - y) / (len(table) + 1))
    size = step * 0.6
    columns = (0, 16, 110, 200, 250, 300, 360)
    heads = ("#", "Patch", "Colours", "before", "after", "left out", "")
    for x, head in zip(columns, heads, strict=True):
        page.text(_LEFT + x, y, head, size, bold=True)
    colours = [shown(np.array([one[key] for one in table])) for key in ("reference_lab", "before_lab", "after_lab")]
    for number, one in enumerate(table):
        line = y + (number + 1) * step
        page.text(_LEFT, line, str(one["index"]), size)
        page.text(_LEFT + columns[1], line, one["name"], size)
        for place, colour in enumerate(colours):
            r, g, b = (channel / 255 for channel in colour[number])
            page.rectangle(_LEFT + columns[2] + 24 * place, line - size, 22, step * 0.85, (r, g, b))
        page.text(_LEFT + columns[3], line, f"{one['delta_e_2000_before']:.2f}", size)
        if one["left_out"]:
            page.text(_LEFT + columns[4], line, f"left out: {WHY_LEFT_OUT.get(one['left_out'], one['left_out'])}", size)
            continue
        page.text(_LEFT + columns[4], line, f"{one['delta_e_2000']:.2f}", size)
        if one["leave_one_out"] is not None:
            page.text(_LEFT + columns[5], line, f"{one['leave_one_out']:.2f}", size)
        share = min(one["delta_e_2000"] / (2 * threshold), 1)
        colour_of_bar = (0.77, 0.33, 0.33) if one["delta_e_2000"] > threshold else (0.29, 0.67, 0.47)
        page.rectangle(_LEFT + columns[6], line - size * 0.8, 140 * share, size * 0.8, colour_of_bar)


def written(
    reports: list[dict[str, Any]], totals: dict[str, Any], previews: dict[int, dict[str, bytes]], title: str
) -> bytes:
    """The file: an overview, then a page for each picture."""
    pages = [_first(totals, title)]
    pages += [_picture(report, previews.get(report["file_number"], {})) for report in reports]
    return pdf_written(pages, f"{title}: colour report")
