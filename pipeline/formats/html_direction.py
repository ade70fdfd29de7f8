"""HTML whose signs are shown from right to left whatever they are: ``<bdo dir=rtl>``, or a style says so.

What such an element shows is not what stands in it. Its text gets the signs that say the same in plain text, so that
it is examined as it is shown, here and in the copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.formats.direction import OVERRIDE, shown
from pipeline.formats.html_tokens import VOID, LeftOut, Tag, tokens

_OVERRIDES: Final = re.compile(r"unicode-bidi\s*:\s*(?:bidi|isolate)-override", re.IGNORECASE)
_DIRECTION: Final = re.compile(r"(?<![\w-])direction\s*:\s*(rtl|ltr)", re.IGNORECASE)
_REMARK: Final = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_CODED: Final = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_LARGEST: Final = 0x10FFFF
_HAS_SHEET: Final = re.compile("<style", re.IGNORECASE)
_MAY_TURN: Final = re.compile(r"bidi|bdo|\\", re.IGNORECASE)
"""What a page has that turns text by a style sheet: a letter of these words may be written as its number."""
_RULE: Final = re.compile(r"(?<![^{};])([^{};]*+)\{([^{}]*+)\}")
_STATE: Final = re.compile(r"::?[\w-]++(?:\([^()]*+\))?")
_WITH: Final = re.compile(r"\[[^\]]*+\]?")
_NAMES: Final = re.compile(r"[.#]?[\w-]+")


class _Open:
    """What the innermost open element says of something, among the elements that say anything of it."""

    def __init__(self) -> None:
        self._those: list[tuple[str, int, bool]] = []
        """Their names, how many elements of the same name are open inside, and what they say."""

    @property
    def says(self) -> bool:
        """Whether the innermost says that it is so; where none says anything, it is not."""
        return bool(self._those) and self._those[-1][2]

    def take(self, tag: Tag, says: bool | None) -> None:
        """Take note of a tag; ``says`` is None where it says nothing."""
        if tag.name in VOID:
            return
        if not tag.closes and says is not None:
            self._those.append((tag.name, 0, says))
        elif self._those and tag.name == self._those[-1][0]:
            name, inside, said = self._those.pop()
            if not tag.closes or inside:
                self._those.append((name, inside + (-1 if tag.closes else 1), said))


class Direction:
    """Whether the text that comes next stands in an element that is shown from right to left."""

    def __init__(self, source: str = "") -> None:
        """Take what the style sheets in a page say of it."""
        self._leftward, self._turns = _Open(), _Open()
        self._rules = list(_rules(source)) if _HAS_SHEET.search(source) and _MAY_TURN.search(source) else []

    def take(self, tag: Tag) -> None:
        """Take note of a tag."""
        about = dict(tag.attributes)
        style = "" if tag.closes else self._style(tag.name, about)
        said = _DIRECTION.findall(style) or [about.get("dir", "").strip()]
        self._leftward.take(tag, {"rtl": True, "ltr": False}.get(said[-1].lower()))
        overrides = tag.name == "bdo" or _OVERRIDES.search(style) is not None
        self._turns.take(tag, self._leftward.says if overrides and not tag.closes else None)

    def _style(self, name: str, about: dict[str, str]) -> str:
        """Return all that is said of the look of an element, the strongest last."""
        said = []
        if self._rules:
            classes = about.get("class", "").lower().split()
            own = {name, f"#{about.get('id', '').lower()}", *(f".{each}" for each in classes)}
            said = [style for names, style in self._rules if names <= own]
        return ";".join([*said, _plain(about["style"])] if "style" in about else said)

    def shown(self, text: str) -> str:
        """Return a text with what says how it is shown."""
        return shown(text, OVERRIDE) if self._turns.says and text.strip() else text


def _rules(source: str) -> Iterator[tuple[set[str], str]]:
    """Yield what style sheets say of directions: the names that an element has to have, and the declarations.

    Of a selector only the element itself counts, in any state and anywhere: so more may be turned than is shown so.
    """
    for token in tokens(source):
        if not isinstance(token, LeftOut) or not token.said:
            continue
        for found in _RULE.finditer(_plain(token.said)):
            overrides = _OVERRIDES.search(found[2]) is not None
            if not overrides and _DIRECTION.search(found[2]) is None:
                continue
            for selector in _STATE.sub("", found[1].lower()).split(","):
                if overrides or "[" not in selector:  # [dir=rtl] says no more than the attribute itself
                    names = _NAMES.findall(re.split(r"[\s>+~]+", _WITH.sub("", selector).strip())[-1])
                    yield set(names), found[2]


def _plain(style: str) -> str:
    """Return a style without remarks, its escapes undone (CSS Syntax 4.3.7)."""
    if "\\" not in style and "/*" not in style:
        return style
    return _CODED.sub(lambda found: found[2] or chr(min(int(found[1], 16), _LARGEST)), _REMARK.sub("", style))
