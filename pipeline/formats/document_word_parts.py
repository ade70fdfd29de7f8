"""A DOCX as a whole: its text, its headers and notes, its comments, and what is examined or left out beside them.

No part of the original is copied, so a part that is named nowhere here does not travel either; the kinds below only
say in plain words what it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.document_content import (
    COMMENT,
    LIST_LABEL,
    PROPERTIES,
    UNPLACED,
    Content,
    Paragraph,
    Story,
)
from pipeline.formats.document_styles import elements, value_of
from pipeline.formats.document_word import Walker
from pipeline.formats.document_word_shared import Shared, own_properties, paragraph_texts, properties_of, text_values
from pipeline.formats.workbook_container import Package, local

_KINDS: Final[tuple[tuple[str, str], ...]] = (
    (r"\[content_types\]\.xml|.*\.rels|word/document\d*\.xml|word/(?:styles|styleswitheffects|numbering)\.xml", ""),
    (r"word/(?:header|footer)\d*\.xml|word/(?:footnotes|endnotes|comments)\.xml|word/webextensions/.*", ""),
    (r"word/(?:settings|websettings|fonttable|stylesheet)\.xml|word/theme/.*|word/charts/(?:style|colors)\d*\.xml", ""),
    (r"word/(?:charts|diagrams)/.*", "a chart or drawing with its stored values (its texts are in the copy)"),
    (r"word/comments(?:extended|ids|extensible)\.xml", "how comments hang together"),
    (r"word/people\.xml", "a list of people who commented or changed the text"),
    (r"docprops/(?:core|app)\.xml", "properties of the file (who made it, when, for whom)"),
    (r"docprops/custom\.xml", "properties that somebody gave the file (they were examined)"),
    (r"docprops/.*", "a preview picture or other property of the file"),
    (r"word/glossary/.*", "building blocks of text that the document does not show (they were examined)"),
    (r"(?:word/)?customxml/.*", "data of another program (they were examined)"),
    (r"word/media/.*", ""),
    (r"word/vba.*|word/attachedtoolbars.*", "macros"),
    (r"word/(?:activex|ctrlprops)/.*", "a form control"),
    (r"word/embeddings/.*", "an embedded file"),
    (r"word/fonts/.*", "a font"),
    (r"word/printersettings.*", "printer settings"),
    (r"word/(?:recipients|mailmerge).*", "recipients of a form letter"),
    (r"_xmlsignatures/.*", "a digital signature"),
    (r"docmetadata/.*|customui/.*|userCustomization/.*", "settings of the program"),
)
_COMPILED: Final = tuple((re.compile(pattern), what) for pattern, what in _KINDS)
_DRAWN: Final = re.compile(r"word/(?:charts/(?!style|colors)|diagrams/(?:data|drawing))[^/]*\.xml")
_NO_NOTES: Final = frozenset({"separator", "continuationSeparator", "continuationNotice"})
_REMEDY: Final = "open it in the program that made it and save it again as .docx"


def word_content(package: Package) -> Content:
    """Return what a DOCX holds.

    Raises:
        UnreadableSource: its main part is not there.
    """
    main = _main_part(package)
    shared = Shared(package, main)
    _read_comments(shared)
    root = package.tree(main)
    body = next((each for each in elements(root) if local(each) == "body"), None)
    if body is None:
        raise UnreadableSource(package.path, "its main part has no text", _REMEDY)
    content = Content(Walker(shared, main).blocks(body))
    if any(local(each) == "background" for each in elements(root)):
        shared.dropped["the background of its pages"] += 1
    content.stories = list(_stories(shared))
    content.body += _unplaced(shared)
    _settings(shared)
    _beside(shared)
    content.section = shared.section
    content.lists = shared.made_lists()
    content.unseen, content.gaps = list(shared.unseen_texts), shared.gaps
    content.dropped = [(what, count) for what, count in sorted(shared.dropped.items()) if count]
    return content


def _main_part(package: Package) -> str:
    for link in package.links("").values():
        if link.kind == "officeDocument" and not link.outside and package.has(link.target):
            return link.target
    raise UnreadableSource(package.path, "its main part is not there", _REMEDY)


def _read_comments(shared: Shared) -> None:
    for part in shared.parts.get("comments", []):
        for each in elements(shared.package.tree(part)):
            if local(each) == "comment":
                made = Walker(shared, part, COMMENT, is_flat=True).blocks(each)
                shared.comments[value_of(each, "id")] = "\n".join(one.text for one in made if one.text.strip())
                shared.dropped["who wrote a comment, and when"] += 1


def _stories(shared: Shared) -> Iterator[Story]:
    """Yield the headers, footers and notes that the text leads to; notes may lead to others."""
    notes = {kind: _notes(shared, f"{kind}s") for kind in ("footnote", "endnote")}
    done: set[tuple[str, str]] = set()
    while len(done) < len(shared.stories):
        for (kind, key), number in list(shared.stories.items()):
            if (kind, key) in done:
                continue
            done.add((kind, key))
            if kind in notes:
                part, root = notes[kind].pop(key, ("", None))
            else:
                part, root = key, shared.package.tree(key)
                shared.read_parts.add(key)
            made = [] if root is None else Walker(shared, part, kind, number, is_flat=True).blocks(root)
            yield Story(kind, number, made)
    for kind, left in notes.items():
        shared.unused += [(f"unused {kind}", part, root) for part, root in left.values()]


def _notes(shared: Shared, kind: str) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    for part in shared.parts.get(kind, []):
        for each in elements(shared.package.tree(part)):
            if value_of(each, "type") not in _NO_NOTES or "".join(each.itertext()).strip():
                found[value_of(each, "id")] = (part, each)
    return found


def _unplaced(shared: Shared) -> Iterator[Paragraph]:
    """Yield what nothing in the text leads to (comments, notes, headers); then labels of lists and properties."""
    for identity, said in shared.comments.items():
        if identity not in shared.used_comments and said.strip():
            yield Paragraph([(said, "")], COMMENT, shared.count(COMMENT))
    for kind in ("header", "footer"):
        for part in shared.parts.get(kind, []):
            if part.lower() not in shared.read_parts:
                shared.unused.append((f"unused {kind}", part, shared.package.tree(part)))
    while shared.unused:
        kind, part, root = shared.unused.pop(0)
        assert kind in UNPLACED
        made = Walker(shared, part, kind, shared.count(kind), is_flat=True).blocks(root)
        yield from (each for each in made if each.text.strip() or each.kind != kind)
    for said in shared.lists.labels:
        yield Paragraph([(said, "")], LIST_LABEL, shared.count(LIST_LABEL))
    if shared.package.has("docprops/core.xml"):
        for kind, said in properties_of(shared.package.tree("docprops/core.xml"), PROPERTIES):
            yield Paragraph([(said, "")], kind, shared.count(kind))


def _settings(shared: Shared) -> None:
    """Examine the variables of a document; where its data and its template lie is left out."""
    for part in shared.parts.get("settings", []):
        for each in elements(shared.package.tree(part)):
            name = local(each)
            if name == "docVars":
                for one in elements(each):
                    shared.dropped["a variable of the document"] += 1
                    shared.unseen("variable of the document", f"{value_of(one, 'name')}: {value_of(one)}")
            elif name == "mailMerge":
                shared.dropped["a connection to the data of a form letter"] += 1
            elif name == "attachedTemplate":
                shared.dropped["the place of a template"] += 1


def _beside(shared: Shared) -> None:
    """Examine what a reader never sees and no copy has, and say what else is left out."""
    package = shared.package
    if package.has("docprops/custom.xml"):
        for said in own_properties(package.tree("docprops/custom.xml")):
            shared.unseen("property of the file", said)
    for name in package.names:
        if re.fullmatch(r"(?:word/)?customxml/[^/]*\.xml", name):
            shared.unseen("data of another program", text_values(package.tree(name)))
        elif name == "word/glossary/document.xml":
            shared.unseen("building block of text", paragraph_texts(package.tree(name)))
        elif _DRAWN.fullmatch(name) and name not in shared.read_parts:
            shared.dropped["a chart or drawing that nothing leads to"] += 1
    counts: Counter[str] = Counter()
    for name in package.names:
        what = next((what for pattern, what in _COMPILED if pattern.fullmatch(name)), "a part of another kind")
        if what:
            counts[what] += 1
    shared.dropped.update(counts)
    pictures = sum(name.startswith("word/media/") for name in package.names)
    shown = sum(code == "image" for _, code, _ in shared.gaps)
    if pictures > shown:
        shared.dropped["a picture that nothing leads to, or that stands beside another"] += pictures - shown
