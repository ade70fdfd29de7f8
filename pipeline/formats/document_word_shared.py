"""What the parts of a DOCX share while they are read: styles, lists, comments, notes, counts, what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.formats.document_content import CHART, DRAWING, Levels, Section
from pipeline.formats.document_lines import Gathered
from pipeline.formats.document_styles import Lists, Styles, child, elements, value_of
from pipeline.formats.workbook_container import Link, Package, local

_QUOTED: Final = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|\u201c([^\u201d]*)\u201d")
_COUNTED: Final = re.compile(r"\s*(PAGE|NUMPAGES)\s*(?:\\\*\s*(?:MERGEFORMAT|Arabic)\s*)*", re.IGNORECASE)
_TELLING: Final = re.compile(r"[\"\u201c\u201d]|\d{3}|@|\\\\|/")
"""What a field code of mere names and switches does not have: a text, a longer number, a path."""
_SIZES: Final = {
    "pgSz": ("w", "h"),
    "pgMar": ("top", "right", "bottom", "left", "header", "footer"),
}
_FORM: Final = frozenset(
    {"alias", "tag", "name", "helpText", "statusText", "default", "listItem", "listEntry", "placeholder", "docPart"}
    | {"entryMacro", "exitMacro", "result", "format", "date", "dataBinding"}
)
_NAMING: Final = frozenset({"alias", "tag", "name"})
_LONGEST_FILLED: Final = 80
"""Characters of what may be a value; longer is running text."""


@dataclass(slots=True)
class Field:
    """A field: its code as far as it was read, and whether what follows is code still."""

    code: str
    is_code: bool = True
    names: tuple[str, ...] = ()
    """What the form calls it, where it is one that is filled in."""
    said: str = ""
    """What is filled in."""

    @property
    def live(self) -> str:
        """What stands for a number that the program counts, "" for any other field."""
        found = _COUNTED.fullmatch(self.code)
        return f"#{found[1].upper()}" if found else ""

    @property
    def target(self) -> str:
        """Where a link leads."""
        if self.code.split()[:1] != ["HYPERLINK"]:
            return ""
        return "#".join(one.replace('\\"', '"') or other for one, other in _QUOTED.findall(self.code)[:2])

    @property
    def is_plain_link(self) -> bool:
        """Whether the code is a link with nothing else in it."""
        rest = _QUOTED.sub("", self.code.strip(), count=1).split()
        return bool(self.target) and rest == ["HYPERLINK"]


class Shared(Gathered):
    """One document on its way from its parts to paragraphs."""

    def __init__(self, package: Package, main: str) -> None:
        super().__init__()
        links = package.links(main)
        self.package = package
        self.parts: dict[str, list[str]] = {}
        for each in links.values():
            if not each.outside and package.has(each.target):
                self.parts.setdefault(each.kind, []).append(each.target)
        self.styles = Styles(package, self._part("styles"))
        self.lists = Lists(package, self._part("numbering"))
        self.section = Section()
        self.used_lists: dict[str, int] = {}
        self.comments: dict[str, str] = {}
        self.used_comments: set[str] = set()
        self.read_parts: set[str] = set()
        self.unused: list[tuple[str, str, Any]] = []
        """Kind, part and XML of stories that nothing in the text leads to."""

    def _part(self, kind: str) -> str:
        return self.parts.get(kind, [""])[0]

    # --- what stands in the text ------------------------------------------------------------

    def bookmark(self, name: str) -> None:
        """Note the name of a bookmark; those that begin with a line are the program's own."""
        self.dropped["a bookmark"] += 1
        if not name.startswith("_"):
            self.unseen("name of a bookmark", name.replace("_", " "))

    def field(self, field: Field) -> None:
        """Note a field that came to its end."""
        if field.live:
            return
        self.dropped["a field (its result stands in the copy)"] += 1
        if not field.is_plain_link and _TELLING.search(field.code):
            self.unseen("field code", " ".join(field.code.split()))

    def form_field(self, properties: Any, filled_in: str = "") -> None:
        """Note the names, advice and lists of a form field or content control, and what is filled in."""
        if properties is None:
            return
        self.filled_in(names_of(properties), filled_in)
        self.dropped["a form field (what is filled in stands in the copy)"] += 1
        for each in properties.iter():
            if isinstance(each.tag, str) and local(each) in _FORM:
                for name in ("val", "displayText", "value", "fullDate", "xpath"):
                    said = value_of(each, name)
                    if len(said) > 1 and not said.isdigit():
                        self.unseen("entry of a form field", said)

    def filled_in(self, names: Sequence[str], text: str) -> None:
        """Note what is filled in with what the form calls it, which the page may not say: so it is found there."""
        if 0 < len(text.strip()) <= _LONGEST_FILLED:
            for name in names:
                self.unseen("entry of a form field", f"{name}: {text.strip()}")

    def comment(self, identity: str) -> str:
        """Return what a comment says."""
        self.used_comments.add(identity)
        return self.comments.get(identity, "")

    def list_of(self, listed: tuple[str, int]) -> tuple[int, int]:
        """Return number and level of a list, numbered as the lists are met."""
        number, level = listed
        return self.used_lists.setdefault(number, len(self.used_lists)), level

    def made_lists(self) -> dict[int, Levels]:
        """Return the lists that the text uses."""
        return {at: self.lists.levels.get(number, {}) for number, at in self.used_lists.items()}

    def section_of(self, element: Any, links: dict[str, Link]) -> Section:
        """Return how the pages of a section look, from its ``sectPr``."""
        section = Section()
        for each in elements(element):
            name = local(each)
            for size in _SIZES.get(name, ()):
                said = value_of(each, size)
                if re.fullmatch(r"-?\d{1,6}", said):
                    section.sizes[f"{name} {size}"] = int(said)
            if name == "pgSz":
                section.is_wide = value_of(each, "orient") == "landscape"
            elif name == "titlePg":
                section.has_first = value_of(each) not in {"0", "false", "off"}
            elif name in {"headerReference", "footerReference"}:
                link = links.get(value_of(each, "id"))
                if link is not None and self.package.has(link.target):
                    kind = name.removesuffix("Reference")
                    pages = value_of(each, "type") or "default"
                    section.references.append((kind, pages, self.story(kind, link.target.lower())))
        return section

    # --- charts and diagrams -----------------------------------------------------------------

    def drawn(self, links: dict[str, Link], element: Any) -> list[tuple[str, str]]:
        """Return the texts of the chart or diagram that an element leads to."""
        found: list[tuple[str, str]] = []
        for identity in element.attrib.values():
            link = links.get(identity)
            if link is None or link.outside or not self.package.has(link.target):
                continue
            if link.kind in {"chart", "chartEx", "diagramData", "diagramDrawing"}:
                self.read_parts.add(link.target.lower())
                found += drawn_texts(self.package.tree(link.target), CHART if "chart" in link.kind else DRAWING)
        return found


def drawn_texts(root: Any, kind: str) -> list[tuple[str, str]]:
    """Return the paragraphs of DrawingML (21.1.2.2.6) and the stored texts of a chart, each once."""
    found: dict[tuple[str, str], None] = {}
    for each in root.iter("{*}p", "{*}v"):
        if local(each) == "p":
            said = "".join(one.text or "" for one in each.iter("{*}t"))
        else:
            said = each.text or "" if local(each.getparent().getparent()) == "strCache" else ""
        if said.strip():
            found.setdefault((kind, said))
    return list(found)


def paragraph_texts(root: Any) -> str:
    """Return what the paragraphs of a part say, a line each."""
    said = ("".join(one.text or "" for one in each.iter("{*}t", "{*}delText")) for each in root.iter("{*}p"))
    return "\n".join(each for each in said if each.strip())


def text_values(root: Any) -> str:
    """Return all texts and values of attributes of some XML, one a line; numbers and namespaces are no text."""
    lines: list[str] = []
    for each in root.iter():
        if not isinstance(each.tag, str):
            continue
        values = (value for key, value in each.attrib.items() if not key.endswith(("schemaLocation", "}uri")))
        said = (one for one in (*values, each.text, each.tail) if one and not one.startswith("http://schemas."))
        lines += [" ".join(one.split()) for one in said if one.strip()]
    return "\n".join(dict.fromkeys(lines))


def properties_of(root: Any, kept: dict[str, str]) -> list[tuple[str, str]]:
    """Return the properties of a file that are kept, as kind and text."""
    found = []
    for each in elements(root):
        kind = kept.get(local(each), "")
        said = (each.text or "").strip()
        if kind and said:
            found.append((kind, said))
    return found


def own_properties(root: Any) -> list[str]:
    """Return the names and values of properties that somebody gave a file (``docProps/custom.xml``)."""
    found = []
    for each in elements(root):
        value = child(each, "lpwstr")
        text = "".join(each.itertext()) if value is None else value.text or ""
        found.append(f"{each.get('name', '')}: {text}".strip(": "))
    return found


# --- elements ----------------------------------------------------------------------------


def is_initial(properties: Any) -> bool:
    """Return whether a paragraph is the letter, set large, with which the next one begins."""
    frame = child(properties, "framePr")
    return frame is not None and value_of(frame, "dropCap") in {"drop", "margin"}


def outside_boxes(element: Any) -> Iterator[Any]:
    """Yield the elements of a drawing; a text box comes without what is in it."""
    for each in elements(element):
        yield each
        if local(each) != "txbxContent":
            yield from outside_boxes(each)


def inside(element: Any, wanted: str) -> list[Any]:
    """Return rows or cells, also those inside content controls and marks of changes."""
    found: list[Any] = []
    for each in elements(element):
        if local(each) == wanted:
            found.append(each)
        elif local(each) in {"sdt", "sdtContent", "customXml", "ins", "del", "moveTo", "moveFrom", "AlternateContent"}:
            found += inside(each, wanted)
    return found


def names_of(properties: Any) -> tuple[str, ...]:
    """Return what the properties of a form field or content control call it."""
    said = (value_of(each) for each in properties.iter() if isinstance(each.tag, str) and local(each) in _NAMING)
    return tuple(dict.fromkeys(each.strip(" :") for each in said if len(each) > 1))


def content_of(control: Any) -> str:
    """Return what a content control holds, if it is short enough to be a value."""
    said = ""
    for each in control.iter("{*}t"):
        said += each.text or ""
        if len(said) > _LONGEST_FILLED:
            return ""
    return said
