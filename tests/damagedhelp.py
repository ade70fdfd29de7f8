"""Files of many kinds with made-up values of their own, damaged by chance, and a search of their copies."""

from __future__ import annotations

import email
import email.policy
import gzip
import io
import json
import random
import re
import struct
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import compressed_rtf
import pypdf
from documenthelp import said, simple
from otherdocuments import open_simple
from outlook_files import Msg, tnef
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas
from workbookhelp import relationships, zipped

from pipeline import older_documents


@dataclass(frozen=True)
class Planted:
    """The values of one file: an SSN, a telephone number, an address."""

    ssn: str
    phone: str
    mail: str

    @classmethod
    def of(cls, number: int) -> Planted:
        """Return the values of a file by its number; no two numbers below 90,000 share one."""
        high, low = divmod(number, 90)
        return cls(
            f"{219 + high % 400}-{10 + low}-{1001 + number % 8000:04d}",
            f"({201 + number // 100 % 700}) 555-01{number % 100:02d}",
            f"tester{number:05d}@example.com",
        )

    def lines(self) -> list[str]:
        """Return a letter that says them."""
        return [
            "Dear clerk, please look at the meter.",
            f"My SSN is {self.ssn}.",
            f"Call {self.phone} or write to {self.mail}.",
        ]

    def found_in(self, text: str) -> list[str]:
        """Return the kinds of the values that stand in a text as they were planted, or as bare digits.

        A value that damage has hit itself (another sign between its digits, a letter run into it) is another one.
        """
        forms = {name: [getattr(self, name)] for name in ("ssn", "phone", "mail")}
        for name in ("ssn", "phone"):
            forms[name].append("".join(re.findall(r"\d", forms[name][0])))
        return [
            name
            for name, own in forms.items()
            if any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text, re.IGNORECASE) for each in own)
        ]


# --- files ------------------------------------------------------------------------------


def _drawn(kind: str) -> Callable[[Planted], bytes]:
    def build(planted: Planted) -> bytes:
        picture = Image.new("RGB", (560, 110), "white")
        pen, font = ImageDraw.Draw(picture), ImageFont.load_default(20)
        for at, line in enumerate(planted.lines()):
            pen.text((12, 8 + 32 * at), line, fill="black", font=font)
        sink = io.BytesIO()
        more = {"comment": planted.mail.encode()} if kind == "GIF" else {"lossless": True} if kind == "WEBP" else {}
        picture.save(sink, kind, **more)
        return sink.getvalue()

    return build


def _message(planted: Planted) -> Msg:
    text = "\r\n".join(planted.lines())
    rich = (r"{\rtf1\ansi " + "".join(rf"{line}\par " for line in planted.lines()) + "}").encode()
    table = f"note,contact\nmeter,{planted.phone}\nother,{planted.mail}\n".encode()
    return Msg(
        {0x001A: "IPM.Note", 0x0037: f"SSN {planted.ssn}", 0x0C1A: "Somebody", 0x0C1F: planted.mail, 0x1000: text,
         0x1013: f"<p>{text}</p>".encode(), 0x1009: compressed_rtf.compress(rich)},
        [{0x0C15: 1, 0x3001: "Clerk", 0x39FE: "clerk@agency.example"}],
        [{0x3705: 1, 0x3707: "list.csv", 0x3701: table}],
    )  # fmt: skip


def _apple(planted: Planted) -> bytes:
    body = "\n".join(planted.lines())
    message = f"From: {planted.mail}\nTo: clerk@agency.example\nSubject: SSN {planted.ssn}\n\n{body}\n".encode()
    plist = f"<?xml version='1.0'?><plist><dict><key>subject</key><string>{planted.phone}</string></dict></plist>\n"
    return b"%-10d\n" % len(message) + message + plist.encode()


def _seven(planted: Planted) -> bytes:
    import py7zr

    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w") as archive:
        archive.writestr("\n".join(planted.lines()).encode(), "letter.txt")
        archive.writestr(f"note,contact\nmeter,{planted.phone}\nother,{planted.mail}\n".encode(), "list.csv")
    return stream.getvalue()


def _rich(planted: Planted) -> bytes:
    lines = "".join(rf"{line}\par " for line in planted.lines())
    return (
        rf"{{\rtf1\ansi{{\info{{\title {planted.ssn}}}}} {lines}\trowd\cellx3000\cellx6000\pard\intbl "
        rf"{planted.phone}\cell {{\v {planted.mail}}}\cell\row\pard\par}}"
    ).encode()


def _open_text(planted: Planted) -> bytes:
    body = "".join(f"<text:p>{line}</text:p>" for line in planted.lines())
    cell = f"<table:table-cell><text:p>{planted.phone}</text:p></table:table-cell>"
    return open_simple(f"{body}<table:table><table:table-row>{cell}</table:table-row></table:table>")


def _open_sheet(planted: Planted) -> bytes:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in _rows(planted)
    )
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Old">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        archive.writestr("META-INF/manifest.xml", "<m/>")
    return sink.getvalue()


def _rows(planted: Planted) -> list[tuple[str, ...]]:
    return [
        ("Meter", "SSN", "Phone", "E-mail", "Remark"),
        ("17", planted.ssn, planted.phone, planted.mail, planted.lines()[2]),
        ("18", planted.ssn, planted.phone, planted.mail, "nothing"),
    ]


def _old_sheet(planted: Planted) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Old")
    for row, cells in enumerate(_rows(planted)):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _binary_sheet(planted: Planted) -> bytes:
    return binary_workbook(_rows(planted))


def binary_record(number: int, data: bytes = b"") -> bytes:
    """Return a record of an XLSB part ([MS-XLSB] 2.1.4)."""
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    size, left = b"", len(data)
    while True:
        size += bytes([left & 0x7F | (0x80 if left > 0x7F else 0)])
        left >>= 7
        if not left:
            return head + size + data


def binary_wide(text: str) -> bytes:
    """Return a text of an XLSB part, its length before it."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_workbook(rows: list[tuple[str, ...]], *, more: bytes = b"", styles: bytes = b"") -> bytes:
    """Return an XLSB (MS-XLSB) of one sheet with these texts, and ``more`` records of its cells."""
    record, wide = binary_record, binary_wide
    sheet = record(129) + record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)) + record(145)
    for at, cells in enumerate(rows):
        sheet += record(0, struct.pack("<IIHHBI", at, 0, 300, 0, 0, 0))
        for column, cell in enumerate(cells):
            sheet += record(6, struct.pack("<II", column, 0) + wide(cell))
    sheet += more + record(146) + record(130)
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + wide("r1") + wide("Old"))
    book += record(144) + record(132)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": relationships(("worksheet", "worksheets/sheet1.bin")),
        "xl/worksheets/sheet1.bin": sheet,
    }
    return zipped({**parts, "xl/styles.bin": styles} if styles else parts)


_OLD: dict[Planted, bytes] = {}


def _old_text(planted: Planted) -> bytes:
    """Return a DOC as LibreOffice writes it, once; its values are exchanged in the bytes for those of the file."""
    first = Planted.of(0)
    if first not in _OLD:
        office = older_documents.program()
        assert office is not None
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "made.rtf").write_bytes(_rich(first))
            subprocess.run(
                [office, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless", "--convert-to",
                 "doc:MS Word 97", "--outdir", folder, str(Path(folder) / "made.rtf")],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
            _OLD[first] = (Path(folder) / "made.doc").read_bytes()
    data = _OLD[first]
    for old, new in zip((first.ssn, first.phone, first.mail), (planted.ssn, planted.phone, planted.mail), strict=True):
        for code in ("cp1252", "utf-16-le"):
            data = data.replace(old.encode(code), new.encode(code))
    return data


def _mail(planted: Planted) -> bytes:
    message = EmailMessage(policy=email.policy.default.clone(linesep="\r\n"))
    message["From"], message["To"], message["Subject"] = planted.mail, "clerk@agency.example", f"SSN {planted.ssn}"
    message["Date"] = "Thu, 02 Jan 2025 03:04:05 -0700"
    message.set_content("\n".join(planted.lines()))
    message.add_alternative(f"<p>{'<br>'.join(planted.lines())}</p>", subtype="html")
    message.add_attachment(_table(planted), maintype="text", subtype="csv", filename="list.csv")
    return message.as_bytes()


def _mailbox(planted: Planted) -> bytes:
    return b"".join(b"From x@example.com Thu Jan  2 03:04:05 2025\n" + _mail(planted) + b"\n" for _ in range(2))


def _table(planted: Planted) -> bytes:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in _rows(planted)).encode()


def _modern_sheet(planted: Planted) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for row in _rows(planted):
        book.active.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _modern_text(planted: Planted) -> bytes:
    cells = "".join(f"<w:tc>{said(each)}</w:tc>" for each in (planted.phone, planted.mail))
    return simple(said(*planted.lines()) + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl><w:p/>")


def _columns(planted: Planted) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    head, *rows = _rows(planted)
    sink = io.BytesIO()
    pq.write_table(pa.table({name: [row[at] for row in rows] for at, name in enumerate(head)}), sink)
    return sink.getvalue()


def _objects(planted: Planted) -> list[dict[str, str]]:
    head, *rows = _rows(planted)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _page(planted: Planted) -> bytes:
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=(612, 792), invariant=1)
    canvas.setTitle(f"SSN {planted.ssn}")
    for at, line in enumerate(planted.lines()):
        canvas.drawString(72, 720 - 20 * at, line)
    canvas.showPage()
    canvas.save()
    return sink.getvalue()


def _web(planted: Planted) -> bytes:
    lines = "".join(f"<p>{line}</p>" for line in planted.lines())
    cells = "".join(f"<td>{each}</td>" for each in (planted.phone, planted.mail))
    return (
        f"<!DOCTYPE html><html><head><title>{planted.ssn}</title></head><body>{lines}<table><tr>{cells}</tr></table>"
        f"<!-- {planted.phone} --></body></html>"
    ).encode()


def _calendar(planted: Planted) -> bytes:
    lines = r"\n".join(each.replace(",", r"\,") for each in planted.lines())
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20250102T030405Z\r\n"
        f"DTSTART:20250103T030405Z\r\nSUMMARY:SSN {planted.ssn}\r\nDESCRIPTION:{lines[:60]}\r\n {lines[60:]}\r\n"
        f"ATTENDEE:mailto:{planted.mail}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def _card(planted: Planted) -> bytes:
    return (
        f"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Quimby;Wilma\r\nFN:Wilma Quimby\r\nTEL;HOME:{planted.phone}\r\n"
        f"EMAIL;INTERNET:{planted.mail}\r\nNOTE;ENCODING=QUOTED-PRINTABLE:SSN=20=\r\n{planted.ssn}\r\nEND:VCARD\r\n"
    ).encode()


def _zip(planted: Planted) -> bytes:
    return zipped({"letter.txt": "\n".join(planted.lines()), "list.csv": _table(planted)})


def _tape(planted: Planted) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for name, data in (("letter.txt", "\n".join(planted.lines()).encode()), ("list.csv", _table(planted))):
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
    return sink.getvalue()


BUILDERS: dict[str, tuple[str, Callable[[Planted], bytes]]] = {
    "gif": (".gif", _drawn("GIF")),
    "bmp": (".bmp", _drawn("BMP")),
    "webp": (".webp", _drawn("WEBP")),
    "winmail": (".dat", lambda planted: tnef(_message(planted))),
    "7z": (".7z", _seven),
    "emlx": (".emlx", _apple),
    "msg": (".msg", lambda planted: _message(planted).bytes()),
    "oft": (".oft", lambda planted: _message(planted).bytes()),
    "doc": (".doc", _old_text),
    "odt": (".odt", _open_text),
    "rtf": (".rtf", _rich),
    "xlsb": (".xlsb", _binary_sheet),
    "xls": (".xls", _old_sheet),
    "ods": (".ods", _open_sheet),
    "xlsx": (".xlsx", _modern_sheet),
    "docx": (".docx", _modern_text),
    "pdf": (".pdf", _page),
    "png": (".png", _drawn("PNG")),
    "jpg": (".jpg", _drawn("JPEG")),
    "tif": (".tif", _drawn("TIFF")),
    "eml": (".eml", _mail),
    "mbox": (".mbox", _mailbox),
    "csv": (".csv", _table),
    "txt": (".txt", lambda planted: "\n".join(planted.lines()).encode()),
    "json": (".json", lambda planted: json.dumps({"records": _objects(planted)}, indent=1).encode()),
    "jsonl": (".jsonl", lambda planted: "".join(json.dumps(each) + "\n" for each in _objects(planted)).encode()),
    "parquet": (".parquet", _columns),
    "html": (".html", _web),
    "md": (".md", lambda planted: ("# Meter\n\n" + "\n\n".join(planted.lines()) + "\n").encode()),
    "ics": (".ics", _calendar),
    "vcf": (".vcf", _card),
    "zip": (".zip", _zip),
    "tgz": (".tar.gz", _tape),
}
"""Ending and builder of each kind that ``docs/formats.md`` has; no tool writes a store (PST)."""


# --- damage -----------------------------------------------------------------------------


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Return bytes cut short, or with one to eight bits flipped; of a zip archive also inside of what is packed."""
    chance = dice.random()
    if chance < 0.3:
        return data[: dice.randrange(1, len(data))]
    if chance < 0.6 and data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {each.filename: bytearray(archive.read(each)) for each in archive.infolist()}
        _flip(parts[dice.choice([name for name, part in parts.items() if part])], dice)
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w") as archive:
            for name, part in parts.items():
                archive.writestr(zipfile.ZipInfo(name), bytes(part))
        return sink.getvalue()
    out = bytearray(data)
    _flip(out, dice)
    return bytes(out)


def _flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 8)):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def write_variants(kind: str, count: int, seed: int, folder: Path) -> dict[str, Planted]:
    """Write damaged files of a kind; return the values of each by the stem of its name."""
    ending, build = BUILDERS[kind]
    dice = random.Random(f"{kind} {seed}")
    known = {}
    for number in range(count):
        planted = Planted.of(number + 1)
        name = f"{kind}-{number:04d}"
        (folder / f"{name}{ending}").write_bytes(damaged(build(planted), dice))
        known[name] = planted
    return known


# --- what is in a copy --------------------------------------------------------------------


def texts_in(data: bytes) -> Iterator[str]:
    """Yield what the bytes of a copy say: as they are, unpacked, decoded from mail, without tags."""
    yield data.decode("utf-8", "replace")
    yield data.decode("utf-16-le", "replace")
    yield data[1:].decode("utf-16-le", "replace")
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for each in archive.infolist():
                yield each.filename
                yield from texts_in(archive.read(each))
    elif b"\nMIME-Version:" in data[:4000] or data.startswith((b"From:", b"Subject:", b"Date:")):
        for part in email.message_from_bytes(data, policy=email.policy.default).walk():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and len(payload) < len(data):  # a head that is none is all body
                yield from texts_in(payload)
    elif data.startswith(b"%PDF"):
        yield "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    elif data.startswith(b"PAR1"):
        import pyarrow.parquet as pq

        yield str(pq.read_table(io.BytesIO(data)).to_pylist())
    elif data.startswith(b"\x1f\x8b"):
        yield from texts_in(gzip.decompress(data))
    elif b"<" in data[:200]:
        yield re.sub(r"<[^>]*>", "", data.decode("utf-8", "replace"))


def surviving(records: Path, known: dict[str, Planted]) -> list[str]:
    """Return the copies that still say a value of their file, and which kind of value."""
    left = []
    for path in sorted(records.rglob("*")):
        stem = next((name for name in known if name in str(path.relative_to(records))), "")
        if path.is_file() and stem:
            said = {each for text in texts_in(path.read_bytes()) for each in known[stem].found_in(text)}
            left += [f"{path.name}: {each}" for each in sorted(said)]
    return left
