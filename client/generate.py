"""Writes the client's models.py and operations.py from the API's description: `python -m client.generate`.

Shapes only, without the limits: those are the server's to judge, and may be widened without a new client.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from chalicelib.api.framework import openapi
from chalicelib.catalogue.stash.client import document_text

Schema = dict[str, Any]

PACKAGE = Path(__file__).parent / "src" / "millrace_client"
NOTE = "Made by `python -m client.generate` from the API's description: change that, not this."
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "object": "Any"}
HEADERS = {"If-Match": "if_match", "X-Share-Pass": "share_pass", "X-Share-Gift": "gift"}
# POSTs that come to the same when they are sent twice, without an Idempotency-Key.
REPEATABLE = {
    "sign_again",
    "sign_parts",
    "complete_parts",
    "login",
    "begin_as_guest",
    "begin_push",
    "push_page",
    "try_stash_server",
    "try_model_server",
}
# Of those that chalicelib.catalogue.stash asks: queries alone.
STASH = ("find_performers", "find_scene_ids", "find_scenes", "find_studios", "find_tags")


def models(document: Schema) -> str:
    schemas: dict[str, Schema] = document["components"]["schemas"]
    aliases = [f"{name} = {_type(schema)}" for name, schema in schemas.items() if "properties" not in schema]
    classes = [_class(name, schema) for name, schema in schemas.items() if "properties" in schema]
    head = f'"""{NOTE}"""\n\nfrom __future__ import annotations\n\n'
    imports = "from datetime import datetime\nfrom typing import Any, Literal\n\n"
    imports += "from pydantic import BaseModel, ConfigDict\n\n"
    return _formatted(head + imports + "\n".join(aliases) + "\n\n" + "\n\n".join(classes))


def _class(name: str, schema: Schema) -> str:
    lines = [f"class {name}(BaseModel):"]
    if schema.get("description"):
        lines += [_docstring(schema["description"]), ""]
    if schema.get("additionalProperties") is True:
        lines += ['    model_config = ConfigDict(extra="allow")', ""]
    required = schema.get("required", ())
    for field, inner in sorted(schema["properties"].items(), key=lambda pair: pair[0] not in required):
        kind = _type(inner)
        if field not in required:
            kind = f"{kind.removesuffix(' | None')} | None = None"
        lines.append(f"    {field}: {kind}")
        if inner.get("description"):
            lines += [_docstring(inner["description"])]
    return "\n".join(lines)


def _docstring(text: str) -> str:
    """Within 120 columns, where the text is one paragraph."""
    quoted = f'"""{text}"""'
    return (
        "    " + quoted
        if "\n" in text
        else "\n".join(textwrap.wrap(quoted, 115, initial_indent="    ", subsequent_indent="    "))
    )


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type(kind) for kind in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(json.dumps(v) if isinstance(v, str) else repr(v) for v in values)}]"
    if schema.get("format") == "date-time":
        return "datetime"
    if schema.get("type") == "array":
        return f"list[{_type(schema.get('items', {}))}]"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties", {})
        return f"dict[str, {_type(inner) if isinstance(inner, dict) else 'Any'}]"
    return PLAIN[schema.get("type", "object")]


def operations(document: Schema) -> str:
    functions = [
        _function(method.upper(), path, operation, document["components"]["parameters"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    text = "\n\n".join(functions)
    known = document["components"]["schemas"]
    used = sorted(name for name in set(re.findall(r"\b[A-Z]\w+", text)) if name in known)
    head = f'"""Every operation of the API as a function that describes the call.\n\n{NOTE}\n"""\n\n'
    head += "from __future__ import annotations\n\nfrom typing import Literal\nfrom urllib.parse import quote\n\n"
    head += "from millrace_client.calls import Call\n"
    return _formatted(f"{head}from millrace_client.models import {', '.join(used)}\n\n{text}")


def _function(method: str, path: str, operation: Schema, shared: Schema) -> str:
    parameters = [shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in operation["parameters"]]
    by_place: dict[str, list[Schema]] = {"path": [], "query": [], "header": []}
    for parameter in parameters:
        by_place[parameter["in"]].append(parameter)
    creates = any(parameter["name"] == "Idempotency-Key" for parameter in parameters)
    repeatable = method != "POST" or creates or operation["operationId"] in REPEATABLE
    headers = {HEADERS[p["name"]]: p["name"] for p in by_place["header"] if p["name"] in HEADERS}

    arguments = [f"{p['name']}: str" for p in by_place["path"]]
    # Ids need no quoting, names may.
    quoted = re.sub(r"{(\w+(?<!_id))}", r'{quote(\1, safe="")}', path)
    given = [f'"{method}"', f"f'{quoted}'" if by_place["path"] else f'"{path}"']
    answers = [a["content"] for status, a in operation["responses"].items() if _is_answer(status, a)]
    answer = _type(answers[0]["application/json"]["schema"]) if answers else None
    given.append(answer or "None")
    if "requestBody" in operation:
        arguments.append(f"body: {_type(operation['requestBody']['content']['application/json']['schema'])}")
        given.append("body=body")
    optional = [f"{_name(p['name'])}: {_type(p['schema'])} | None = None" for p in by_place["query"]]
    optional += [f"{name}: str | None = None" for name in headers]
    arguments += ["*", *optional] if optional else []
    if by_place["query"]:
        given.append("query={" + ", ".join(f'"{p["name"]}": {_name(p["name"])}' for p in by_place["query"]) + "}")
    if headers:
        given.append("headers={" + ", ".join(f'"{header}": {name}' for name, header in headers.items()) + "}")
    given += ["creates=True"] if creates else []
    given += [] if repeatable else ["repeatable=False"]
    return (
        f"def {operation['operationId']}({', '.join(arguments)}) -> Call[{answer or 'None'}]:\n"
        f'    """{operation["summary"]}."""\n'
        f"    return Call({', '.join(given)})\n"
    )


def _is_answer(status: str, answer: Schema) -> bool:
    return status.startswith("2") and "application/json" in answer.get("content", {})


def _name(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) or name == "type" else name


def stash_documents() -> str:
    """The client's queries to a Stash server: the service's own."""
    documents = {name: document_text(name) for name in STASH}
    lines = "".join(f'    "{name}": """{text}""",\n' for name, text in documents.items())
    head = '"""What is asked of a Stash server. Made by `python -m client.generate`: change that, not this."""'
    return _formatted(f"{head}\n\nDOCUMENTS = {{\n{lines}}}\n")


def _formatted(text: str) -> str:
    for command in (["check", "--fix-only", "--quiet", "--select", "I"], ["format"]):
        whole = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(PACKAGE / "models.py"), "-"]
        # Our own linter.
        text = subprocess.run(whole, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return text


def written() -> dict[Path, str]:
    document = openapi.document({}, openapi.OWN)
    return {
        PACKAGE / "models.py": models(document),
        PACKAGE / "operations.py": operations(document),
        PACKAGE / "stash_documents.py": stash_documents(),
    }


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text)
