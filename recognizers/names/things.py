"""Tells what looks like a person's name and is a firm's, a feast's or a car's: ``Merrill Lynch``, ``Ford Explorer``."""

from __future__ import annotations

import re
from typing import Final

from recognizers.names.contexts import contexts

_MARKS: Final = re.compile(r"['\u2019`.]")
_PARTED: Final = re.compile(r"[^\w]+")


def is_thing(name: str) -> bool:
    """Return whether a name of several words is one of the known things, a possessive ``s`` aside."""
    if "," in name:
        return False  # `Ford, Sierra`: a surname first, and a person
    said = " ".join(_PARTED.split(_MARKS.sub("", name.lower()))).strip()
    if " " not in said:
        return False
    known = contexts().no_people
    if said in known or (said.endswith("s") and said[:-1] in known):
        return True
    maker, _, made = said.partition(" ")
    return maker in contexts().makers and made.split()[0] in contexts().makes
