"""PDF files of text, rectangles and JPEG pictures: all that a report or a printed card needs."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

Colour = tuple[float, float, float]
POINTS_PER_MM = 72 / 25.4
# Widths of Helvetica in thousandths of its size, by Adobe's metrics; missing letters count as 556.
_WIDTHS = {" ": 278, **dict.fromkeys("ijl'", 222), **dict.fromkeys("fIt,.:;/|!", 278), **dict.fromkeys("()-r", 333)}
_WIDTHS |= {**dict.fromkeys("ckvxyzJs", 500), **dict.fromkeys("ABEKPSVXY", 667), **dict.fromkeys("CDHNRUw", 722)}
_WIDTHS |= {**dict.fromkeys("GOQ", 778), "m": 833, "M": 833, "W": 944, "_": 556, "F": 611, "T": 611, "Z": 611, "%": 889}


def text_width(text: str, size: float) -> float:
    """In points."""
    return sum(_WIDTHS.get(letter, 556) for letter in text) * size / 1000


def shortened(text: str, size: float, width: float) -> str:
    """As much of a text as fits, with an ellipsis where it is cut."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


@dataclass
class Page:
    """Drawn in points from the top left. width, height: in points."""

    width: float
    height: float
    content: list[str] = field(default_factory=list)
    pictures: list[tuple[bytes, int, int]] = field(default_factory=list)

    def rectangle(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        r, g, b = colour
        y = self.height - y - height
        self.content.append(f"{r:.4f} {g:.4f} {b:.4f} rg {x:.3f} {y:.3f} {width:.3f} {height:.3f} re f")

    def text(
        self, x: float, y: float, text: str, size: float = 9, bold: bool = False, colour: Colour = (0, 0, 0)
    ) -> None:
        """y: of the baseline. Letters outside Windows-1252 are shown as question marks."""
        shown = text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        r, g, b = colour
        self.content.append(
            f"BT {r:.3f} {g:.3f} {b:.3f} rg /{'B' if bold else 'R'} {size:.2f} Tf {x:.3f} {self.height - y:.3f} Td "
            f"({shown.decode('latin-1')}) Tj ET"
        )

    def picture(self, x: float, y: float, width: float, height: float, jpeg: bytes, size: tuple[int, int]) -> None:
        """jpeg: RGB of size (w, h)."""
        self.pictures.append((jpeg, *size))
        y = self.height - y - height
        self.content.append(f"q {width:.3f} 0 0 {height:.3f} {x:.3f} {y:.3f} cm /P{len(self.pictures)} Do Q")


def written(pages: list[Page], title: str) -> bytes:
    """The file; the same pages give the same bytes."""
    objects: list[bytes] = [b"", b"", b"", b""]

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    def stream(head: str, content: bytes) -> bytes:
        return f"<< {head} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"

    kids = []
    for page in pages:
        shown = []
        for number, (jpeg, width, height) in enumerate(page.pictures, 1):
            head = (
                f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB "
                "/BitsPerComponent 8 /Filter /DCTDecode"
            )
            shown.append(f"/P{number} {add(stream(head, jpeg))} 0 R")
        content = zlib.compress("\n".join(page.content).encode("latin-1"), 9)
        drawn = add(stream("/Filter /FlateDecode", content))
        kids.append(
            add(
                (
                    f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width:.3f} {page.height:.3f}] "
                    f"/Contents {drawn} 0 R /Resources << /Font << /R 3 0 R /B 4 0 R >> "
                    f"/XObject << {' '.join(shown)} >> >> >>"
                ).encode()
            )
        )
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
    objects[2], objects[3] = font.format("Helvetica").encode(), font.format("Helvetica-Bold").encode()
    told = add(b"<< /Title <FEFF" + title.encode("utf-16-be").hex().upper().encode() + b"> >>")
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {told} 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
