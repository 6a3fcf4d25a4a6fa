"""Every shape that goes in and out over HTTP, as one JSON Schema on standard output."""

import inspect
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.api import account_models, library_models, models


def shapes() -> list[type[BaseModel]]:
    abstract = {models.Given, models.Query, models.Answer}
    return [
        model
        for module in (models, account_models, library_models)
        for _, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, BaseModel) and model not in abstract and model.__module__ == module.__name__
    ]


def main() -> None:
    # An answer is described as it is written, anything else as it is read.
    modes = [(m, "serialization" if issubclass(m, models.Answer) else "validation") for m in shapes()]
    _, schema = models_json_schema(modes, title="Api")
    json.dump(schema, sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
