"""What the styles and lists of a DOCX say of its text: headings, hidden text, looks, how lists are counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.formats.document_content import Levels
from pipeline.formats.workbook_container import Package, local

_DEPTH: Final = 20
_HEADING: Final = re.compile(r"heading ([1-9])")
_LOOKS: Final = {"b": "b", "i": "i", "strike": "s", "dstrike": "s"}
_COUNTED: Final = frozenset({"bullet", "decimal", "lowerLetter", "upperLetter", "lowerRoman", "upperRoman"})
_DARK: Final = frozenset({"black", "000000"})


@dataclass(slots=True)
class Look:
    """What properties of a run or of a style say: letters of looks by whether they are on, whether text is hidden."""

    letters: dict[str, bool] = field(default_factory=dict)
    raised: str = ""
    is_hidden: bool | None = None

    def over(self, below: Look) -> Look:
        """Return this look laid on another."""
        hidden = below.is_hidden if self.is_hidden is None else self.is_hidden
        return Look({**below.letters, **self.letters}, self.raised or below.raised, hidden)

    @property
    def words(self) -> str:
        """The look as the pieces of a paragraph have it."""
        return "".join(sorted(letter for letter, is_on in self.letters.items() if is_on)) + self.raised


@dataclass(slots=True)
class Style:
    """A style with what it is based on: level of a heading or ``title``, look, number and level of a list."""

    heading: str = ""
    look: Look = field(default_factory=Look)
    listed: tuple[str, int] | None = None


@dataclass(slots=True)
class _Raw:
    base: str
    style: Style


def value_of(element: Any, name: str = "val") -> str:
    """Return an attribute by its local name, or "" (the namespaces of the strict and the usual form differ)."""
    for key, value in element.attrib.items():
        if key == name or key.endswith(f"}}{name}"):
            return str(value)
    return ""


def child(element: Any, name: str) -> Any:
    """Return the first child of a local name, or None."""
    return None if element is None else next((each for each in elements(element) if local(each) == name), None)


def elements(element: Any) -> Iterator[Any]:
    """Yield the children that are elements."""
    return (each for each in element if isinstance(each.tag, str))


def is_on(element: Any) -> bool:
    """Return whether a property that is there is on (17.17.4: no value means on)."""
    return value_of(element) not in {"0", "false", "off", "none"}


def look_of(properties: Any) -> Look:
    """Return what the properties of a run (``rPr``) say."""
    look = Look()
    if properties is None:
        return look
    colour, is_dark = "", False
    for each in elements(properties):
        name = local(each)
        if name in _LOOKS:
            look.letters[_LOOKS[name]] = is_on(each)
        elif name == "u":
            look.letters["u"] = is_on(each)
        elif name in {"vanish", "specVanish"}:
            look.is_hidden = is_on(each)
        elif name == "vertAlign":
            look.raised = {"superscript": "^", "subscript": "_"}.get(value_of(each), "")
        elif name == "color":
            colour = value_of(each).lower()
        elif name == "highlight":
            is_dark = value_of(each).lower() in _DARK
        elif name == "shd":
            is_dark = is_dark or value_of(each, "fill").lower() in _DARK
    if is_dark and colour in {"", "auto", *_DARK}:
        look.is_hidden = True  # blacked out by hand: what stands under it is no less there
    return look


def heading_of(properties: Any, name: str = "") -> str:
    """Return the level of a heading from its outline level (``pPr``) or the name of its style."""
    said = _HEADING.fullmatch(name)
    if said:
        return said[1]
    if name == "title":
        return "title"
    outline = child(properties, "outlineLvl")
    level = int(value_of(outline) or 9) if outline is not None else 9
    return str(level + 1) if 0 <= level <= 8 else ""


def listed_of(properties: Any) -> tuple[str, int] | None:
    """Return number and level of the list that paragraph properties name; ("0", 0) takes a paragraph out of any."""
    numbering = child(properties, "numPr")
    if numbering is None:
        return None
    number, level = child(numbering, "numId"), child(numbering, "ilvl")
    if number is None:
        return None
    return value_of(number) or "0", min(max(int(value_of(level) or 0) if level is not None else 0, 0), 8)


class Styles:
    """The styles of a DOCX by their identifier."""

    def __init__(self, package: Package, part: str) -> None:
        self._raw: dict[str, _Raw] = {}
        self._made: dict[str, Style] = {}
        self.usual = ""
        if not part:
            return
        for each in elements(package.tree(part)):
            if local(each) == "style":
                self._take(each)

    def _take(self, element: Any) -> None:
        name, base = child(element, "name"), child(element, "basedOn")
        properties = child(element, "pPr")
        called = value_of(name).lower() if name is not None else ""
        identity = value_of(element, "styleId")
        style = Style(heading_of(properties, called), look_of(child(element, "rPr")), listed_of(properties))
        self._raw[identity] = _Raw(value_of(base) if base is not None else "", style)
        if value_of(element, "default") in {"1", "true"} and value_of(element, "type") == "paragraph":
            self.usual = identity

    def of(self, identity: str) -> Style:
        """Return a style with everything that it is based on (a plain one where there is none)."""
        if identity not in self._made:
            chain: list[Style] = []
            at = identity
            while at in self._raw and len(chain) < _DEPTH:
                chain.append(self._raw[at].style)
                at = self._raw[at].base
            made = Style()
            for each in reversed(chain):
                made = Style(each.heading or made.heading, each.look.over(made.look), each.listed or made.listed)
            self._made[identity] = made
        return self._made[identity]


class Lists:
    """The lists of a DOCX: how the levels of each are counted, and labels with words of their own."""

    def __init__(self, package: Package, part: str) -> None:
        self.levels: dict[str, Levels] = {}
        self.labels: list[str] = []
        if not part:
            return
        forms: dict[str, Levels] = {}
        numbers: dict[str, str] = {}
        for each in elements(package.tree(part)):
            if local(each) == "abstractNum":
                forms[value_of(each, "abstractNumId")] = self._levels(each)
            elif local(each) == "num":
                form = child(each, "abstractNumId")
                numbers[value_of(each, "numId")] = value_of(form) if form is not None else ""
                self._levels(each)  # for the labels of levels that a list has for itself
        self.levels = {number: forms.get(form, {}) for number, form in numbers.items()}

    def _levels(self, element: Any) -> Levels:
        levels: Levels = {}
        for each in element.iter("{*}lvl"):
            how, start, text = child(each, "numFmt"), child(each, "start"), child(each, "lvlText")
            named = value_of(how) if how is not None else "decimal"
            first = int(value_of(start) or 1) if start is not None else 1
            levels[int(value_of(each, "ilvl") or 0)] = (named if named in _COUNTED else "decimal", max(first, 0))
            said = value_of(text) if text is not None else ""
            own = re.sub(r"%\d", "", said)
            is_own = len(own.strip()) > 1 if named == "bullet" else re.search(r"\w", own)
            if is_own and said not in self.labels:
                self.labels.append(said)
        return levels
