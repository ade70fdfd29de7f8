"""What the styles of an OpenDocument text say: looks, hidden text, alignment, titles, how lists are counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.formats.document_content import Levels
from pipeline.formats.document_styles import Look, elements, value_of
from pipeline.formats.workbook_container import local

_DEPTH: Final = 20
_ALIGNED: Final = {"center": "center", "end": "right", "right": "right", "justify": "both"}
_COUNTED: Final = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_DARK: Final = "#000000"
_NOT_SEEN: Final = frozenset({"collapse", "hidden"})


@dataclass(slots=True)
class OpenStyle:
    """A style with what it is based on: look, alignment, whether it is that of a title, whether its part is hidden."""

    look: Look = field(default_factory=Look)
    align: str = ""
    is_title: bool = False
    is_hidden: bool = False
    lists: str = ""


@dataclass(slots=True)
class _Raw:
    base: str
    style: OpenStyle


class OpenStyles:
    """The styles of an OpenDocument text by family and name, and its lists by name."""

    def __init__(self) -> None:
        self.lists: dict[str, Levels] = {}
        self.labels: list[str] = []
        self._raw: dict[tuple[str, str], _Raw] = {}
        self._made: dict[tuple[str, str], OpenStyle] = {}

    def take(self, root: Any) -> None:
        """Take the styles of a part."""
        for each in root.iter("{*}style", "{*}list-style", "{*}outline-style"):
            if local(each) == "style":
                family, name = value_of(each, "family"), value_of(each, "name")
                self._raw[family, name] = _Raw(value_of(each, "parent-style-name"), _style(each, name))
            elif local(each) == "list-style":
                self.lists[value_of(each, "name")] = self._levels(each)

    def of(self, family: str, name: str) -> OpenStyle:
        """Return a style with everything that it is based on (a plain one where there is none)."""
        if (family, name) not in self._made:
            chain: list[OpenStyle] = []
            at = name
            while (family, at) in self._raw and len(chain) < _DEPTH:
                chain.append(self._raw[family, at].style)
                at = self._raw[family, at].base
            made = OpenStyle()
            for each in reversed(chain):
                made = OpenStyle(
                    each.look.over(made.look),
                    each.align or made.align,
                    each.is_title or made.is_title,
                    each.is_hidden or made.is_hidden,
                    each.lists or made.lists,
                )
            made.is_title = made.is_title or at == "Title"
            self._made[family, name] = made
        return self._made[family, name]

    def _levels(self, element: Any) -> Levels:
        levels: Levels = {}
        for each in elements(element):
            level = int(value_of(each, "level") or 1) - 1
            how = _COUNTED.get(value_of(each, "num-format"), "decimal")
            is_bullet = not local(each).endswith("style-number")
            levels[level] = ("bullet" if is_bullet else how, max(int(value_of(each, "start-value") or 1), 0))
            for name in ("num-prefix", "num-suffix", "bullet-char"):
                said = value_of(each, name).strip()
                is_own = re.search(r"\w", said) if name != "bullet-char" else len(said) > 1
                if is_own and said not in self.labels:
                    self.labels.append(said)
        return levels


def _style(element: Any, name: str) -> OpenStyle:
    style = OpenStyle(is_title=name == "Title", lists=value_of(element, "list-style-name"))
    for each in elements(element):
        kind = local(each)
        if kind == "text-properties":
            style.look = _look(each)
        elif kind == "paragraph-properties":
            style.align = _ALIGNED.get(value_of(each, "text-align"), "")
        elif kind in {"section-properties", "table-row-properties", "graphic-properties", "table-properties"}:
            style.is_hidden = value_of(each, "display") == "none" or value_of(each, "visibility") in _NOT_SEEN
    return style


def _look(element: Any) -> Look:
    look, ground, colour = Look(), "", ""
    for key, value in element.attrib.items():
        name = key[key.rfind("}") + 1 :]
        if name == "font-weight":
            look.letters["b"] = value in {"bold", "600", "700", "800", "900"}
        elif name == "font-style":
            look.letters["i"] = value in {"italic", "oblique"}
        elif name == "text-underline-style":
            look.letters["u"] = value != "none"
        elif name in {"text-line-through-style", "text-line-through-type"}:
            look.letters["s"] = value != "none"
        elif name == "text-position":
            look.raised = _raised(value)
        elif name == "display":
            look.is_hidden = value != "true"
        elif name == "background-color":
            ground = value
        elif name == "color":
            colour = value
    if ground == _DARK and colour in {"", _DARK}:
        look.is_hidden = True  # blacked out by hand: what stands under it is no less there
    return look


def _raised(value: str) -> str:
    first = next(iter(value.split()), "")
    if first in {"super", "sub"}:
        return "^" if first == "super" else "_"
    number = float(first.rstrip("%")) if re.fullmatch(r"-?\d+(?:\.\d+)?%", first) else 0.0
    return "^" if number > 0 else "_" if number < 0 else ""
