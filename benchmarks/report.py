"""A benchmark's outcome: a table for people, and the same rows as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

Row = Mapping[str, str | int | float | bool]


def report(name: str, rows: Sequence[Row], json_path: Path | None = None) -> dict[str, object]:
    """Prints the rows, and their JSON after them or into `json_path`. Returns what the JSON says."""
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
