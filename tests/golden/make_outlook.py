"""Makes the messages in ``tests/golden/msg``: ``python tests/golden/make_outlook.py``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import compressed_rtf

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from outlook_files import Msg

HERE = Path(__file__).parent / "msg"
MOMENT = datetime(2025, 3, 3, 17, 0, tzinfo=UTC)
WRAPPED = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}{\*\htmltag19 <html>}{\*\htmltag50 <body>}"
    rb"\htmlrtf {\htmlrtf0 {\*\htmltag64 <p>}The road is closed, says Wilma T\'e9stperson \u8212?"
    rb" call 406-555-0123.{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0{\*\htmltag58 </body>}{\*\htmltag27 </html>}}"
)
RICH = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\info{\author Wilma}}\pard Dear \b clerk\b0 ,\par the road is closed.\par}"


def recipient(kind: int, name: str, address: str) -> dict[int, object]:
    """Return a recipient: kind 1 is To, 2 Cc, 3 Bcc."""
    return {0x0C15: kind, 0x3001: name, 0x39FE: address}


def messages() -> dict[str, Msg]:
    """Return the messages by the names of their files."""
    plain = Msg(
        {0x001A: "IPM.Note", 0x0037: "Water rates", 0x0042: "Wilma Testperson", 0x0065: "wilma.testperson@example.com",
         0x0039: MOMENT, 0x1000: "Dear clerk,\r\nplease call 406-555-0123.\r\n"},
        [recipient(1, "Clerk", "clerk@example.gov"), recipient(3, "Hank Petrosky", "hank@example.org")],
    )  # fmt: skip
    wrapped = Msg(
        {0x001A: "IPM.Note", 0x0037: "Road", 0x0042: "Wilma Testperson", 0x1009: compressed_rtf.compress(WRAPPED),
         0x007D: "Received: from x.example.org [192.0.2.7]\r\nX-Secret: left out\r\n", 0x0070: "Road"},
        [recipient(1, "Clerk", "clerk@example.gov"), recipient(2, "Second", "second@example.org")],
        [{0x3705: 1, 0x3707: "rows.csv", 0x3701: b"Name,Phone\r\nWilma Testperson,406-555-0123\r\n"},
         {0x3705: 5, 0x3701: plain}],
        {0x8554: "16.0"},
    )  # fmt: skip
    rich = Msg({0x001A: "IPM.Note", 0x0037: "Rich", 0x0C1A: "Clerk", 0x1009: compressed_rtf.compress(RICH)})
    meeting = Msg(
        {0x001A: "IPM.Appointment", 0x0037: "Hearing", 0x1000: "Bring the letter of Wilma Testperson."},
        [recipient(1, "Clerk", "clerk@example.gov")],
        named={0x8208: "12 Elm Street, Helena", 0x820D: MOMENT, 0x820E: MOMENT, 0x8238: "Wilma Testperson; Clerk"},
    )
    contact = Msg(
        {0x001A: "IPM.Contact", 0x0037: "Wilma Testperson", 0x3001: "Wilma Testperson", 0x3A06: "Wilma",
         0x3A11: "Testperson", 0x3A09: "406-555-0123", 0x3A48: "Hank Petrosky"},
        named={0x8083: "wilma.testperson@example.com", 0x801A: "12 Elm Street, Helena, MT 59601"},
    )  # fmt: skip
    return {
        "plain.msg": plain, "html_in_rtf.msg": wrapped, "rich_text.msg": rich, "meeting.msg": meeting,
        "contact.msg": contact,
    }  # fmt: skip


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, message in messages().items():
        (HERE / name).write_bytes(message.bytes())
