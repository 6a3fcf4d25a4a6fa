"""The inventory of a build with its licences: a CycloneDX list, and a refusal of everything under the GPL.

Python distributions state licences in their metadata. Shared libraries in wheels state nothing, so bundled.json does;
an unlisted one is refused, as is FFmpeg built with GPL parts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email import message_from_string
from pathlib import Path
from typing import Any

from infra.aws.packing.tree import PackingFailed

BUNDLED = Path(__file__).with_name("bundled.json")
COPYLEFT = re.compile(r"(?<![A-Z])A?GPL|General Public License", re.IGNORECASE)
HARMLESS = re.compile(r"LGPL|Lesser|GCC-exception", re.IGNORECASE)
# Where the metadata claims more than the wheel contains: pi-heif's wheels carry libheif and libde265, both LGPL.
GPL_CONFIGURED = b"--enable-gpl"
EXTENSION = re.compile(r"\.(cpython-|abi3\.|pypy)|\.so\.(py|json|txt)")
"""In the name of a Python module, which belongs to the distribution; any other shared object is a bundled library, in
a folder `*.libs` or, as rawpy's LibRaw and ONNX Runtime, in the package itself."""


@dataclass(frozen=True)
class Component:
    """kind: `pypi` for a distribution, `generic` for a bundled library."""

    kind: str
    name: str
    version: str
    licence: str

    @property
    def purl(self) -> str:
        return f"pkg:{self.kind}/{self.name}@{self.version}"


def components(folder: Path) -> list[Component]:
    """Everything in an installed folder. Raises PackingFailed for a bundled library missing in bundled.json."""
    found = [_distribution(path) for path in folder.glob("*.dist-info/METADATA")]
    found += [_bundled(path) for path in folder.rglob("*.so*") if not EXTENSION.search(path.name)]
    return sorted(set(found), key=lambda component: (component.kind, component.name))


def check_licences(found: Iterable[Component]) -> None:
    """Raises PackingFailed where a component is available only under the GPL."""
    for component in found:
        if not any(_acceptable(choice) for choice in re.split(r"\s+OR\s+", component.licence)):
            raise PackingFailed(f"{component.name} {component.version} is under {component.licence}.")


def check_ffmpeg(folder: Path) -> None:
    """Raises PackingFailed where an FFmpeg library was built with its GPL parts."""
    for path in folder.glob("*.libs/libav*"):
        if GPL_CONFIGURED in path.read_bytes():
            raise PackingFailed(f"{path.name} was built with {GPL_CONFIGURED.decode()}.")


def cyclonedx(name: str, version: str, found: Iterable[Component]) -> dict[str, Any]:
    """A bill of materials, CycloneDX 1.6, without a serial number or a time: the same from the same inputs."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": name, "name": name, "version": version}},
        "components": [
            {
                "type": "library",
                "bom-ref": component.purl,
                "name": component.name,
                "version": component.version,
                "purl": component.purl,
                "licenses": [{"license": {"name": component.licence}}],
            }
            for component in sorted(set(found), key=lambda component: component.purl)
        ],
    }


def _acceptable(licence: str) -> bool:
    return bool(licence) and (not COPYLEFT.search(licence) or bool(HARMLESS.search(licence)))


def _distribution(path: Path) -> Component:
    said = message_from_string(path.read_text(errors="replace"))
    classifiers = [c.rpartition(" :: ")[2] for c in said.get_all("Classifier", []) if c.startswith("License ::")]
    written = said.get("License", "").strip()
    # Some write the whole text into the field; then the classifiers are more useful.
    short = written if len(written.splitlines()) == 1 and len(written) < 80 else ""
    licence = said.get("License-Expression") or _first(classifiers, short)
    return Component("pypi", said["Name"].lower(), said["Version"], licence)


def _first(classifiers: Sequence[str], written: str) -> str:
    useful = [classifier for classifier in classifiers if classifier != "OSI Approved"]
    return " AND ".join(useful) or written


def _bundled(path: Path) -> Component:
    known: dict[str, str] = json.loads(BUNDLED.read_text())["licences"]
    # Some have their version before `.so` too: libopenblasp-r0-59ffcd50.3.15.so.
    name = re.sub(r"(-[0-9a-f]{8})+(\.[0-9.]+)?$", "", path.name.partition(".so")[0])
    if name not in known:
        raise PackingFailed(f"{path.parent.name}/{path.name}: {BUNDLED.name} doesn't say under which licence.")
    version = path.name.partition(".so")[2].strip(".") or "bundled"
    return Component("generic", name, version, known[name])
