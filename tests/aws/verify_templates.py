"""Linters report nothing, and the package's contents match its lists."""

from __future__ import annotations

import filecmp
import json
import subprocess
from pathlib import Path

import numpy
import pytest

from infra.aws.package import BUILD, ROOT
from infra.aws.packing import elf
from infra.local.compressing import LEAST
from tests.aws.clouds import PACKAGE, STAGE, VERIFY_PYTHON, translated

TOOLS = VERIFY_PYTHON.parent
ARM = BUILD / f"{STAGE}-arm64"


@pytest.fixture(scope="module", params=["template", "edge"])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "edge":
        return PACKAGE / "edge.json"
    return translated(PACKAGE / "template.json", tmp_path_factory.mktemp("translated"))


def test_json_is_compressed_where_its_client_takes_that() -> None:
    """CloudFront compresses no response that it doesn't cache; it forwards Accept-Encoding, and the API compresses."""
    resources = json.loads((PACKAGE / "template.json").read_text())["Resources"]
    assert resources["RestAPI"]["Properties"]["MinimumCompressionSize"] == LEAST


def test_cfn_lint_finds_nothing(template: Path) -> None:
    for checked in {template, PACKAGE / "template.json"}:
        command = [TOOLS / "cfn-lint", "--regions", "us-east-1", "eu-central-1", "--", checked]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


def test_checkov_finds_nothing_that_has_no_reason(template: Path) -> None:
    command = [TOOLS / "checkov", "-f", template, "--config-file", ROOT / "infra/aws/checkov.yaml", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    assert [(f["check_id"], f["resource"]) for f in found["results"]["failed_checks"]] == []
    assert found["summary"]["passed"] > 0


def test_the_bill_of_materials_follows_its_standard() -> None:
    script = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))
"""
    for package in (PACKAGE, ARM):
        command = [VERIFY_PYTHON, "-c", script, package / "sbom.cdx.json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout == "None\n"


def test_nothing_that_goes_up_has_a_gpl_encoder() -> None:
    for package in (PACKAGE, ARM):
        names = [c["name"] for c in json.loads((package / "sbom.cdx.json").read_text())["components"]]
        assert "libavcodec" in names
        assert not {"libx264", "libx265"} & set(names)
        assert not list(package.glob("unpacked/*/*.libs/libx26*"))
        for path in package.glob("unpacked/media/av.libs/*.so*"):
            assert not [name for name in elf.needed(path.read_bytes()) if name.startswith(("libx264", "libx265"))]


def test_libraries_are_as_their_projects_built_them() -> None:
    """A stripped OpenBLAS breaks. Only FFmpeg's codecs are changed, to remove those under the GPL."""
    site = Path(numpy.__file__).parents[1]
    changed, same = set(), set()
    for path in PACKAGE.glob("unpacked/*/*.libs/*.so*"):
        original = site / path.parent.name / path.name
        if original.exists():
            (same if filecmp.cmp(path, original, shallow=False) else changed).add(path.name.partition("-")[0])
    assert {"libscipy_openblas", "libscipy_openblas64_", "libavformat"} <= same
    assert changed == {"libavcodec"}
