"""Independent readers of pages, calendars, business cards and Markdown; pages are also checked to be inert.

The standard library reads HTML, icalendar and vobject read their own, markdown-it renders Markdown as a reader sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

from pipeline.errors import UnreadableSource
from pipeline.formats.encoding import errors_of

_ACTIVE: Final = frozenset(
    {"applet", "base", "embed", "frame", "iframe", "link", "math", "object", "script", "style", "svg", "template"}
)
_RUNNING: Final = ("javascript:", "vbscript:", "data:text/html", "data:image/svg", "data:application")


class _Page(HTMLParser):
    """Gathers texts, comments and attribute values, and counts what could run or fetch."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.active = 0
        self._line: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.active += tag in _ACTIVE
        for name, value in attrs:
            said = (value or "").strip()
            is_running = said.lower().startswith(_RUNNING)
            self.active += name.startswith(("on", "data-")) or name in {"srcdoc", "style"} or is_running
            if said:
                self.texts.append(said)

    def handle_data(self, data: str) -> None:
        self._line.append(data)

    def handle_comment(self, data: str) -> None:
        self.texts.append(data)

    def handle_decl(self, decl: str) -> None:
        self.texts.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.texts.append(data)

    def handle_pi(self, data: str) -> None:
        self.texts.append(data)

    def all_texts(self) -> list[str]:
        """Return the texts of attributes and comments, and the running text as one."""
        return ["".join(self._line), *self.texts]


def page_texts(text: str, *, inert: bool = True) -> list[str]:
    """Return what the standard library sees in a page.

    Raises:
        UnreadableSource: the page could run or fetch something, or cannot be parsed.
    """
    page = _Page()
    try:
        page.feed(text)
        page.close()
    except (AssertionError, ValueError, RecursionError) as error:
        raise UnreadableSource("copy", f"an independent HTML reader fails ({type(error).__name__})") from None
    if inert and page.active:
        raise UnreadableSource("copy", f"the page is not inert ({page.active} places)", "report this")
    return page.all_texts()


def calendar_texts(data: bytes) -> list[str]:
    """Return every value and parameter that icalendar reads (raises UnreadableSource).

    Where it cannot make times or time zones of what the calendar says (KDE and Mozilla wrote zones without rules), it
    is asked for the lines alone: name, parameters and value of each.
    """
    import icalendar  # noqa: PLC0415 - only calendars need it

    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
        try:
            found = icalendar.Calendar.from_ical(text.encode("utf-8"), multiple=True)
            return [each for calendar in found for each in _component_texts(calendar)]
        except ValueError:
            return list(_line_texts(text))
    except Exception as error:  # noqa: BLE001 - a copy that another program cannot read is none
        raise UnreadableSource("copy", f"an independent calendar reader fails ({type(error).__name__})") from None


def _line_texts(text: str) -> Iterator[str]:
    from icalendar.parser import Contentlines  # noqa: PLC0415 - only calendars need it

    for line in Contentlines.from_ical(text):
        if line.strip():
            name, parameters, value = line.parts()
            yield f"{name}: {_said(str(value))}"
            yield from (str(each) for each in parameters.values())


def _component_texts(calendar: Any) -> Iterator[str]:
    for component in calendar.walk():
        for name, value in component.property_items(recursive=False):
            yield f"{name}: {_said(value)}"
            yield from (str(each) for each in getattr(value, "params", {}).values())


def _said(value: Any) -> str:
    packed = value.to_ical() if hasattr(value, "to_ical") else value
    text = packed.decode("utf-8", "replace") if isinstance(packed, bytes) else str(packed)
    return text.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")


def card_texts(data: bytes) -> list[str]:
    """Return every value and parameter that vobject reads (raises UnreadableSource)."""
    import vobject  # noqa: PLC0415 - only business cards need it

    try:
        out = []
        for card in vobject.readComponents(data.decode("utf-8")):
            for line in card.getChildren():
                value = line.value if isinstance(line.value, list) else [line.value]
                out.append(" ".join(str(each).strip() for each in value))
                out += [str(each) for values in line.params.values() for each in values]
    except Exception as error:  # noqa: BLE001 - a copy that another program cannot read is none
        raise UnreadableSource("copy", f"an independent card reader fails ({type(error).__name__})") from None
    return out


def markdown_texts(data: bytes, encoding: str) -> list[str]:
    """Return what a reader of the rendered document sees, and what stands in it unseen (raises UnreadableSource)."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only Markdown needs it

    try:
        text = data.decode(encoding, errors_of(encoding)).encode("utf-8", "replace").decode()
        rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    except Exception as error:  # noqa: BLE001 - a copy that another program cannot read is none
        raise UnreadableSource("copy", f"an independent Markdown reader fails ({type(error).__name__})") from None
    return page_texts(rendered, inert=False)
