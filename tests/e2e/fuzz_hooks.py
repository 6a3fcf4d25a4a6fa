"""Hooks for schemathesis: half of the requests name things that exist, so that they get past the first 404."""

import json
import os
import random
from typing import Any

import schemathesis

THINGS: dict[str, dict[str, list[str]]] = json.loads(os.environ["MILLRACE_FUZZ_THINGS"])
CHOICE = random.Random(0)


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Puts existing ids into requests; deletions take only things made for deletion, so that the rest stays."""
    names = THINGS["doomed" if case.method == "DELETE" else "kept"]
    known = [name for name in case.path_parameters or {} if name in names]
    if not known or CHOICE.random() < 0.4:
        return
    for name in known:
        case.path_parameters[name] = CHOICE.choice(names[name])
    if "job_id" in known and "file_id" in known:
        case.path_parameters["file_id"] = f"{case.path_parameters['job_id']}-0000000{CHOICE.choice('1234')}"
