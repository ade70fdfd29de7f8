"""What people may have written in texts that programs read: in XML beside its tags, in scripts what they say.

Names of elements, of fields and of functions are no words of a person; examined as such they would be taken for names,
and the same words on the pages with them. Nothing of these texts is copied.
"""

from __future__ import annotations

import html
import re
from typing import Final

_TAG: Final = re.compile(r"<[^<>]*>")
_NOT_SAID: Final = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>")
_SCRIPT: Final = re.compile(r"(<script\b[^<>]*>)(.*?)(</script>|\Z)", re.DOTALL | re.IGNORECASE)
_DESIGN: Final = re.compile(
    r"<(template|config|localeSet|connectionSet|sourceSet)\b[^<>]*\bwww\.xfa\.org/[^<>]*>.*?(?:</\1>|\Z)", re.DOTALL
)
"""How a form of XFA looks and behaves (XFA 3.3, part 2): what people fill in stands in other parts of it."""
_VALUE: Final = re.compile(r"""\s(?!xmlns)[\w:.-]+\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_WRITTEN: Final = re.compile(r"[@\s]|\d{4}")
"""A blank, an at sign or a number: what a person wrote, rather than a word of the language."""
_SAID: Final = re.compile(r"""//([^\n]*)|/\*(.*?)(?:\*/|\Z)|"((?:\\.|[^"\\\n])*)"?|'((?:\\.|[^'\\\n])*)'?""", re.DOTALL)
"""Remarks and strings; one without an end goes on to the end, so that nothing is looked through twice."""
_CODE: Final = re.compile(
    r"\bfunction\b\s*\w*\s*\(|\bvar\s+\w+\s*[=;]|\b(?:app|console|event|this|util)\.\w+(?:\.\w+)*\s*[(=]"
)
_BLANKS: Final = re.compile(r"\s*\n\s*|[ \t]+")


def words_of(text: str) -> str:
    """Return what people may have written in a text: all of it, unless it is XML or a script."""
    begin = text.lstrip("\ufeff\0 \r\n\t")
    if begin.startswith("<"):
        return _packed(words_of_xml(begin))
    return words_of_script(text) if _CODE.search(text) else text


def words_of_xml(text: str) -> str:
    """Return the texts of XML, and those of its attributes that a person may have written; of XFA no design."""
    filled = _DESIGN.sub(" ", text)
    shown = _SCRIPT.sub(lambda found: found[1] + words_of_script(html.unescape(found[2])) + found[3], filled)
    return html.unescape(_TAG.sub(_attributes, _NOT_SAID.sub(" ", shown)))


def words_of_script(text: str) -> str:
    """Return the strings and remarks of a script, one a line."""
    return _packed("\n".join(next(filter(None, found.groups()), "") for found in _SAID.finditer(text)))


def _attributes(tag: re.Match[str]) -> str:
    if tag[0].startswith(("<?", "</")):
        return "\n"
    values = (one or other for one, other in _VALUE.findall(tag[0]))
    return "\n".join(["", *(each for each in values if _WRITTEN.search(each)), ""])


def _packed(text: str) -> str:
    return _BLANKS.sub(lambda found: "\n" if "\n" in found[0] else " ", text).strip()
