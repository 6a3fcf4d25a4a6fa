"""`make bench`: every benchmark, as tables, and all of them in build/bench.json. Arguments: names of benchmarks."""

from __future__ import annotations

import importlib
import json
import pkgutil
import platform
import sys
import time
from pathlib import Path

import benchmarks

HELPERS = frozenset(
    {
        "__main__",
        "report",
        "ledger",
        "simulation",
        "aws",
        "aws_model",
        "archive_simulation",
        "archive_local",
        "colour_peers",
        "volume_phantoms",
        "unsynced",
    }
)
OUT = Path("build/bench.json")


def main(wanted: list[str]) -> int:
    names = sorted({module.name for module in pkgutil.iter_modules(benchmarks.__path__)} - HELPERS)
    unknown = set(wanted) - set(names)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(names)}.", file=sys.stderr)
        return 2
    OUT.parent.mkdir(exist_ok=True)
    found = {}
    for name in wanted or names:
        began = time.monotonic()
        part = OUT.parent / f"bench-{name}.json"
        importlib.import_module(f"benchmarks.{name}").main(["--json", str(part)])
        found[name] = json.loads(part.read_text()) | {"took_seconds": round(time.monotonic() - began, 1)}
        part.unlink()
    machine = {"machine": platform.machine(), "python": platform.python_version()}
    OUT.write_text(json.dumps({**machine, "benchmarks": found}, indent=1) + "\n")
    print(f"Written to {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
