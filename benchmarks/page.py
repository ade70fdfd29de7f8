"""Puts measured tables into a page of the documentation, between two markers."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def put(page: Path, name: str, content: str) -> None:
    """Replace what stands between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->`` in ``page``.

    Raises:
        ValueError: the page does not have both markers once, in this order.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = page.read_text(encoding="utf-8")
    before, first, rest = text.partition(begin)
    _, second, after = rest.partition(end)
    if not (first and second) or begin in rest or end in after:
        raise ValueError(f"{page.name} needs the markers {begin} and {end}, once each")
    page.write_text(f"{before}{begin}\n\n{content.strip()}\n\n{end}{after}", encoding="utf-8")


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; all columns but the first are right-aligned."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
