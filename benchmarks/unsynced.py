"""The embedded cloud without any syncs, for the comparison in benchmarks.durability."""

import os
import sys

from infra.local.cloud.__main__ import main


def nothing(_: int) -> None:
    """Replaces fsync."""


if __name__ == "__main__":
    os.fsync = os.fdatasync = nothing
    sys.exit(main())
