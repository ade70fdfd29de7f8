"""Measures documents on their way into a release: characters a second, with one worker and with two.

    python benchmarks/formats_docx.py --paragraphs 4000

One DOCX of made-up paragraphs (a name, a telephone number and a street now and then) and a table; it is cut into units
of 40,000 characters. Each run is a ``releasable redact`` of its own; the start (models, set up) is measured with a
document of ten paragraphs and taken off.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "tests"), str(PROJECT), str(PROJECT / "benchmarks")]

from documenthelp import said, simple  # noqa: E402 - the path has to be set first
from processor_time import print_rates  # noqa: E402

TEXTS = (
    "The board heard the matter of the culvert on the north side and asked for a second price before the next meeting.",
    "{name} called about the ditch; the number is 406-555-01{two:02d}, and mail goes to {street} Bitterroot Court.",
    "Staff will draw up the notice, have it looked at by counsel, and put it on the web site on Friday.",
    "Nobody spoke against it. The motion to adjourn was made and carried.",
)


def write_document(path: Path, paragraphs: int) -> int:
    """Write a document; return how many characters it has."""
    texts = []
    for at in range(paragraphs):
        name = f"Wilma{chr(97 + at % 26)} Tester{chr(97 + at // 26 % 26)}{chr(97 + at // 676 % 26)}"
        texts.append(TEXTS[at % 4].format(name=name, two=at % 100, street=100 + at % 900) + f" ({at})")
    body = "".join(said(each) + ("<w:p/>" if at % 4 == 3 else "") for at, each in enumerate(texts))
    cells = "".join(f"<w:tr><w:tc>{said(f'Item {at}')}</w:tc><w:tc>{said('seen')}</w:tc></w:tr>" for at in range(50))
    path.write_bytes(simple(f"{body}<w:tbl>{cells}</w:tbl><w:p/>"))
    return sum(map(len, texts))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--paragraphs", type=int, default=4_000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="releasable-bench-") as folder:
        small, large, out = Path(folder) / "small.docx", Path(folder) / "large.docx", Path(folder) / "out"
        write_document(small, 10)
        size = write_document(large, given.paragraphs)
        print_rates("characters", size, small, large, out)


if __name__ == "__main__":
    main()
