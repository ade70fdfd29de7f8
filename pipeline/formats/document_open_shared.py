"""What the parts of an OpenDocument text share while they are read: styles, tracked changes, notes, lists."""

from __future__ import annotations

from typing import Any

from pipeline.formats.document_content import Levels, Paragraph
from pipeline.formats.document_lines import Gathered
from pipeline.formats.document_open_styles import OpenStyles
from pipeline.formats.document_styles import elements, value_of
from pipeline.formats.workbook_container import Package, local


class OpenShared(Gathered):
    """One OpenDocument text on its way from its parts to paragraphs."""

    def __init__(self, package: Package) -> None:
        super().__init__()
        self.package = package
        self.styles = OpenStyles()
        self.lists: dict[int, Levels] = {}
        self.deleted: dict[str, Any] = {}
        self.inserted: set[str] = set()
        self.notes: dict[str, Any] = {}
        self.used: set[str] = set()
        self.left: list[Paragraph] = []
        """Headers, footers and notes that nothing in the text leads to."""
        self._named_lists: dict[str, int] = {}

    def changes(self, root: Any) -> None:
        """Take the tracked changes that a text declares."""
        for each in root.iter("{*}changed-region"):
            identity = value_of(each, "id")
            self.dropped["who changed the text, and when"] += 1
            for kind in elements(each):
                if local(kind) == "deletion":
                    self.deleted[identity] = kind
                elif local(kind) == "insertion":
                    self.inserted.add(identity)

    def list_of(self, element: Any, style: str) -> int:
        """Return the number of a list; one that goes on has the number of the one before it."""
        name = value_of(element, "style-name") or style
        before = self._named_lists.get(name)
        if before is not None and value_of(element, "continue-numbering") == "true":
            return before
        number = len(self.lists)
        self.lists[number] = self.styles.lists.get(name, dict.fromkeys(range(9), ("bullet", 1)))
        self._named_lists[name] = number
        return number
