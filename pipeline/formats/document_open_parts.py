"""An OpenDocument text as a whole: its text, headers and notes, and what is examined or left out beside them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.document_content import (
    BEFORE,
    LIST_LABEL,
    PROPERTIES,
    Content,
    Paragraph,
    Section,
    Story,
)
from pipeline.formats.document_open import OpenWalker
from pipeline.formats.document_open_shared import OpenShared
from pipeline.formats.document_styles import elements, value_of
from pipeline.formats.document_word_shared import properties_of
from pipeline.formats.workbook_container import Package, local

_REMEDY: Final = "open it in the program that made it and save it again as .docx"
_KINDS: Final[tuple[tuple[str, str], ...]] = (
    (r"mimetype|content\.xml|styles\.xml|meta-inf/manifest\.xml|layout-cache|object[^/]*/.*|pictures/.*", ""),
    (r"meta\.xml", "properties of the file (who made it, when, for whom)"),
    (r"settings\.xml|configurations2/.*|manifest\.rdf", "settings of the program"),
    (r"thumbnails/.*|objectreplacements/.*", "a preview picture"),
    (r"basic/.*|scripts/.*|dialogs/.*", "macros"),
    (r"versions/.*|versionlist\.xml", "an earlier version of the file"),
    (r"meta-inf/.*signatures.*", "a digital signature"),
    (r"fonts/.*", "a font"),
    (r"database/.*|forms/.*|reports/.*", "a database"),
)
_COMPILED: Final = tuple((re.compile(pattern), what) for pattern, what in _KINDS)
_PAGES: Final = {
    "header": ("header", "default"),
    "footer": ("footer", "default"),
    "header-left": ("header", "even"),
    "footer-left": ("footer", "even"),
    "header-first": ("header", "first"),
    "footer-first": ("footer", "first"),
}


def open_content(package: Package) -> Content:
    """Return what an OpenDocument text holds.

    Raises:
        UnreadableSource: it is encrypted, or its text is not there.
    """
    package.refuse_encrypted()
    if not package.has("content.xml"):
        raise UnreadableSource(package.path, "its main part is not there", _REMEDY)
    shared, root = OpenShared(package), package.tree("content.xml")
    sheets = package.tree("styles.xml") if package.has("styles.xml") else None
    for each in (sheets, root):
        if each is not None:
            shared.styles.take(each)
            shared.changes(each)
    body = next((each for each in root.iter("{*}body")), None)
    content = Content(OpenWalker(shared).blocks(body) if body is not None else [])
    content.stories = list(_pages(shared, sheets, content.section)) if sheets is not None else []
    content.stories += _notes(shared)
    content.body += _unplaced(shared)
    _beside(shared)
    content.lists = shared.lists
    content.unseen, content.gaps = list(shared.unseen_texts), shared.gaps
    content.dropped = [(what, count) for what, count in sorted(shared.dropped.items()) if count]
    return content


def _pages(shared: OpenShared, sheets: Any, section: Section) -> Iterator[Story]:
    """Yield the headers and footers; those of the first kind of page are headers in the copy, others stand behind."""
    taken: set[tuple[str, str]] = set()
    for page in sheets.iter("{*}master-page"):
        for each in elements(page):
            kind, pages = _PAGES.get(local(each), ("", ""))
            has_text = bool("".join(each.itertext()).strip()) or next(each.iter("{*}image"), None) is not None
            if not kind or not has_text:
                continue
            if (kind, pages) in taken:
                unused = f"unused {kind}"
                shared.left += OpenWalker(shared, unused, shared.count(unused), is_flat=True).blocks(each)
                continue
            taken.add((kind, pages))
            number = shared.story(kind, pages)
            section.references.append((kind, pages, number))
            yield Story(kind, number, OpenWalker(shared, kind, number, is_flat=True).blocks(each))


def _notes(shared: OpenShared) -> Iterator[Story]:
    done: set[str] = set()
    while left := [each for each in shared.stories if each[0] in {"footnote", "endnote"} and each[1] not in done]:
        for kind, key in left:
            done.add(key)
            number = shared.stories[kind, key]
            yield Story(kind, number, OpenWalker(shared, kind, number, is_flat=True).blocks(shared.notes[key]))
    for key in [each for each in shared.notes if each not in done]:
        number = shared.count("unused footnote")
        shared.left += OpenWalker(shared, "unused footnote", number, is_flat=True).blocks(shared.notes[key])


def _unplaced(shared: OpenShared) -> Iterator[Paragraph]:
    """Yield what nothing in the text leads to, labels of lists, and properties."""
    for identity in shared.deleted:
        if identity not in shared.used:
            walker = OpenWalker(shared, is_flat=True)
            walker.deletion(identity)
            said = "".join(piece[0] for piece, _ in walker.line.pieces)
            if said.strip():
                yield Paragraph([(said, "")], BEFORE, shared.count(BEFORE))
            for each in walker.line.stories:
                yield from each
    yield from shared.left
    for said in shared.styles.labels:
        yield Paragraph([(said, "")], LIST_LABEL, shared.count(LIST_LABEL))
    if shared.package.has("meta.xml"):
        for meta in shared.package.tree("meta.xml").iter("{*}meta"):
            for kind, said in properties_of(meta, PROPERTIES):
                yield Paragraph([(said, "")], kind, shared.count(kind))
            for each in elements(meta):
                if local(each) == "user-defined":
                    shared.dropped["properties that somebody gave the file (they were examined)"] += 1
                    shared.unseen("property of the file", f"{value_of(each, 'name')}: {''.join(each.itertext())}")


def _beside(shared: OpenShared) -> None:
    counts: Counter[str] = Counter()
    pictures = 0
    for name in shared.package.names:
        pictures += name.startswith("pictures/")
        what = next((what for pattern, what in _COMPILED if pattern.fullmatch(name)), "a part of another kind")
        if what:
            counts[what] += 1
    shown = sum(code == "image" for _, code, _ in shared.gaps)
    if pictures > shown:
        counts["a picture that nothing leads to, or that stands beside another"] += pictures - shown
    shared.dropped.update(counts)
