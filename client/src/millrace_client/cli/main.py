"""`millrace`: every command. README.md has the exit codes."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer

from millrace_client.cli import accounts, archives, credentials, jobs, looking, scenes, sending, shares
from millrace_client.cli.exits import Exit

USAGE: Any = typer.BadParameter.__mro__[1]
"""Click's own error for wrong usage, which typer includes but doesn't export."""

app = typer.Typer(
    name="millrace",
    help="Send files through a pipeline, and get a zip and results.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("upload")(sending.upload)
app.command("import")(sending.import_path)
app.command("status")(jobs.status)
app.command("list")(jobs.list_jobs)
app.command("files")(jobs.files)
app.command("duplicates")(jobs.duplicates)
app.command("keep-best")(jobs.keep_best)
app.command("redate")(jobs.redate)
app.command("tree")(jobs.tree)
app.command("remake")(jobs.remake)
app.command("download")(jobs.download)
for name, command in jobs.STEERING.items():
    app.command(name)(command)
app.command("archive")(archives.archive)
app.command("archives")(archives.list_archives)
app.command("share")(shares.share)
app.command("shares")(shares.list_shares)
app.command("revoke")(shares.revoke)
app.command("watch")(looking.watch_job)
app.command("artifacts")(looking.artifacts)
app.command("delete")(looking.delete)
app.command("pipelines")(looking.pipelines)
app.command("whoami")(looking.whoami)
app.command("login")(accounts.login)
app.command("register")(accounts.register)
app.command("logout")(accounts.logout)
app.add_typer(accounts.keys, name="keys")
app.add_typer(scenes.scenes, name="scenes")
# The noun first, as in gh and aws. Each is an alias of the command without the noun.
of_jobs = typer.Typer(help="The same commands under their noun: list, status, watch, delete.", no_args_is_help=True)
of_jobs.command("list")(jobs.list_jobs)
of_jobs.command("status")(jobs.status)
of_jobs.command("watch")(looking.watch_job)
of_jobs.command("delete")(looking.delete)
app.add_typer(of_jobs, name="jobs")


def show_version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"millrace {version('millrace-client')}")
        except PackageNotFoundError:  # run from its source
            print("millrace")
        raise typer.Exit


@app.callback()
def everywhere(
    profile: Annotated[
        str | None, typer.Option(help="The profile: a name for another sign-in (MILLRACE_PROFILE).", show_default=False)
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    given = profile or os.environ.get("MILLRACE_PROFILE")
    if given and not credentials.NAME.fullmatch(given):
        raise typer.BadParameter("letters, digits, dots and dashes only.", param_hint="--profile")
    if profile:
        os.environ["MILLRACE_PROFILE"] = profile


def main() -> None:
    """Exits with a code of Exit, also where Ctrl-C answered a question."""
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        print("Stopped.", file=sys.stderr)
        code = Exit.INTERRUPTED
    except USAGE as wrong:
        wrong.show()
        code = Exit.USAGE
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
