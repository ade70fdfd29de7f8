"""WordprocessingML (ECMA-376 part 1, 17): the text of a DOCX as paragraphs, with what stands beside each of them.

Tracked changes are read from both sides: a paragraph says what it says with all changes accepted, and where that
differs, what it said before stands behind it. So does the paragraph with its hidden text.
"""

from __future__ import annotations

from typing import Any, Final

from pipeline.formats.direction import EMBEDDED, OVERRIDE, shown
from pipeline.formats.document_content import ALT, BOX, COMMENT, DRAWING, LINK, Paragraph, Place, Section
from pipeline.formats.document_lines import CONCEALED, DELETED, INSERTED, NO_FRAME, Line, Lines
from pipeline.formats.document_styles import (
    Look,
    child,
    elements,
    heading_of,
    is_on,
    listed_of,
    look_of,
    value_of,
)
from pipeline.formats.document_symbols import symbol
from pipeline.formats.document_word_shared import Field, Shared, content_of, inside, is_initial, names_of, outside_boxes
from pipeline.formats.html_text import link_text
from pipeline.formats.workbook_container import local

_SIGNS: Final = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_PASSED_OVER: Final = frozenset(
    {"pPr", "rPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtEndPr", "proofErr", "lastRenderedPageBreak"}
    | {"bookmarkEnd", "commentRangeStart", "commentRangeEnd", "permEnd", "annotationRef", "tblPrEx"}
    | {"footnoteRef", "endnoteRef", "separator", "continuationSeparator", "fldData", "numberingChange"}
)
_TURNED: Final = {("bdo", "rtl"): OVERRIDE, ("dir", "rtl"): EMBEDDED}
_CHANGES: Final = {"ins": INSERTED, "moveTo": INSERTED, "del": DELETED, "moveFrom": DELETED}
_ALIGNED: Final = {"center": "center", "right": "right", "end": "right", "both": "both"}


class Walker(Lines):
    """Reads blocks into paragraphs; ``is_flat`` where tables become lines of text (headers, notes, boxes)."""

    def __init__(self, shared: Shared, part: str, kind: str = "", number: int = 0, *, is_flat: bool = False) -> None:
        super().__init__(shared, kind, number, is_flat=is_flat)
        self.shared, self.part = shared, part
        self._links = shared.package.links(part)
        self._fields: list[Field] = []
        self._look = Look()
        self._direction = ""
        self._initial: Line | None = None

    def blocks(self, container: Any) -> list[Paragraph]:
        """Read the blocks of a container; return all that was made so far."""
        for each in elements(container):
            self._block(each)
        self.flush()
        return self.made

    def flush(self) -> None:
        """Make paragraphs of the lines so far, also of an initial that no paragraph follows."""
        if self._initial is not None:
            line, self.line, self._initial = self.line, self._initial, None
            self.flush_paragraph()
            self.line = line
        super().flush()

    def _block(self, element: Any) -> None:
        name = local(element)
        if name == "p":
            self._paragraph(element)
        elif name == "tbl":
            self._table(element)
        elif name in _CHANGES:
            self._within(_CHANGES[name], element, self._block)
        elif name == "AlternateContent":
            for each in self._chosen(element):
                self._block(each)
        elif name == "sdt":
            self.shared.form_field(child(element, "sdtPr"), content_of(element))
            for each in elements(element):
                if local(each) == "sdtContent":
                    self._each(each, self._block)
        elif name == "altChunk":
            self.unread("unknown_format", "a document that is put into this one is not examined")
            self.flush_paragraph()
        elif name == "sectPr":
            self.shared.section = self._section(element)
        elif name in _PASSED_OVER:
            return
        elif name == "bookmarkStart":
            self.shared.bookmark(value_of(element, "name"))
        elif name in {"r", "hyperlink", "fldSimple", "oMath", "oMathPara"}:  # text without a paragraph around it
            self._inline(element)
            self.flush_paragraph()
        else:
            self._each(element, self._block)

    def _each(self, element: Any, act: Any) -> None:
        for each in elements(element):
            act(each)

    def _within(self, state: int, element: Any, act: Any) -> None:
        before, self.state = self.state, self.state | state
        self.shared.dropped["who changed the text, and when"] += 1
        self._each(element, act)
        self.state = before

    # --- tables --------------------------------------------------------------------------

    def _table(self, element: Any) -> None:
        self.flush()
        outer, before = self.cell, self.state
        properties = child(element, "tblPr")
        for name in ("tblCaption", "tblDescription"):
            said = child(properties, name)
            if said is not None and value_of(said).strip():
                self.line.asides.append((ALT, value_of(said)))
        self.flush_asides()
        is_own = outer is None and not self.is_flat
        number = self.shared.new_table() if is_own else -1
        if not is_own:
            self.shared.dropped[NO_FRAME] += 1
        for at, row in enumerate(inside(element, "tr")):
            changed = child(row, "trPr")
            for change in elements(changed) if changed is not None else ():
                is_hidden = local(change) == "hidden" and is_on(change)
                self.state |= CONCEALED if is_hidden else _CHANGES.get(local(change), 0)
            self._row(row, at, number, is_own=is_own)
            self.state = before
        self.cell = outer

    def _row(self, row: Any, at: int, number: int, *, is_own: bool) -> None:
        column = 0
        for each in inside(row, "tc"):
            properties = child(each, "tcPr")
            span, merged = child(properties, "gridSpan"), child(properties, "vMerge")
            wide = min(max(int(value_of(span) or 1) if span is not None else 1, 1), 63)
            if is_own:
                goes_on = 0 if merged is None else 1 if value_of(merged) == "restart" else 2
                self.cell = Place(number, at, column, wide, goes_on)
            column += wide
            start = len(self.made)
            self._each(each, self._block)
            self.flush()
            if is_own:
                self.fill_cell(start)

    # --- paragraphs ----------------------------------------------------------------------

    def _paragraph(self, element: Any) -> None:
        properties = child(element, "pPr")
        self._begin(properties)
        initial, self._initial = self._initial, None
        if initial is not None:
            self.line.pieces, self.line.asides, self.line.stories = initial.pieces, initial.asides, initial.stories
        for each in elements(element):
            self._inline(each)
        own = child(properties, "sectPr")
        if own is not None and self.kind == "" and self.cell is None:
            self.line.section = self._section(own)
        mark = child(properties, "rPr")
        for each in elements(mark) if mark is not None else ():
            self.line.end |= _CHANGES.get(local(each), 0)
        self.line.end |= self.state
        if initial is None and is_initial(properties):  # it is read as the beginning of the paragraph behind it
            self._initial, self.line = self.line, Line()
        else:
            self.flush_paragraph()

    def _begin(self, properties: Any) -> None:
        """Take what the properties of a paragraph and its style say of it."""
        name, line = child(properties, "pStyle"), self.line
        line.name = value_of(name) if name is not None else ""
        style = self.shared.styles.of(line.name or self.shared.styles.usual)
        aligned = child(properties, "jc")
        listed = listed_of(properties) or style.listed
        line.style = heading_of(properties) or style.heading
        line.align = _ALIGNED.get(value_of(aligned), "") if aligned is not None else ""
        line.listed = self.shared.list_of(listed) if listed is not None and listed[0] != "0" else None
        self._look = style.look

    def _section(self, element: Any) -> Section:
        return self.shared.section_of(element, self._links)

    # --- inside a paragraph ----------------------------------------------------------------

    def _inline(self, element: Any) -> None:
        name = local(element)
        if name in _PASSED_OVER:
            return
        if name == "r":
            self._run(element)
        elif name in _CHANGES:
            self._within(_CHANGES[name], element, self._inline)
        elif name == "hyperlink":
            self._link(self._target(element), value_of(element, "anchor"), value_of(element, "docLocation"))
            tip = value_of(element, "tooltip")
            if tip.strip():
                self.line.asides.append((LINK, tip))
            self._each(element, self._inline)
        elif name == "fldSimple":
            self._fields.append(Field(value_of(element, "instr"), is_code=False))
            self._each(element, self._inline)
            self._end_field()
        elif name == "AlternateContent":
            for each in self._chosen(element):
                self._inline(each)
        elif name == "sdt":
            self.shared.form_field(child(element, "sdtPr"), content_of(element))
            for each in elements(element):
                if local(each) == "sdtContent":
                    self._each(each, self._inline)
        elif name == "bookmarkStart":
            self.shared.bookmark(value_of(element, "name"))
        elif name == "permStart":
            self.shared.dropped["who may change a part of the text"] += 1
        elif name == "smartTagPr":
            self.shared.dropped["what a program took a word for"] += 1
        elif name in {"bdo", "dir"}:
            before, self._direction = self._direction, _TURNED.get((name, value_of(element)), "")
            self._each(element, self._inline)
            self._direction = before
        elif name == "subDoc":
            self.shared.dropped["a document beside it that is shown in its place"] += 1
        elif name in {"p", "tbl"}:
            self._block(element)
        elif name == "t":  # of a formula
            self._say(element.text or "", "", self.state)
        else:
            self._each(element, self._inline)

    def _target(self, element: Any) -> str:
        link = self._links.get(value_of(element, "id"))
        return link.target if link is not None and link.outside else ""

    def _link(self, *parts: str) -> None:
        target = "#".join(each for each in parts if each)
        if not target or (target.startswith("_") and not parts[0]):
            return  # a place in the document that the program named
        said = link_text(target)
        if said is None:
            self.shared.dropped["a link that cannot be examined"] += 1
        elif said.strip():
            self.line.asides.append((LINK, said))

    def _run(self, element: Any) -> None:
        properties = child(element, "rPr")
        name = child(properties, "rStyle")
        look = look_of(properties)
        if name is not None:
            look = look.over(self.shared.styles.of(value_of(name)).look)
        hidden = look.is_hidden if look.is_hidden is not None else self._look.is_hidden
        state = self.state | (CONCEALED if hidden else 0)
        for change in elements(properties) if properties is not None else ():
            state |= _CHANGES.get(local(change), 0)
        for each in elements(element):
            self._in_run(each, look.words, state)

    def _in_run(self, element: Any, look: str, state: int) -> None:
        name = local(element)
        if name in {"t", "delText"}:
            self._say(element.text or "", look, state | (DELETED if name == "delText" else 0))
        elif name in {"instrText", "delInstrText"}:
            if self._fields:
                self._fields[-1].code += element.text or ""
            else:
                self.shared.unseen("field code", element.text or "")
        elif name == "noBreakHyphen" and self._direction:  # it parts numbers, where a plain one joins them
            self._say("\u2011", look, state)
        elif name in _SIGNS:
            self._say(_SIGNS[name], look, state)
        elif name == "br":
            self._say("\n", "|" if value_of(element, "type") == "page" else look, state)
        elif name == "sym":
            self._say(symbol(value_of(element, "font"), value_of(element, "char")), look, state)
        elif name == "fldChar":
            self._field(element)
        elif name in {"footnoteReference", "endnoteReference"}:
            kind = name.removesuffix("Reference")
            self.line.pieces.append((("", f"@{kind} {value_of(element, 'id')}"), state))
        elif name == "commentReference":
            said = self.shared.comment(value_of(element, "id"))
            self.line.asides += [(COMMENT, said)] if said.strip() else []
        elif name == "ruby":
            self._ruby(element, look, state)
        elif name in {"drawing", "pict", "object"}:
            self._drawn(element)
        elif name == "AlternateContent":
            self._alternatives(element, look, state)
        elif name not in _PASSED_OVER:
            for each in elements(element):
                self._in_run(each, look, state)

    def _ruby(self, element: Any, look: str, state: int) -> None:
        for each in elements(element):
            if local(each) == "rt":
                self.shared.dropped["how a text is pronounced"] += 1
            elif local(each) == "rubyBase":
                self._each(each, self._inline)
            elif local(each) != "rubyPr":
                self._in_run(each, look, state)

    def _say(self, text: str, look: str, state: int) -> None:
        text = text.replace("\r\n", " ").replace("\r", " ")
        text = text if look == "|" or len(text) == 1 else text.replace("\n", " ")
        inner = next((each for each in self._fields if each.is_code), None)
        if inner is not None:
            inner.code += text
        elif text:
            if self._direction and look != "|" and text != "\t":
                text = shown(text, self._direction)
            live = self._fields[-1].live if self._fields else ""
            self.line.pieces.append(((text, live or look), state))
            for each in self._fields:
                each.said += text if each.names else ""

    def _field(self, element: Any) -> None:
        kind = value_of(element, "fldCharType")
        if kind == "begin":
            self._fields.append(Field("", is_code=True))
            data = child(element, "ffData")
            if data is not None:
                self.shared.form_field(data)
                self._fields[-1].names = names_of(data)
        elif kind == "separate" and self._fields:
            self._fields[-1].is_code = False
        elif kind == "end" and self._fields:
            self._end_field()

    def _end_field(self) -> None:
        ended = self._fields.pop()
        self.shared.filled_in(ended.names, ended.said)
        target = ended.target
        if target:
            self._link(target)
        self.shared.field(ended)

    # --- drawings ----------------------------------------------------------------------------

    def _chosen(self, element: Any) -> list[Any]:
        """Return the content of the alternatives that say something different, the first of those that say the same."""
        chosen: list[Any] = []
        told: list[str] = []
        for each in elements(element):
            texts = each.iter("{*}t", "{*}delText", "{*}textpath")
            said = "".join(one.text or value_of(one, "string") for one in texts)
            if local(each) in {"Choice", "Fallback"} and said not in told:
                told.append(said)
                chosen += elements(each)
        return chosen

    def _alternatives(self, element: Any, look: str, state: int) -> None:
        for each in self._chosen(element):
            self._in_run(each, look, state)

    def _drawn(self, element: Any) -> None:
        """Read a picture, shape, chart, diagram or embedded object: its texts; what it is is left out or a gap."""
        boxes, texts, has_picture, has_object = [], [], False, False
        for each in outside_boxes(element):
            name = local(each)
            if name == "txbxContent":
                boxes.append(each)
            elif name in {"blip", "imagedata"}:
                has_picture = True
            elif name in {"OLEObject", "control", "objectEmbed", "objectLink"}:
                has_object = True
            elif name in {"chart", "relIds"}:
                texts += self.shared.drawn(self._links, each)
            elif name == "textpath" and value_of(each, "string").strip():
                texts.append((DRAWING, value_of(each, "string")))
            elif name == "textbox" and not any(local(one) == "txbxContent" for one in elements(each)):
                texts.append((DRAWING, " ".join("".join(each.itertext()).split())))
            elif name == "p" and each.tag.endswith("/drawingml/2006/main}p"):
                said = "".join(one.text or "" for one in each.iter("{*}t"))
                texts.append((DRAWING, said))
            if name in {"docPr", "cNvPr", "shape", "rect", "group", "imagedata", "roundrect", "oval", "line"}:
                told = (value_of(each, "descr"), value_of(each, "alt"), value_of(each, "title"))
                texts += [(ALT, said) for said in told if said]
            if name in {"hlinkClick", "hlinkHover"}:
                self._link(self._target(each))
                texts.append((LINK, value_of(each, "tooltip")))
            elif value_of(each, "href"):
                self._link(value_of(each, "href"))
        self.line.asides += [(kind, said) for kind, said in texts if said.strip()]
        for each in boxes:
            self._box(each)
        if has_object:
            self.unread("unknown_format", "an embedded object is not examined")
        elif has_picture:
            self.unread("image", "a picture is not examined")
        elif not boxes and not texts:
            self.shared.dropped["a drawing without text"] += 1

    def _box(self, element: Any) -> None:
        number = self.shared.count(BOX)
        inner = Walker(self.shared, self.part, BOX, number, is_flat=True)
        made = inner.blocks(element)
        for each in made:
            each.cell = self.cell
        self.line.stories.append(made)
