"""The forms in which a value may hide in a text: decoded, unquoted, without tags.

Every view is linear in the size of its text, and views of views go two deep. Joining lines
and cells needs no view: the search itself sees only letters and digits.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

DEPTH: Final = 2
LEAST_BASE64: Final = 12
PRINTABLE_SHARE: Final = 0.9

_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>[> \t]*")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{2,31};?")
_TAG = re.compile(r"<[^<>]*>")
_EQUALS = re.compile(r"=(?:[0-9A-Fa-f]{2}|\r?\n)")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
# Possessive and bound to the start of a run: a long run without a line end is walked once.
_BASE64_LINES = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{40,}+\r?\n[> \t]*+)++[A-Za-z0-9+/]*+={0,2}")


@dataclass(frozen=True, slots=True)
class View:
    """A form of a text: how it was made ("text" is the text itself), and the form."""

    name: str
    text: str


def views(text: str) -> Iterator[View]:
    """Yield the text itself, then every form that decoding it gives, without repeats."""
    seen = {text}
    now = [View("text", text)]
    yield now[0]
    for _ in range(DEPTH):
        then = []
        for view in now:
            for name, decode in _DECODERS:
                form = decode(view.text)
                if form and form not in seen:
                    seen.add(form)
                    then.append(View(name if view.name == "text" else f"{view.name}, {name}", form))
        yield from then
        now = then


def byte_texts(data: bytes) -> Iterator[str]:
    """Yield the texts that raw bytes may be: UTF-8 (else Latin-1), and UTF-16 where zero bytes hint at it."""
    yield _text(data)
    if b"\0" in data:
        for encoding in ("utf-16-le", "utf-16-be"):
            yield data.decode(encoding, "replace")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _unquoted(text: str) -> str:
    return _QUOTED_LINE.sub("", text) if ">" in text and _QUOTED_LINE.search(text) else ""


def _from_url(text: str) -> str:
    return _text(unquote_to_bytes(text)) if "%" in text and _PERCENT.search(text) else ""


def _from_entities(text: str) -> str:
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else ""


def _without_tags(text: str) -> str:
    return html.unescape(_TAG.sub(" ", text)) if "<" in text and _TAG.search(text) else ""


def _from_quoted_printable(text: str) -> str:
    if "=" not in text or not _EQUALS.search(text):
        return ""
    return _text(quopri.decodestring(text.encode("utf-8", "surrogatepass")))


def _from_escapes(text: str) -> str:
    if "\\" not in text or not _ESCAPE.search(text):
        return ""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


def _from_base64(text: str) -> str:
    """Return what the base64 runs of a text hold, one a line; runs that hold no text are left out."""
    found = [_decoded_run(run.group()) for run in _BASE64.finditer(text) if _could_be_base64(run.group())]
    found += [_decoded_run("".join(run.group().replace(">", " ").split())) for run in _BASE64_LINES.finditer(text)]
    return "\n".join(each for each in found if each)


def _could_be_base64(run: str) -> bool:
    """Tell a run from a word: a word of the language is letters of one case after the first."""
    return len(run) >= LEAST_BASE64 and not (run.isalpha() and run[1:].islower())


def _decoded_run(run: str) -> str:
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4))
    except binascii.Error:
        return ""
    for encoding in ("utf-8", "utf-16-le") if b"\0" in data else ("utf-8", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(each.isprintable() or each.isspace() for each in text) >= PRINTABLE_SHARE * len(text):
            return text
    return ""


_DECODERS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("unquoted", _unquoted),
    ("without tags", _without_tags),
    ("HTML entities decoded", _from_entities),
    ("URL decoded", _from_url),
    ("quoted-printable decoded", _from_quoted_printable),
    ("escapes decoded", _from_escapes),
    ("base64 decoded", _from_base64),
)
