"""Formats by file names, and names that may be shown."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

FORMATS = {
    **dict.fromkeys((".nii", ".nii.gz", ".hdr", ".hdr.gz"), "nifti"),
    **dict.fromkeys((".nrrd", ".nhdr"), "nrrd"),
    **dict.fromkeys((".mha", ".mhd"), "mha"),
    **dict.fromkeys((".mgz", ".mgh"), "mgh"),
    **dict.fromkeys((".dcm", ".ima"), "dicom"),
    ".zip": "zip",
    **dict.fromkeys((".raw", ".raw.gz", ".zraw", ".img", ".img.gz"), "raw"),
}
IMAGES = {"nifti", "nrrd", "mha", "mgh"}
CONTENT_TYPES = {
    "nifti": "application/x-nifti",
    "nrrd": "application/x-nrrd",
    "mha": "application/x-metaimage",
    "mgh": "application/x-mgh",
    "dicom": "application/dicom",
    "zip": "application/zip",
    "raw": "application/octet-stream",
}
NAMES = {"nifti": "NIfTI", "nrrd": "NRRD", "mha": "MetaImage", "mgh": "MGH", "dicom": "DICOM"}
# The names that scanners give slices: without an extension, or a UID, whose last number looks like one.
BARE = r"[^.]+|[0-9.]*\.\d+|(mr|ct|im|se)[a-z]*[0-9.]+"
NUMBERED = re.compile(r"(im|img|image|i|mr|ct|slice|file|frame)?[-_ ]?\d{1,8}(\.(dcm|ima))?", re.IGNORECASE)


def format_of(name: str) -> str | None:
    """The format that a file's name promises: a key of CONTENT_TYPES; None where it promises none."""
    suffix = suffix_of(name)
    if suffix:
        return FORMATS[suffix]
    return "dicom" if re.fullmatch(BARE, base_name(name), re.IGNORECASE) else None


def suffix_of(name: str) -> str:
    lowered = name.lower()
    return max((suffix for suffix in FORMATS if lowered.endswith(suffix)), key=len, default="")


def base_name(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name


def stem_of(filename: str) -> str:
    """The file's name without its folder and its extension, double ones too, whatever their case."""
    name = base_name(filename)
    stem = name[: len(name) - len(suffix_of(name))]
    return (stem[:-4] if stem.lower().endswith(".seg") else stem) or "volume"


def told(name: str, place: int) -> str:
    """A slice's name for a message: its own where that is a mere number, else its place. Folders and other names may
    carry patients' names."""
    base = base_name(name)
    return f"{base} (no. {place + 1})" if NUMBERED.fullmatch(base) else f"file no. {place + 1}"


def region_name(text: str) -> str | None:
    """A region's name out of a stranger's file: letters and figures only, as the option `region_names` allows."""
    clean = re.sub(r"[^A-Za-z0-9 ._()-]+", "_", text).strip(" ._-()")[:64].strip()
    return clean if re.match(r"[A-Za-z0-9]", clean) else None
