"""The mail that is measured: the sample mailbox, and raw messages of labelled sets where a folder has them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.formats import HEAD_SIZE, format_of
from pipeline.model import Source

ROOT = Path(__file__).resolve().parent.parent
SETS = ROOT.parent / "shared" / "eval" / "dev"
MAILBOX = ROOT / "sample_data" / "mailbox" / "constituent-mail.mbox"
MAIL_SETS = ("emailcoref_enron", "spamassassin_mail_silver")

Message = list[tuple[str, str]]
"""The segments of a message: label and text."""


def messages(sets: Path = SETS) -> list[Message]:
    """Return the decoded segments of every message, each distinct segment once in all."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for message in _raw(sets):
        fresh = [segment for segment in dict.fromkeys(message) if segment not in seen]
        seen.update(fresh)
        if fresh:
            kept.append(fresh)
    return kept


def parts(every: list[Message], count: int) -> list[list[Message]]:
    """Return the messages in ``count`` parts, dealt out in turn."""
    return [every[number::count] for number in range(count)]


def size(message: Message) -> int:
    """Return the characters of a message."""
    return sum(len(text) for _, text in message)


def _raw(sets: Path) -> Iterator[Message]:
    yield from _segments(MAILBOX.read_bytes(), MAILBOX.name)
    for name in MAIL_SETS:
        path = sets / f"{name}.jsonl"
        if not path.exists():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from _segments(json.loads(line)["text"].encode(), "message.txt")


def _segments(payload: bytes, name: str) -> Iterator[Message]:
    kind = format_of(payload[:HEAD_SIZE], name)
    if kind is None:
        return
    source = Source(name, kind.name, len(payload))
    for unit in kind.units(io.BytesIO(payload), source):
        segments = kind.read(payload[unit.start : unit.stop], unit).segments
        yield [(each.label, each.text) for each in segments if each.text.strip()]
