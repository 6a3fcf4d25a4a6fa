"""`millrace`: every command. README.md has the exit codes."""

from __future__ import annotations

import typer

from millrace_client.cli import accounts, jobs, scenes, sending

app = typer.Typer(
    name="millrace",
    help="Files go in, each through a pipeline, and a zip and answers come out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("upload")(sending.upload)
app.command("import")(sending.import_path)
app.command("status")(jobs.status)
app.command("list")(jobs.list_jobs)
app.command("files")(jobs.files)
app.command("duplicates")(jobs.duplicates)
app.command("download")(jobs.download)
for name, command in jobs.STEERING.items():
    app.command(name)(command)
app.command("login")(accounts.login)
app.command("logout")(accounts.logout)
app.add_typer(accounts.keys, name="keys")
app.add_typer(scenes.scenes, name="scenes")


def main() -> None:
    app()


if __name__ == "__main__":
    main()
