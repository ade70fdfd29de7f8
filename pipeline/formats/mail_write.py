r"""Writing a message anew: header lines, encoded words, transfer encodings, boundaries.

Sources: RFC 5322 section 2.1.1 (line lengths) and 3.4, RFC 2045 section 6, RFC 2046
section 5.1, RFC 2047, RFC 2231. Everything written is 7-bit with lines under 998 bytes;
line ends are ``\n`` here and turned into the source's at the end.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from pipeline.formats.mail_headers import ADDRESS_HEADERS, Field, Mailbox, mailbox_text
from pipeline.formats.text_pieces import check_edits, pieces_after, text_after
from pipeline.model import Edit
from pipeline.texts.markers import REDACTED_MAILBOX, WITHHELD_PART

LINE, LONGEST, WORD_BYTES = 76, 900, 39

_PLAIN = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_BARE = re.compile(r"[A-Za-z0-9._-]+")
_ADDRESS = re.compile(
    r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+|\"[ !#-\[\]-~]*\")(?:@(?:[A-Za-z0-9._-]+|\[[0-9A-Za-z.:]+\]))?"
)
_ONE_SPACE = re.compile(r"(?<=[^ ]) (?=[^ ])")
_BOUNDARY = "=_releasable_"
_MBOX_LINE = re.compile(rb"^>*From ", re.MULTILINE)


class Body(NamedTuple):
    """A written body: its content type with parameters, its transfer encoding, its bytes.

    ``is_held_as_parts``: it holds an attachment that is no file yet, but the parts of one.
    """

    content_type: str
    encoding: str
    data: bytes
    is_held_as_parts: bool = False


# --- headers ----------------------------------------------------------------------------


def encoded_words(text: str) -> str:
    """Return ``text`` as encoded words, one a folded line."""
    words, start, size = [], 0, 0
    for at, character in enumerate(text):
        width = len(character.encode())
        if size + width > WORD_BYTES:
            words.append(text[start:at])
            start, size = at, 0
        size += width
    words.append(text[start:])
    return "\n ".join(f"=?utf-8?b?{base64.b64encode(word.encode()).decode('ascii')}?=" for word in words)


def header_text(text: str) -> str:
    """Return an unstructured header value: plain where it can be, encoded words otherwise."""
    plain = _PLAIN.fullmatch(text) and "=?" not in text and text == text.strip()
    words = _ONE_SPACE.split(text)
    if not plain or any(len(word) > LONGEST for word in words):
        return encoded_words(text)
    return folded(words, "")


def folded(tokens: Sequence[str], joint: str) -> str:
    """Return ``tokens`` joined by ``joint`` and a space, folded near 76 characters."""
    lines = [""]
    for at, token in enumerate(tokens):
        piece = token + (joint if at + 1 < len(tokens) else "")
        last = lines[-1].rpartition("\n")[2]
        if last and len(last) + len(piece) >= LINE - 12:
            lines.append(piece)
        else:
            lines[-1] += f" {piece}" if last else piece
    return "\n ".join(lines)


def _phrase(name: str) -> str:
    if not _PLAIN.fullmatch(name) or "=?" in name or len(name) > LONGEST // 2:
        return encoded_words(name)
    if _ATOMS.fullmatch(name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mailbox(box: Mailbox) -> str:
    """Return one entry of an address header in valid syntax; a broken address becomes part of the name."""
    if box.address and (not _ADDRESS.fullmatch(box.address) or len(box.address) > LONGEST // 2 or "=?" in box.address):
        return _phrase(mailbox_text([box])[0]) + ":;"
    if not box.address:
        return box.name if _BARE.fullmatch(box.name) and not box.group else _phrase(box.name) + ":;"
    return f"{_phrase(box.name)} <{box.address}>" if box.name else box.address


def edited_mailboxes(found: Field, edits: Sequence[Edit]) -> list[Mailbox]:
    """Return the entries of an address header after ``edits``: names keep their rest, addresses go whole."""
    text, spans = mailbox_text(found.boxes)
    pieces = pieces_after(text, spans, edits)
    out = []
    for at, box in enumerate(found.boxes):
        name, address = pieces[2 * at].strip(), pieces[2 * at + 1]
        if address != box.address:
            start, end = spans[2 * at + 1]
            marker = next((edit.replacement for edit in edits if start <= edit.start < end), "")
            name, address = name or marker, REDACTED_MAILBOX
        out.append(box._replace(name=name, address=address))
    return out


def field_line(found: Field, edits: Sequence[Edit]) -> str:
    """Return a header of the allow-list after ``edits``, without its line end."""
    if found.gap:
        check_edits("", edits)
        is_list = found.step.name in ADDRESS_HEADERS
        return f"{found.step.name}: {mailbox(Mailbox(WITHHELD_PART, '')) if is_list else WITHHELD_PART}"
    if found.boxes:
        boxes = edited_mailboxes(found, edits)
        return f"{found.step.name}: {folded([mailbox(box) for box in boxes if box.name or box.address], ',')}"
    return f"{found.step.name}: {header_text(text_after(found.text, edits))}"


def parameter(name: str, value: str) -> str:
    """Return ``; name="value"``, in the form of RFC 2231 where the value needs it."""
    if _PLAIN.fullmatch(value) and "=?" not in value and len(value) < LINE:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f';\n {name}="{escaped}"'
    packed = quote(value.encode(), safe="")
    if len(packed) < LINE:
        return f";\n {name}*=utf-8''{packed}"
    pieces = re.findall(r"(?:%..|.){1,20}", packed)
    lead = ["utf-8''", *([""] * len(pieces))]
    return "".join(f";\n {name}*{at}*={lead[at]}{piece}" for at, piece in enumerate(pieces))


# --- bodies -----------------------------------------------------------------------------


def text_body(text: str, content_type: str) -> Body:
    """Return a text in UTF-8, as it stands where its lines are short ASCII, else quoted-printable or base64."""
    data = text.encode("utf-8", "replace")
    content_type += "; charset=utf-8"
    lines = data.split(b"\n")
    if data.isascii() and b"\r" not in data and b"\0" not in data and not _MBOX_LINE.search(data):
        if max(map(len, lines)) <= LONGEST:
            return Body(content_type, "7bit", data)
    elif len(data) > 4 * len(text) // 3:
        return Body(content_type, "base64", base64.encodebytes(data))
    return Body(content_type, "quoted-printable", b"\n".join(map(_quoted, lines)))


def _quoted(line: bytes) -> bytes:
    packed = binascii.b2a_qp(line, istext=False).replace(b"\r\n", b"\n")
    return _MBOX_LINE.sub(lambda found: found[0][:-5] + b"=46rom ", packed)


def bytes_body(data: bytes, content_type: str) -> Body:
    """Return bytes in base64."""
    return Body(content_type, "base64", base64.encodebytes(data))


def withheld_body() -> Body:
    """Return the note that stands in the place of what could not be examined."""
    return text_body(WITHHELD_PART + "\n", "text/plain")


def part(body: Body, disposition: str = "") -> bytes:
    """Return a part: its headers, a blank line, its body."""
    lines = [f"Content-Type: {body.content_type}", f"Content-Transfer-Encoding: {body.encoding}"]
    if disposition:
        lines.append(f"Content-Disposition: {disposition}")
    return "\n".join(lines).encode("ascii") + b"\n\n" + body.data


def multipart(subtype: str, parts: Sequence[bytes], ordinal: int) -> Body:
    """Return a multipart body; its boundary derives from ``ordinal`` and occurs in none of its parts.

    Nor does it begin with a boundary inside: a reader may compare the beginnings of lines (RFC 2046 section 5.1.1).
    """
    boundary = next(each for each in _boundaries(ordinal) if not any(_clashes(each.encode(), part) for part in parts))
    line = b"--" + boundary.encode()
    data = b"".join(line + b"\n" + part + b"\n" for part in parts) + line + b"--\n"
    return Body(f'multipart/{subtype};\n boundary="{boundary}"', "7bit", data)


def _clashes(boundary: bytes, part: bytes) -> bool:
    begins = (b"--" + boundary[:end] + b"\n" for end in range(len(_BOUNDARY) + 1, len(boundary)))
    return boundary in part or any(each in part for each in begins)


def _boundaries(ordinal: int) -> Iterator[str]:
    yield f"{_BOUNDARY}{ordinal}"
    step = 0
    while True:
        step += 1
        yield f"=_{step}_releasable_{ordinal}"
