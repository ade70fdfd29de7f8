"""OpenDocument text (ISO/IEC 26300, part 3): the text of an ODT as paragraphs, with what stands beside each of them."""

from __future__ import annotations

import re
from typing import Any, Final

from pipeline.formats.document_content import ALT, BOX, CHART, COMMENT, DRAWING, LINK, Paragraph, Place
from pipeline.formats.document_lines import CONCEALED, DELETED, INSERTED, NO_FRAME, Lines
from pipeline.formats.document_open_shared import OpenShared
from pipeline.formats.document_styles import elements, value_of
from pipeline.formats.html_text import link_text
from pipeline.formats.workbook_container import local

_WHITE: Final = re.compile(r"[ \t\r\n]+")
_MOST_REPEATED: Final = 1_000
_COUNTED: Final = {"page-number": "#PAGE", "page-count": "#NUMPAGES"}
_PASSED_OVER: Final = frozenset(
    {"tracked-changes", "soft-page-break", "note-citation", "annotation-end", "bookmark-end", "reference-mark-end"}
    | {"change-info", "sequence-decls", "dde-connection-decls", "table-columns", "table-column", "number"}
    | {"table-header-columns", "table-column-group", "table-of-content-source", "alphabetical-index-source"}
    | {"illustration-index-source", "table-index-source", "object-index-source", "user-index-source"}
    | {"bibliography-source", "toc-mark-end", "user-index-mark-end", "alphabetical-index-mark-end", "variable-decls"}
)
_UNREAD: Final = frozenset({"object-ole", "plugin", "applet", "floating-frame"})
_CODES: Final = ("formula", "condition", "string-value", "string-value-if-true", "string-value-if-false", "description")
_MARKS: Final = frozenset({"bookmark", "bookmark-start", "reference-mark", "reference-mark-start"})


class OpenWalker(Lines):
    """Reads blocks into paragraphs; ``is_flat`` where tables become lines of text (headers, notes, boxes)."""

    def __init__(self, shared: OpenShared, kind: str = "", number: int = 0, *, is_flat: bool = False) -> None:
        super().__init__(shared, kind, number, is_flat=is_flat)
        self.shared = shared
        self._listed: tuple[int, int] | None = None
        self._blank = True
        self._changed = 0

    def blocks(self, container: Any) -> list[Paragraph]:
        """Read the blocks of a container; return all that was made so far."""
        for each in elements(container):
            self._block(each)
        self.flush()
        return self.made

    def _each(self, element: Any, act: Any) -> None:
        for each in elements(element):
            act(each)

    def _block(self, element: Any) -> None:
        name = local(element)
        if name in {"p", "h"}:
            self._paragraph(element, name)
        elif name == "list":
            self._list(element)
        elif name == "table":
            self._table(element)
        elif name == "section":
            self._section(element)
        elif name in _PASSED_OVER:
            return
        elif name in {"change", "change-start", "change-end"}:
            self._change(element, name)
            if name == "change":
                self.flush_paragraph()
        elif name in {"user-field-decl", "variable-decl"}:
            self.shared.dropped["a variable of the document"] += 1
            self.shared.unseen("variable of the document", value_of(element, "string-value"))
        elif name == "forms":
            self._forms(element)
        elif name in {"frame", "annotation", "a"} or _is_drawn(element):
            self._drawn(element) if name != "annotation" else self._comment(element)
            self.flush_asides()
        else:
            self._each(element, self._block)

    def _section(self, element: Any) -> None:
        before = self.state
        is_hidden = value_of(element, "display") in {"none", "condition"}
        is_hidden = is_hidden or self.shared.styles.of("section", value_of(element, "style-name")).is_hidden
        self.state |= CONCEALED if is_hidden else 0
        for each in element.iter("{*}section-source"):
            self._link(value_of(each, "href"))
        self._each(element, self._block)
        self.state = before

    def _list(self, element: Any) -> None:
        before = self._listed
        number = self.shared.list_of(element, "") if before is None else before[0]
        self._listed = (number, 0 if before is None else min(before[1] + 1, 8))
        self._each(element, self._block)
        self._listed = before

    # --- tables --------------------------------------------------------------------------

    def _table(self, element: Any) -> None:
        self.flush()
        outer = self.cell
        for each in elements(element):
            if local(each) in {"title", "desc"}:
                self.line.asides.append((ALT, "".join(each.itertext())))
        self.flush_asides()
        is_own = outer is None and not self.is_flat
        number = self.shared.new_table() if is_own else -1
        if not is_own:
            self.shared.dropped[NO_FRAME] += 1
        at, before = 0, self.state
        for row in _inside(element, "table-row"):
            hidden = value_of(row, "visibility") in {"collapse", "filter"}
            hidden = hidden or self.shared.styles.of("table-row", value_of(row, "style-name")).is_hidden
            self.state |= CONCEALED if hidden else 0
            times = _times(row, "number-rows-repeated") if "".join(row.itertext()).strip() else 1
            for _ in range(times):
                self._row(row, at, number, is_own=is_own)
                at += 1
            self.state = before
        self.cell = outer

    def _row(self, row: Any, at: int, number: int, *, is_own: bool) -> None:
        column = 0
        for each in elements(row):
            if local(each) not in {"table-cell", "covered-table-cell"}:
                continue
            has_text = bool("".join(each.itertext()).strip())
            if local(each) == "covered-table-cell" and not has_text:
                continue
            wide = min(max(int(value_of(each, "number-columns-spanned") or 1), 1), 63)
            for _ in range(_times(each, "number-columns-repeated") if has_text else 1):
                if is_own:
                    self.cell = Place(number, at, column, wide)
                column += wide
                start = len(self.made)
                self._each(each, self._block)
                self.flush()
                if is_own:
                    self.fill_cell(start)

    # --- paragraphs ----------------------------------------------------------------------

    def _paragraph(self, element: Any, name: str) -> None:
        style = self.shared.styles.of("paragraph", value_of(element, "style-name"))
        self.line.align = style.align
        if name == "h":
            self.line.style = str(min(max(int(value_of(element, "outline-level") or 1), 1), 9))
        else:
            self.line.style = "title" if style.is_title else ""
        self.line.listed = self._listed
        self._blank = True
        before = self.state
        self.state |= CONCEALED if style.look.is_hidden else 0
        self._content(element, "")
        self.line.end = self.state & (INSERTED | DELETED) | self._changed
        self.state = before
        self.flush_paragraph()

    def _content(self, element: Any, look: str) -> None:
        """Read mixed content: the text of an element, and its elements with what follows each."""
        self._say(element.text, look)
        for each in element:
            if isinstance(each.tag, str):
                self._inline(each, look)
            self._say(each.tail, look)

    def _say(self, text: str | None, look: str, *, exact: bool = False) -> None:
        if not text:
            return
        if not exact:
            text = _WHITE.sub(" ", text)
            text = text[1:] if self._blank and text.startswith(" ") else text
        if text:
            self._blank = text[-1] in " \n\t" and not exact
            self.line.pieces.append(((text, look), self.state | self._changed))

    def _inline(self, element: Any, look: str) -> None:
        name = local(element)
        if name in _PASSED_OVER:
            return
        if name == "span":
            self._span(element, look)
        elif name == "s":
            self._say(" " * _times(element, "c"), look, exact=True)
        elif name in {"tab", "line-break"}:
            self._say("\t" if name == "tab" else "\n", look, exact=True)
            self._blank = True
        elif name == "a":
            self._link(value_of(element, "href"))
            self.line.asides += [(LINK, each) for each in (value_of(element, "title"),) if each.strip()]
            self._content(element, look)
        elif name == "note":
            self._note(element)
        elif name == "annotation":
            self._comment(element)
        elif name in {"change", "change-start", "change-end"}:
            self._change(element, name)
        elif name in {"hidden-text", "hidden-paragraph"}:
            self._concealed(element, look, value_of(element, "string-value"))
        elif name == "ruby-text":
            self.shared.dropped["how a text is pronounced"] += 1
        elif name == "script":
            self.shared.dropped["macros"] += 1
        elif name in _MARKS:
            self.shared.dropped["a bookmark"] += 1
            self.shared.unseen("name of a bookmark", value_of(element, "name").strip("_").replace("_", " "))
        elif name in _COUNTED:
            self._say(element.text, _COUNTED[name], exact=True)
        elif _is_drawn(element):
            self._drawn(element)
        elif name in {"p", "h", "list", "table"}:
            self._block(element)
        else:
            self._field(element, look)

    def _field(self, element: Any, look: str) -> None:
        """Read a field or mark: what it shows is text, what it computes with is examined and left out."""
        for key, value in element.attrib.items():
            name = key[key.rfind("}") + 1 :]
            if name in _CODES or name.startswith(("key", "table-name", "database", "column-name")):
                self.shared.dropped["a field (its result stands in the copy)"] += 1
                self.shared.unseen("field code", value)
        for each in elements(element):
            if local(each) == "label":
                self.shared.unseen("entry of a form field", value_of(each, "value"))
        if local(element) == "bibliography-mark":
            said = (value for key, value in element.attrib.items() if not key.endswith("bibliography-type"))
            self.shared.unseen("entry of a bibliography", "\n".join(said))
        self._content(element, look)

    def _span(self, element: Any, look: str) -> None:
        own = self.shared.styles.of("text", value_of(element, "style-name")).look
        before = self.state
        if own.is_hidden is not None:
            self.state = self.state | CONCEALED if own.is_hidden else self.state & ~CONCEALED
        letters = {each: True for each in look if each in "bius"} | own.letters
        words = "".join(sorted(each for each, is_on in letters.items() if is_on))
        self._content(element, words + (own.raised or "".join(each for each in look if each in "^_")))
        self.state = before

    def _concealed(self, element: Any, look: str, text: str) -> None:
        before, self.state = self.state, self.state | CONCEALED
        self._say(text, look)
        self._content(element, look)
        self.state = before

    def _change(self, element: Any, name: str) -> None:
        identity = value_of(element, "change-id")
        if name == "change-start" and identity in self.shared.inserted:
            self._changed = INSERTED
        elif name == "change-end":
            self._changed = 0
        elif name == "change" and identity in self.shared.deleted:
            self.shared.used.add(identity)
            self.deletion(identity)

    def deletion(self, identity: str) -> None:
        """Put what was deleted where it stood."""
        inner = OpenWalker(self.shared, is_flat=True)
        made = inner.blocks(self.shared.deleted[identity])
        said = "\n".join(each.text for each in made if not each.kind)
        self.line.pieces.append(((said, ""), DELETED))
        self.line.stories.append([each for each in made if each.kind])

    def _note(self, element: Any) -> None:
        kind = "endnote" if value_of(element, "note-class") == "endnote" else "footnote"
        body = next((each for each in elements(element) if local(each) == "note-body"), None)
        if body is not None:
            key = str(len(self.shared.notes))
            self.shared.notes[key] = body
            self.line.pieces.append((("", f"@{kind} {key}"), self.state | self._changed))

    def _comment(self, element: Any) -> None:
        self.shared.dropped["who wrote a comment, and when"] += 1
        inner = OpenWalker(self.shared, COMMENT, is_flat=True)
        for each in elements(element):
            if local(each) not in {"creator", "date", "date-string", "creator-initials", "sender-initials"}:
                inner._block(each)
        inner.flush()
        said = "\n".join(each.text for each in inner.made if each.text.strip())
        self.line.asides += [(COMMENT, said)] if said else []

    def _link(self, target: str) -> None:
        if not target or target.startswith("#"):
            return
        said = link_text(target)
        if said is None:
            self.shared.dropped["a link that cannot be examined"] += 1
        elif said.strip():
            self.line.asides.append((LINK, said))

    # --- drawings ----------------------------------------------------------------------------

    def _forms(self, element: Any) -> None:
        """Read the fields of a form: what they show stands beside the text, their lists are examined and left out."""
        self.shared.dropped["a form field (what is filled in stands in the copy)"] += 1
        for each in element.iter():
            for name in ("label", "value", "current-value", "title"):
                said = value_of(each, name) if isinstance(each.tag, str) else ""
                if said.strip():
                    self.line.asides.append((DRAWING, said))
        self.flush_asides()

    def _drawn(self, element: Any) -> None:
        """Read a frame or shape: its texts; what it is is left out or a gap."""
        name = local(element)
        self._link(value_of(element, "href")) if name == "a" else None
        children = list(elements(element))
        kinds = {local(each) for each in children}
        for each in children:
            kind = local(each)
            if kind in {"title", "desc"}:
                said = "".join(each.itertext())
                self.line.asides += [(ALT, said)] if said.strip() else []
            elif kind == "text-box":
                self._box(each)
            elif kind == "object":
                self._object(each)
            elif kind in _UNREAD:
                self.unread("unknown_format", "an embedded object is not examined")
            elif kind == "image" and not kinds & {"object", "object-ole", "text-box"}:
                self.unread("image", "a picture is not examined")
            elif kind in {"p", "list"}:
                self._box(element)
                break
            elif _is_drawn(each):
                self._drawn(each)
            elif kind not in {"image", "glue-point", "enhanced-geometry", "event-listeners"}:
                self._each(each, self._drawn_inside)

    def _drawn_inside(self, element: Any) -> None:
        if local(element) in {"p", "list"}:
            self._box(element.getparent())
        elif _is_drawn(element):
            self._drawn(element)

    def _object(self, element: Any) -> None:
        target = value_of(element, "href").removeprefix("./").rstrip("/")
        name = f"{target}/content.xml"
        root = self.shared.package.tree(name) if target and self.shared.package.has(name) else element
        kinds = {local(each) for each in root.iter() if isinstance(each.tag, str)}
        if "chart" in kinds:
            said = ["".join(each.itertext()) for each in root.iter("{*}p")]
            self.line.asides += [(CHART, each) for each in dict.fromkeys(said) if each.strip()]
        elif "math" in kinds:
            said = ["".join(each.itertext()) for each in root.iter("{*}mi", "{*}mn", "{*}mo", "{*}mtext")]
            self.line.asides += [(DRAWING, " ".join(said))] if said else []
        else:
            self.unread("unknown_format", "an embedded object is not examined")

    def _box(self, element: Any) -> None:
        inner = OpenWalker(self.shared, BOX, self.shared.count(BOX), is_flat=True)
        made = [each for each in inner.blocks(element) if each.kind != BOX or each.text.strip()]
        for each in made:
            each.cell = self.cell
        self.line.stories.append(made)


def _is_drawn(element: Any) -> bool:
    return ":drawing:" in element.tag


def _times(element: Any, name: str) -> int:
    said = value_of(element, name)
    return min(max(int(said), 1), _MOST_REPEATED) if said.isdigit() else 1


def _inside(element: Any, wanted: str) -> list[Any]:
    """Return the rows of a table, also those in groups."""
    found: list[Any] = []
    for each in elements(element):
        if local(each) == wanted:
            found.append(each)
        elif local(each) in {"table-header-rows", "table-rows", "table-row-group"}:
            found += _inside(each, wanted)
    return found
