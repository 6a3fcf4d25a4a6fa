"""Children that never outlive their parent: standard input is a pipe whose other end only the parent holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path


def spawn(module: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Runs `python -m module`, which must call hold_on(); its output goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 -- our own modules
            [sys.executable, "-m", module, *arguments],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
        )


def hold_on() -> None:
    """Ends this process, as SIGTERM would, once the parent is gone.

    Ctrl-C reaches every process of the group, and the parent decides the consequences.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    standard_input = os.dup(0)
    os.set_inheritable(standard_input, False)
    with open(os.devnull) as nothing:  # noqa: PTH123 -- a descriptor is wanted, not a file
        os.dup2(nothing.fileno(), 0)

    def wait() -> None:
        while os.read(standard_input, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
