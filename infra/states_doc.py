"""Writes the README's table of a job's states from the moves: `python -m infra.states_doc`."""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.jobs.moves import targets
from chalicelib.jobs.states import MEANINGS

README = Path(__file__).parents[1] / "README.md"
HEAD = "| state | means | may go to |\n| --- | --- | --- |\n"
TABLE = re.compile(re.escape(HEAD) + r"(\|.*\|\n)+")


def table() -> str:
    rows = [
        f"| `{state}` | {meaning} | {', '.join(targets(state)) or 'nowhere'} |" for state, meaning in MEANINGS.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    README.write_text(TABLE.sub(table(), README.read_text()))
