"""The page in a real Chromium: the first visit on a slow line, journey 1, a job of 10,000 files, and Lighthouse where
`MILLRACE_LIGHTHOUSE` names its `cli/index.js`. The measurements themselves are in web/tests/e2e/measures.ts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import markdown, report, write_section

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/performance.md"
TOOLS = ROOT / ".tools/bin"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "measures.jsonl"
        environment = os.environ | {"MILLRACE_MEASURES": str(found), "PATH": f"{TOOLS}:{os.environ['PATH']}"}
        web = ROOT / "web"
        npm = shutil.which("npm", path=environment["PATH"]) or "npm"
        for script in ("build", "measures"):
            subprocess.run([npm, "run", "--silent", script], cwd=web, env=environment, check=True)
        rows = [json.loads(line) for line in found.read_text().splitlines()]
    report("page", rows, options.json)
    text = (
        "## The page\n\nWritten by `make bench ARGS=page`: the built page behind the local server, in Chromium on the"
        " machine that measured, which other work may have slowed. An interaction is from the key to the next"
        " paint.\n\n"
    )
    write_section(PAGE, "page", text + markdown(rows))


if __name__ == "__main__":
    main()
