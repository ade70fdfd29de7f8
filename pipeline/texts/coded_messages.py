r"""Messages of fields without names (HL7 v2, X12), with the names of the fields that hold something of a person.

``PID|1||77||DOE^JANE||19680417`` says by the place alone that its seventh field is a date of birth. Which field is what
is in ``configs/message_fields.yaml``. The names stand in the place of the signs that part the fields, so that a span of
a value leads back to exactly what it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from pipeline.texts.plain_form import Piece
from recognizers.resources import packaged_configs, read_yaml
from recognizers.triggers import Trigger

HAS_SEGMENTS: Final = Trigger(
    *(rf"\b{name}\|" for name in ("PID", "NK1", "GT1", "IN1", "IN2")),
    *(rf"\b{name}\*" for name in ("NM1", "N3", "DMG", "REF", "PER")),
    kind="word",
)
_HL7: Final = re.compile(r"(?:(?<![^\r\n\x0b])|\A)(PID|NK1|GT1|IN1|IN2)(?=\|)[^\r\n]*")
_X12: Final = re.compile(r"(?:(?<=~)|(?<![^\r\n])|\A)(NM1|N3|DMG|REF|PER)(?=\*)[^~\r\n]*")
_KINDS: Final = (("hl7", _HL7, "|"), ("x12", _X12, "*"))
_COMPONENTS: Final = re.compile(r"[\^&:]+(?=[^\s])|[\^&:]+$")


def field_names(text: str) -> Iterator[Piece]:
    """Yield the signs that part the fields of such segments, with what stands for them, in order."""
    pieces = [piece for kind, form, sign in _KINDS for found in form.finditer(text) for piece in _of(found, kind, sign)]
    yield from sorted(pieces)


def _of(found: re.Match[str], kind: str, sign: str) -> Iterator[Piece]:
    about = _segments()[kind][found[1]]
    plain, coded = about.get("fields", {}), about.get("coded", {})
    fields = found.group().split(sign)
    at = found.start() + len(fields[0])
    name = ""
    for number, value in enumerate(fields[1:], 1):
        before, name = name, plain.get(number) or coded.get(number, {}).get(fields[number - 1], "")
        if name or before:
            yield at, at + 1, f"\n{name}: " if name else "\n"
        start = at + 1
        if name and kind == "hl7":
            for each in _COMPONENTS.finditer(value):
                yield start + each.start(), start + each.end(), ", " if name == "address" else " "
        at = start + len(value)


@lru_cache(maxsize=1)
def _segments() -> Mapping[str, Mapping[str, Any]]:
    segments: Mapping[str, Mapping[str, Any]] = read_yaml(packaged_configs() / "message_fields.yaml")
    return segments
