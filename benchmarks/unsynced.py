"""The embedded cloud as it would be if it synced nothing: what benchmarks.durability compares with."""

import os
import sys

from infra.local.cloud.__main__ import main


def nothing(_: int) -> None:
    """In the place of fsync."""


if __name__ == "__main__":
    os.fsync = os.fdatasync = nothing
    sys.exit(main())
