"""The end of a command: exit codes for scripts, and a sentence for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from millrace_client.errors import ApiError, FileChanged, JobEnded, NotReachable, StashFailed


class Exit(IntEnum):
    DONE = 0
    JOB_ENDED = 1
    """The job has failed or was cancelled."""
    USAGE = 2
    NOT_ALLOWED = 3
    """Sign in, or use other credentials."""
    NOT_FOUND = 4
    REFUSED = 5
    """The service refused the request; its sentence says why."""
    UNAVAILABLE = 6
    """The service can't be reached, is broken or too busy. A later try may succeed."""
    LOCAL = 7
    """A local file can't be read or written, or has changed meanwhile."""
    NOTHING = 8
    """There is nothing to send."""
    INTERRUPTED = 130


def exit_of(error: BaseException) -> Exit:
    match error:
        case ApiError(status=401 | 403):
            return Exit.NOT_ALLOWED
        case ApiError(status=404):
            return Exit.NOT_FOUND
        case ApiError(status=429):
            return Exit.UNAVAILABLE
        case ApiError(status=status):
            return Exit.REFUSED if status < 500 else Exit.UNAVAILABLE
        case NotReachable() | StashFailed() | TimeoutError():
            return Exit.UNAVAILABLE
        case JobEnded():
            return Exit.JOB_ENDED
        case _:
            return Exit.LOCAL


NEXT = {
    Exit.NOT_ALLOWED: "millrace login",
    Exit.NOT_FOUND: "millrace list",
}


@contextmanager
def reported(as_json: bool, next_command: str | None = None) -> Iterator[None]:
    """Reports errors as a line on stderr, or as JSON, with their exit code. next_command: the command that resumes
    after Ctrl-C, or once the service can be reached."""
    try:
        yield
    except KeyboardInterrupt:
        say("Stopped. Nothing that was done is lost.", next_command)
        raise typer.Exit(Exit.INTERRUPTED) from None
    except BrokenPipeError:
        # The reader, such as `head`, has read enough; Python's remaining output at its exit is discarded.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(Exit.DONE) from None
    except (ApiError, NotReachable, JobEnded, FileChanged, StashFailed, TimeoutError, OSError) as error:
        code = exit_of(error)
        if as_json:
            problem = error.problem.model_dump() if isinstance(error, ApiError) else {"detail": str(error)}
            print(json.dumps({"error": problem, "exit_code": int(code)}), file=sys.stderr)
        else:
            say(f"Error: {error}", hint(code, next_command))
        raise typer.Exit(code) from None


def hint(code: Exit, next_command: str | None) -> str | None:
    """The command to try after an error: never the one that just failed, unless it resumes."""
    if code is Exit.UNAVAILABLE:
        return next_command
    found = NEXT.get(code)
    return None if found and found.split()[1] in sys.argv[1:] else found


def say(text: str, next_command: str | None = None) -> None:
    print(text, file=sys.stderr)
    if next_command:
        print(f"Next: {next_command}", file=sys.stderr)
