"""Writes a PDF of text, frames and filled boxes, the same bytes everywhere: no library of PDF promises that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 612, 792


@dataclass
class Page:
    """What is drawn on a page, in points from its lower left corner, in this order."""

    drawn: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def text(self, left: float, low: float, text: str, *, size: int = 11) -> None:
        """Draw a line of text."""
        self.lines.append(text)
        self.drawn.append(f"BT /F1 {size} Tf {left:g} {low:g} Td ({_escaped(text)}) Tj ET")

    def frame(self, left: float, low: float, width: float, height: float) -> None:
        """Draw the outline of a box."""
        self.drawn.append(f"{left:g} {low:g} {width:g} {height:g} re S")

    def fill(self, left: float, low: float, width: float, height: float) -> None:
        """Draw a black box over what was drawn before."""
        self.drawn.append(f"{left:g} {low:g} {width:g} {height:g} re f")

    def said(self) -> str:
        """Return the texts that were drawn, under a box too."""
        return "\n".join(self.lines)


def _escaped(text: str) -> str:
    for sign in "\\()":
        text = text.replace(sign, f"\\{sign}")
    return text


def document(pages: Sequence[Page], about: Mapping[str, str]) -> bytes:
    """Return a PDF 1.4 with pages and properties, uncompressed (ISO 32000-1, 7.5)."""
    numbers = [4 + 2 * at for at in range(len(pages))]
    kids = " ".join(f"{each} 0 R" for each in numbers)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en-US) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 {WIDTH} {HEIGHT}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in zip(numbers, pages, strict=True):
        drawn = "\n".join(page.drawn)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /Contents {number + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn.encode('cp1252'))} >>\nstream\n{drawn}\nendstream")
    objects.append("<< " + " ".join(f"/{key} ({_escaped(value)})" for key, value in about.items()) + " >>")
    made = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{each}\nendobj\n".encode("cp1252")
    start = len(made)
    table = "".join(f"{each:010d} 00000 n \n" for each in places)
    size = len(objects) + 1
    made += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    made += f"trailer\n<< /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(made)
