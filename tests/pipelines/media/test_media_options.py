"""The options that a user may set, and the values that are refused."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.pipelines.media import MEDIA
from chalicelib.pipelines.media.options import Options


def test_everything_has_a_default_and_a_description() -> None:
    options = Options()
    assert (options.timezone, options.earliest_year, options.similar_distance) == ("UTC", 1900, 6)
    assert all(field.description for field in Options.model_fields.values())


@pytest.mark.parametrize(
    "given",
    [
        {"timezone": "Mars/Olympus"},
        {"timezone": ""},
        {"timezone": "Europe"},
        {"timezone": "../../etc/passwd"},
        {"timezone": "/etc/localtime"},
        {"timezone": "Europe/Paris\0"},
        {"timezone": "x" * 65},
        {"earliest_year": 1825},
        {"earliest_year": 2101},
        {"similar_distance": -1},
        {"similar_distance": 11},
        {"time_zone": "UTC"},
    ],
)
def test_what_is_out_of_range_or_unknown_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options(**given)


def test_a_zone_of_the_database_is_taken() -> None:
    assert Options(timezone="Europe/Paris").zone.key == "Europe/Paris"


def test_the_pipeline_declares_what_it_takes() -> None:
    assert MEDIA.name == "media"
    assert MEDIA.per_file
    assert MEDIA.accepts.max_bytes == 5 * 1024**3
    for extension in ("jpg", "jpeg", "png", "gif", "webp", "tiff", "heic", "heif", "mp4", "mov", "m4v", "avi", "mkv"):
        assert MEDIA.accepts.extension(f"A.{extension.upper()}") == f".{extension}"
    assert MEDIA.accepts.extension("a.pdf") is None


def test_importing_the_pipeline_loads_none_of_its_heavy_libraries() -> None:
    heavy = "{'PIL', 'av', 'pi_heif', 'tzfpy', 'filetype', 'numpy'}"
    script = f"import sys, chalicelib.pipelines.media; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_every_set_of_options_can_be_served() -> None:
    MEDIA.check(Options(), lambda folder: [])
