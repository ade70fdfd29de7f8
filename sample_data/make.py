# ruff: noqa: INP001 - a script beside its data, not a package
"""Writes the made-up case: the same bytes on every machine.

``python sample_data/make.py`` writes into ``sample_data``; a folder as argument writes there.
Nobody in it exists. What was planted, and what a release under the Montana policy owes each
value, stands in ``planted.json``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from maker.claim import write_claim  # noqa: E402 - the path has to be set first
from maker.config import write_config  # noqa: E402
from maker.desktop import write_desktop  # noqa: E402
from maker.documents import write_documents  # noqa: E402
from maker.letters import write_letters  # noqa: E402
from maker.licenses import write_licenses  # noqa: E402
from maker.logs import write_log  # noqa: E402
from maker.messages import write_messages  # noqa: E402
from maker.permits import write_permits  # noqa: E402
from maker.threads import write_mailbox  # noqa: E402
from maker.web_form import write_web_form  # noqa: E402
from maker.writing import Book  # noqa: E402

ABOUT = (
    "Every planted value: its file, its record (message from 0, row, line, event or card from 1, row of a workbook "
    "from 0 through all its sheets, null for a whole file), its entity, whose it is, and whether a release under the "
    "Montana policy must withhold it there. 'held' lists the records that are held because a part is encrypted; "
    "'left_out' those whose copy leaves a part out."
)


def the_case() -> dict[str, bytes]:
    """Return every file of the case by its path."""
    book = Book()
    files: dict[str, bytes] = {}
    for write in (
        *(write_mailbox, write_messages, write_web_form, write_log),
        *(write_letters, write_permits, write_licenses, write_desktop, write_claim, write_documents),
    ):
        files |= write(book)
    files |= write_config()
    rows = ",\n".join(json.dumps(each, ensure_ascii=False) for each in book.rows)
    held = ",\n".join(json.dumps(each, ensure_ascii=False) for each in book.held)
    others = ",\n".join(json.dumps(each, ensure_ascii=False) for each in book.left_out)
    text = (
        f'{{"about": {json.dumps(ABOUT)},\n"held": [\n{held}\n],\n'
        f'"left_out": [\n{others}\n],\n"values": [\n{rows}\n]}}\n'
    )
    return files | {"planted.json": text.encode("utf-8")}


def main(folder: Path) -> None:
    """Write the case into a folder."""
    for name, data in the_case().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
