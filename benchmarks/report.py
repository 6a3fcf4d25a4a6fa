"""A benchmark's outcome: a table for people, and the same rows as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

Row = Mapping[str, str | int | float | bool]


def section(page: Path, name: str) -> str:
    """The section of a page including its markers; "" where there is none."""
    begin, end = _marks(name)
    text = page.read_text()
    return text[text.index(begin) : text.index(end) + len(end)] if begin in text else ""


def write_section(page: Path, name: str, content: str) -> None:
    """Puts the content in the section's place, or at the page's end."""
    begin, end = _marks(name)
    new = f"{begin}\n{content.strip()}\n{end}"
    old, text = section(page, name), page.read_text()
    page.write_text(text.replace(old, new) if old else f"{text.rstrip()}\n\n{new}\n")


def markdown(rows: Sequence[Row]) -> str:
    lines = [" | ".join(rows[0]), " | ".join("---" for _ in rows[0])]
    lines += [" | ".join(map(_shown, row.values())) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->", f"<!-- end of {name} -->"


def report(name: str, rows: Sequence[Row], json_path: Path | None = None) -> dict[str, object]:
    """Prints the rows, then their JSON, or writes it to `json_path`. Returns the content of the JSON."""
    table = Table(title=name, title_justify="left")
    for column in rows[0]:
        table.add_column(column, justify="left" if isinstance(rows[0][column], str) else "right")
    for row in rows:
        table.add_row(*map(_shown, row.values()))
    Console().print(table)
    outcome: dict[str, object] = {"name": name, "rows": [dict(row) for row in rows]}
    if json_path:
        json_path.write_text(json.dumps(outcome, indent=1) + "\n")
    else:
        print(json.dumps(outcome), flush=True)
    return outcome


def _shown(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:,}"
