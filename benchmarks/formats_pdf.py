"""Measures PDFs on their way into a release: pages a second, with one worker and with two.

    python benchmarks/formats_pdf.py --pages 64 --scans 8

The pages are made up: letters of 40 lines as text, and the same as pictures, which needs the extra ocr. Each run is a
``releasable redact`` of its own; the start (models, set up) is measured with one page and taken off.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pypdfium2
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

PROJECT = Path(__file__).parent.parent
LINES = (
    "The meter at the corner was read on March 3, 2025, and the bill that came was",
    "wrong by some 400 gallons. Wilma Testerman called the office twice about this and",
    "left her number, 406-555-0142, with the clerk, who wrote it down and did not call.",
    "Nobody used the water, and the garden was under snow at the time of the reading.",
)


def text_pdf(pages: int) -> bytes:
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=(612, 792), invariant=1)
    for page in range(pages):
        canvas.setFont("Helvetica", 11)
        for line in range(40):
            canvas.drawString(60, 720 - 15 * line, f"{LINES[line % 4]}" if line else f"Page {page + 1} of the file")
        canvas.showPage()
    canvas.save()
    return sink.getvalue()


def scanned_pdf(pages: int) -> bytes:
    source = pypdfium2.PdfDocument(text_pdf(pages))
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=(612, 792), invariant=1)
    for page in source:
        canvas.drawImage(ImageReader(page.render(scale=200 / 72).to_pil().convert("L")), 0, 0, 612, 792)
        canvas.showPage()
    canvas.save()
    return sink.getvalue()


def seconds(data: bytes, folder: Path, workers: int) -> tuple[float, int]:
    path, out = folder / "file.pdf", folder / "out"
    path.write_bytes(data)
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "pipeline", "redact", str(path), "--policy", "montana", "--out", str(out)]
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--workers", str(workers), "--accuracy", "fast"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    took = time.monotonic() - began
    copy = out / "records" / "file.pdf"
    if done.returncode not in {0, 1} or not copy.is_file():
        raise SystemExit(f"the run failed ({done.returncode})")
    return took, copy.stat().st_size


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--pages", type=int, default=64)
    asked.add_argument("--scans", type=int, default=16)
    given = asked.parse_args()
    kinds = [("text", text_pdf, given.pages), ("pictures", scanned_pdf, given.scans)]
    with tempfile.TemporaryDirectory(prefix="releasable-bench-") as folder:
        for kind, make, pages in kinds:
            rates = []
            for workers in (1, 2) if pages else ():
                start, _ = seconds(make(1), Path(folder), workers)
                took, size = seconds(make(pages + 1), Path(folder), workers)
                rates.append(pages / (took - start))
                print(
                    f"{kind}, {workers} worker(s): {rates[-1]:.2f} pages/s ({took:.1f} s, of which {start:.1f} s to "
                    f"start; {size / (pages + 1) / 1000:.0f} kB a page)"
                )
            if rates:
                print(f"{kind}: two workers are {rates[1] / rates[0]:.2f} times one")


if __name__ == "__main__":
    main()
