"""What a workbook holds beside its sheets: texts that a reader sees are examined, everything else is left out.

No part of the original is copied, so a part that is named nowhere here does not travel either; the kinds below
only say in plain words what it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from pipeline.formats.workbook_container import Package, local
from pipeline.formats.workbook_sheet import cell_place, plain_string, unescaped

_KINDS: Final[tuple[tuple[str, str], ...]] = (
    (r"\[content_types\]\.xml|.*\.rels|mimetype|meta-inf/.*", ""),
    (r"xl/(?:workbook|sharedstrings|styles|calcchain)\.(?:xml|bin)|xl/theme/.*|xl/metadata\.xml", ""),
    (r"xl/worksheets/[^/]*", ""),
    (r"xl/(?:comments|threadedcomments/).*|xl/comments/.*", ""),
    (r"docprops/(?:core|app|custom)\.xml", "properties of the file (who made it, when, for whom)"),
    (r"docprops/.*", "a preview picture or other property of the file"),
    (r"xl/chartsheets/.*", "a sheet that is one chart (its texts are in the copy)"),
    (r"xl/(?:macrosheets|dialogsheets)/.*", "a sheet of macros or dialogs"),
    (r"xl/vba.*", "macros"),
    (r"xl/pivotcache/.*", "data kept for a pivot table"),
    (r"xl/pivottables/.*", "a pivot table (the values that it shows are in the copy)"),
    (r"xl/externallinks/.*", "values kept from another file"),
    (r"xl/(?:connections\.xml|querytables/.*)", "a connection to other data"),
    (r"xl/model/.*", "a data model"),
    (r"xl/media/.*", "a picture"),
    (r"xl/drawings/vmldrawing.*", "a drawing of the older kind (boxes of comments, buttons)"),
    (r"xl/(?:drawings|diagrams)/.*", "a drawing (its texts are in the copy)"),
    (r"xl/charts/.*", "a chart with its stored values (its texts are in the copy)"),
    (r"xl/printersettings/.*", "printer settings"),
    (r"xl/persons/.*", "a list of people who commented"),
    (r"xl/tables/.*", "the frame of a table"),
    (r"xl/(?:revisions|usernames).*", "earlier values of cells and who changed them"),
    (r"xl/(?:activex|ctrlprops|controls)/.*", "a form control"),
    (r"(?:xl/)?(?:customxml|customdata)/.*|xl/xmlmaps\.xml", "data of another program"),
    (r"_xmlsignatures/.*", "a digital signature"),
    (r"(?:xl/)?(?:richdata|slicers|slicercaches|timelines|timelinecaches|webextensions)/.*", "data for display"),
    (r"docmetadata/.*|customui/.*", "settings of the program"),
)
_COMPILED: Final = tuple((re.compile(pattern), what) for pattern, what in _KINDS)
_EMBEDDED: Final = re.compile(r"xl/embeddings/.*")
_DRAWN: Final = re.compile(r"xl/(?:drawings/drawing|charts/(?!style|colors)|diagrams/data)[^/]*\.xml")
_PROPERTIES: Final = {
    "title": "title of the file",
    "subject": "subject of the file",
    "description": "remark on the file",
    "keywords": "keywords of the file",
    "category": "category of the file",
}


def left_out(package: Package) -> Iterator[tuple[str, int]]:
    """Yield what is in a workbook and never in a copy, in plain words, with how many of each."""
    counts: Counter[str] = Counter()
    for name in package.names:
        if _EMBEDDED.fullmatch(name):
            continue
        what = next((what for pattern, what in _COMPILED if pattern.fullmatch(name)), "a part of another kind")
        if what:
            counts[what] += 1
    yield from sorted(counts.items())


def embedded(package: Package) -> int:
    """Return how many files are embedded in a workbook: content that is not examined here."""
    return sum(bool(_EMBEDDED.fullmatch(name)) for name in package.names)


def seen_texts(package: Package) -> Iterator[tuple[str, str]]:
    """Yield the texts that a reader sees beside the cells: kind and text. They stand on a sheet of their own."""
    for name in package.names:
        if _DRAWN.fullmatch(name):
            kind = "text of a chart" if name.startswith("xl/charts/") else "text of a drawing"
            for said in _paragraphs(package.tree(name)):
                yield kind, said
    if package.has("docprops/core.xml"):
        for each in package.tree("docprops/core.xml"):
            kind = _PROPERTIES.get(local(each), "") if isinstance(each.tag, str) else ""
            if kind and (each.text or "").strip():
                yield kind, unescaped(each.text)


def _paragraphs(root: Any) -> Iterator[str]:
    """Yield the texts of DrawingML, then alt texts and names that somebody gave to shapes.

    The paragraphs (20.1.2.2.24) of one text belong together: one may say what the next one is.
    """
    for _, paragraphs in groupby(root.iter("{*}p"), key=lambda each: each.getparent()):
        said = "\n".join("".join(each.text or "" for each in paragraph.iter("{*}t")) for paragraph in paragraphs)
        if said.strip():
            yield said
    for shape in root.iter("{*}cNvPr"):
        for told in (shape.get("descr"), shape.get("title")):
            if told and told.strip():
                yield told


def comments_of(package: Package, sheet: str, dropped: Counter[str]) -> dict[tuple[int, int], list[tuple[str, str]]]:
    """Return the comments of a sheet, older notes and threads, by the row and column of their cell."""
    found: dict[tuple[int, int], list[tuple[str, str]]] = {}
    links = [each for each in package.links(sheet).values() if not each.outside and package.has(each.target)]
    threads = [each.target for each in links if each.kind == "threadedComment"]
    for target in threads:
        for each in package.elements(target, ["threadedComment"]):
            said = "".join(text.text or "" for text in each.iter("{*}text"))
            dropped["who wrote a comment, and when"] += 1
            if said:
                found.setdefault(cell_place(each.get("ref", ""), package.path), []).append(("comment", unescaped(said)))
    for target in (each.target for each in links if each.kind == "comments"):
        for each in package.elements(target, ["author", "comment"]):
            if local(each) == "author":
                dropped["who wrote a comment, and when"] += bool(each.text)
                continue
            said = plain_string(each, dropped)
            place = cell_place(each.get("ref", ""), package.path)
            is_stand_in = threads and said.startswith("[Threaded comment]")  # repeats the thread for older programs
            if said and not is_stand_in:
                found.setdefault(place, []).append(("comment", said))
    return found
