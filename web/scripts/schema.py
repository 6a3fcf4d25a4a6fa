"""The API's own description (OpenAPI 3.1), as it is served, on standard output; less what only others' clients use."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import app  # noqa: F401 -- registers the routes
from chalicelib.api.framework import openapi

if __name__ == "__main__":
    sys.stdout.write(json.dumps(openapi.document({}, openapi.OWN)))
