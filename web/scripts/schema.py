"""Every shape that goes in and out over HTTP, as one JSON Schema on standard output."""

import inspect
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.api import models


def shapes() -> list[type[BaseModel]]:
    found = [m for _, m in inspect.getmembers(models, inspect.isclass) if issubclass(m, BaseModel)]
    abstract = {BaseModel, models.Given, models.Query, models.Answer}
    return [m for m in found if m not in abstract and m.__module__ == models.__name__]


def main() -> None:
    # An answer is described as it is written, anything else as it is read.
    modes = [(m, "serialization" if issubclass(m, models.Answer) else "validation") for m in shapes()]
    _, schema = models_json_schema(modes, title="Api")
    json.dump(schema, sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
