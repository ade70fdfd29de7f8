"""What no format reads is held with words that say what it is and what to do."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.formats import format_of
from pipeline.formats.naming import unread_kind

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def package(*names: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in names:
            archive.writestr(name, "Jane Quorvane")
    return sink.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "said"),
    [
        (package("[Content_Types].xml", "ppt/presentation.xml"), "a.pptx", "a presentation"),
        (
            b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.presentation",
            "a.odp",
            "a presentation",
        ),
        (OLE + bytes(600) + "PowerPoint Document".encode("utf-16-le"), "a.ppt", "a presentation"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "a.pptx", "take the password off"),
        (OLE + bytes(600), "a.pub", "an older Office document"),
        (bytes.fromhex("0904060000001000"), "a.xls", "Excel 2 to 4"),
        (b"\xffWPC" + bytes(20), "a.wpd", "WordPerfect"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "a.xls", "Excel 2003"),
        (b'<?xml version="1.0"?><note>Jane Quorvane</note>', "a.xml", "it is XML"),
        (b"\x00\x01\x02Jane Quorvane", "a.bin", "no format that can be read"),
    ],
)
def test_a_file_of_no_format_is_told_by_its_content(head: bytes, name: str, said: str) -> None:
    """No format claims it; the reason names its kind and a remedy, and nothing that stands in it."""
    assert format_of(head, name) is None
    told = unread_kind(head)
    assert said in told
    assert ": " in told
    assert "Quorvane" not in told
