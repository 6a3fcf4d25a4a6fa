"""`python -m infra.settings_doc`: writes the tables of docs/settings.md from the settings themselves."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from chalicelib import settings
from chalicelib.accounts.stored_settings import CHANGEABLE, SECRET
from chalicelib.jobs.limits import Limits

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
BEGIN, END = "<!-- settings -->", "<!-- end of settings -->"


def described(kind: type) -> dict[str, str]:
    """The docstring below each field."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, after in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = after.value if isinstance(after, ast.Expr) else None
            said = text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""
            found[field.target.id] = " ".join(said.split())
    return found


def rows() -> Iterator[str]:
    for prefix, kind in (("", settings.Settings), ("limit_", Limits)):
        texts = described(kind)
        for field in fields(kind):
            if field.name == "limits":
                continue
            name = f"{prefix}{field.name}"
            needed = field.default is field.default_factory  # both are MISSING
            default = "must be set" if needed else _default(field.default)
            who = "an admin" if name in CHANGEABLE else "the deployment"
            secret = " Never shown." if name in SECRET else ""
            yield f"| `{name}` | {default} | {who} | {texts[field.name]}{secret} |"


def table() -> str:
    head = ["| setting | default | changed by | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([BEGIN, *head, *rows(), END])


def page(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


def _default(value: object) -> str:
    if value is None or value in ("", ()):
        return "none"
    return f"{value:,}" if isinstance(value, int) else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
