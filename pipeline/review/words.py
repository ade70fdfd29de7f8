"""What examines typed words, made when it is first needed (it loads the language models); it knows what passed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from pipeline.case.deciding import KnowsNames, Masks, Scanner
from pipeline.case.marking import needles_in_force
from pipeline.case.store import Case
from pipeline.verify.search import WithheldIndex, search
from pipeline.verify.views import views

MOST: Final = 1000


class Remembered:
    """A scanner for many threads; a reason that is used for the hundredth time is not examined again."""

    def __init__(self, make: Callable[[], Scanner]) -> None:
        self._make = make
        self._scanner: Scanner | None = None
        self._passed: set[str] = set()
        self._one = threading.Lock()

    def __call__(self, text: str) -> Sequence[str]:
        """Return what is wrong with a text, nothing when it may be stored."""
        with self._one:
            if self._scanner is None:
                self._scanner = self._make()
            if text in self._passed:
                return []
            problems = self._scanner(text)
            if not problems and len(self._passed) < MOST:
                self._passed.add(text)
            return problems

    def name(self, text: str) -> Sequence[str]:
        """Return what is wrong with the role or name of an officer, nothing when it may be stored."""
        with self._one:
            if self._scanner is None:
                self._scanner = self._make()
            if (told := f"\0{text}") in self._passed:
                return []
            problems = self._scanner.name(text) if isinstance(self._scanner, KnowsNames) else self._scanner(text)
            if not problems and len(self._passed) < MOST:
                self._passed.add(told)
            return problems

    def masked(self, text: str) -> str:
        """Return a text with ``[PERSON]`` and the like for whatever identifies somebody; examine what comes back."""
        with self._one:
            if self._scanner is None:
                self._scanner = self._make()
            return self._scanner.masked(text) if isinstance(self._scanner, Masks) else text

    def forget(self) -> None:
        """Forget what passed: the case withholds other values now."""
        with self._one:
            self._scanner = None
            self._passed.clear()


class MarksToo:
    """A scanner that also knows what people marked since the desk was opened: no recognizer has to find that."""

    def __init__(self, case: Case, scanner: Scanner) -> None:
        self._case, self._scanner = case, scanner

    def __call__(self, text: str) -> Sequence[str]:
        """Return what is wrong with a text, nothing when it may be stored."""
        needles = needles_in_force(self._case) if text else ()
        hits = search(views(text), WithheldIndex(self._case.keyed, needles)) if needles else ()
        if hits:
            return [f"it says something that is marked in this case ({hits[0].entity})"]
        return self._scanner(text)

    def name(self, text: str) -> Sequence[str]:
        """Return what is wrong with the role or name of an officer, nothing when it may be stored."""
        return self._scanner.name(text) if isinstance(self._scanner, KnowsNames) else self._scanner(text)

    def masked(self, text: str) -> str:
        """Return a text with ``[PERSON]`` and the like for whatever identifies somebody; examine what comes back."""
        text = without(text, WithheldIndex(self._case.keyed, needles_in_force(self._case)))
        return self._scanner.masked(text) if isinstance(self._scanner, Masks) else text


def without(text: str, index: WithheldIndex) -> str:
    """Return a text in which its kind stands for whatever an index holds, where it stands as it is written."""
    spans: list[tuple[int, int, str]] = []
    for view in views(text):
        if view.name != "text":
            continue  # what is hidden in another writing has no place here: it is refused
        for hit in sorted(search([view], index), key=lambda each: (each.start, -each.end)):
            if spans and hit.start < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], hit.end), spans[-1][2])
            else:
                spans.append((hit.start, hit.end, hit.entity))
    for start, end, entity in reversed(spans):
        text = f"{text[:start]}[{entity}]{text[end:]}"
    return text
