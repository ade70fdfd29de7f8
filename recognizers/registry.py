"""Makes the recognizers of the list: which ones a scan needs, at which accuracy level."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from importlib import import_module

from recognizers import RECOGNIZERS
from recognizers.entities import LINKED_IDENTIFIER, UNIQUE_IDENTIFIER
from recognizers.presidio import Recognizer

LEVELS = ("patterns", "fast", "thorough")
"""How hard to look: no model at all, the light models, all of them."""


def recognizer_class(module_name: str) -> type[Recognizer]:
    """Return the one recognizer that a module of this package defines.

    Raises:
        TypeError: the module defines none or several.
    """
    module = import_module(f"recognizers.{module_name}")
    found = [
        each
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, Recognizer) and each.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(f"recognizers/{module_name}.py defines {len(found)} recognizers, not one")
    return found[0]


def load_recognizers(level: str = "thorough", entities: Collection[str] = ()) -> list[Recognizer]:
    """Return the recognizers that find ``entities`` (all when empty), with their models loaded.

    Raises:
        recognizers.errors.ModelMissing: a model that one of them needs is not installed.
    """
    wanted = set(entities)
    if LINKED_IDENTIFIER in wanted:
        wanted.add(UNIQUE_IDENTIFIER)
    made = []
    for name in RECOGNIZERS:
        each = recognizer_class(name)
        if wanted and not wanted.intersection(each.ENTITIES):
            continue
        if level == "patterns" and each.NEEDS_MODEL:
            continue
        takes_level = "level" in inspect.signature(each).parameters
        made.append(each(**({"level": "fast" if level == "patterns" else level} if takes_level else {})))
    return made
