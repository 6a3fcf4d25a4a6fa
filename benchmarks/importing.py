"""The time in which a function loads app.py, and a check that it loads no heavy library."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import report

HEAVY = ("boto3", "botocore", "numpy", "scipy", "PIL", "av", "nibabel", "pydicom", "argon2")
PROBE = """
import json, sys, time
began = time.perf_counter()
{what}
print(json.dumps([1000 * (time.perf_counter() - began), [name for name in {heavy} if name in sys.modules]]))
"""
COMPARED = {
    "app.py": "import os\nos.environ['_HANDLER'] = 'app.app'\nimport app",
    "chalice and pydantic with one model": (
        "import chalice.app\nimport pydantic\nclass Model(pydantic.BaseModel):\n    name: str\n    size: int"
    ),
}


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.importing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    taken: dict[str, list[float]] = {name: [] for name in COMPARED}
    loaded: dict[str, list[str]] = {}
    for _ in range(options.rounds):
        for name, what in COMPARED.items():
            probe = PROBE.format(what=what, heavy=HEAVY)
            found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
            milliseconds, loaded[name] = json.loads(found.stdout)
            taken[name].append(milliseconds)
    rows: list[dict[str, str | float]] = [
        {
            "imported": name,
            "median ms": round(statistics.median(times)),
            "heavy ones loaded": ", ".join(loaded[name]) or "none",
        }
        for name, times in taken.items()
    ]
    return report("Import time", rows, options.json)


if __name__ == "__main__":
    main()
