"""Writes MSG files for the tests: a compound file (MS-CFB, version 3) with the storages of a message (MS-OXMSG)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime

SECTOR, SMALL, CUTOFF = 512, 64, 4096
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """Return a compound file with these streams (bytes) and storages (trees)."""
    entries: list[dict] = []

    def add(name: str, node: bytes | Tree) -> int:
        at = len(entries)
        entries.append({"name": name, "node": node, "left": FREE, "right": FREE, "child": FREE})
        if isinstance(node, dict):
            numbers = [add(each, node[each]) for each in sorted(node, key=lambda each: (len(each), each.upper()))]
            entries[at]["child"] = balance(numbers)
        return at

    def balance(numbers: list[int]) -> int:
        if not numbers:
            return FREE
        middle = len(numbers) // 2
        entries[numbers[middle]]["left"] = balance(numbers[:middle])
        entries[numbers[middle]]["right"] = balance(numbers[middle + 1 :])
        return numbers[middle]

    add("Root Entry", tree)
    table: list[int] = []
    body = bytearray()
    mini, mini_table = bytearray(), []

    def store(data: bytes) -> int:
        start, count = len(table), -(-len(data) // SECTOR)
        table.extend([*range(start + 1, start + count), END] if count else [])
        body.extend(data.ljust(count * SECTOR, b"\0"))
        return start if count else END

    for each in entries[1:]:
        node = each["node"]
        if isinstance(node, dict):
            each["start"], each["size"] = 0, 0
            continue
        each["size"] = len(node)
        if len(node) >= CUTOFF:
            each["start"] = store(node)
        else:
            count = -(-len(node) // SMALL)
            each["start"] = len(mini_table) if count else END
            mini_table += [*range(len(mini_table) + 1, len(mini_table) + count), END] if count else []
            mini.extend(node.ljust(count * SMALL, b"\0"))
    entries[0]["start"], entries[0]["size"] = store(bytes(mini)), len(mini)
    mini_start = store(
        b"".join(struct.pack("<I", each) for each in mini_table).ljust(-(-len(mini_table) // 128) * SECTOR, b"\xff")
    )
    mini_sectors = -(-len(mini_table) // 128)
    packed = bytearray()
    for at, each in enumerate(entries):
        name = each["name"].encode("utf-16-le") + b"\0\0"
        kind = 5 if at == 0 else 1 if isinstance(each["node"], dict) else 2
        packed += name.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(name), kind, 1, each["left"], each["right"], each["child"]
        )
        packed += bytes(16) + struct.pack("<I", 0) + bytes(16) + struct.pack("<IQ", each["start"], each["size"])
    while len(packed) % SECTOR:
        packed += bytes(64) + struct.pack("<HBBIII", 0, 0, 1, FREE, FREE, FREE) + bytes(48)
    directory = store(bytes(packed))
    fats = 1
    while fats * 128 < len(table) + fats:
        fats += 1
    places = list(range(len(table), len(table) + fats))
    table += [FAT] * fats
    table += [FREE] * (fats * 128 - len(table))
    body.extend(b"".join(struct.pack("<I", each) for each in table))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack(
        "<IIIIIIIII", 0, fats, directory, 0, CUTOFF, mini_start if mini_sectors else END, mini_sectors, END, 0
    )
    head += b"".join(struct.pack("<I", each) for each in places[:109]).ljust(109 * 4, b"\xff")
    return head.ljust(SECTOR, b"\0") + bytes(body)


# --- the same as a TNEF stream (winmail.dat, MS-OXTNEF) ------------------------------------

IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


def tnef(message: Msg) -> bytes:
    """Return a message as the stream that Outlook attaches to it."""
    out = b"\x78\x9f\x3e\x22\x01\x00" + _attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    out += _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    out += _attribute(1, 0x00078008, str(message.properties.get(0x001A, "IPM.Note")).encode() + b"\0")
    if message.recipients:
        rows = b"".join(_mapi(each) for each in message.recipients)
        out += _attribute(1, 0x00069004, struct.pack("<I", len(message.recipients)) + rows)
    out += _attribute(1, 0x00069003, _mapi(message.properties, message.named))
    for each in message.attachments:
        out += _attribute(2, 0x00069002, bytes(14))
        out += _attribute(2, 0x00018010, b"short.dat\0")
        if isinstance(each.get(0x3701), bytes):
            out += _attribute(2, 0x0006800F, each[0x3701])
        out += _attribute(
            2, 0x00069005, _mapi({k: v for k, v in each.items() if not isinstance(v, bytes) or k != 0x3701})
        )
    return out


def _attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _mapi(properties: dict[int, object], named: dict[int, object] | None = None) -> bytes:
    items = [(number, b"", value) for number, value in properties.items()]
    for at, (identifier, value) in enumerate((named or {}).items()):
        items.append((0x8000 + at, bytes(16) + struct.pack("<II", 0, identifier), value))
    out = struct.pack("<I", len(items))
    for number, name, value in items:
        kind, payload = _mapi_value(value)
        out += struct.pack("<HH", kind, number) + name + payload
    return out


def _mapi_value(value: object) -> tuple[int, bytes]:
    match value:
        case bool():
            return 0x000B, struct.pack("<HH", value, 0)
        case int():
            return 0x0003, struct.pack("<i", value)
        case datetime():
            return 0x0040, struct.pack(
                "<Q", int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
            )
        case str():
            kind, data = 0x001F, value.encode("utf-16-le") + b"\0\0"
        case bytes():
            kind, data = 0x0102, value
        case Msg():
            kind, data = 0x000D, IID_MESSAGE + tnef(value)
        case _:
            raise TypeError(type(value))
    return kind, struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)


Value = "str | bytes | int | bool | datetime"


@dataclass
class Msg:
    """A message to be written: properties by number, recipients and attachments alike; ``named`` by long identifier."""

    properties: dict[int, object] = field(default_factory=dict)
    recipients: list[dict[int, object]] = field(default_factory=list)
    attachments: list[dict[int, object]] = field(default_factory=list)
    named: dict[int, object] = field(default_factory=dict)

    def bytes(self) -> bytes:
        return compound(self.tree(is_root=True))

    def tree(self, *, is_root: bool) -> Tree:
        names = list(self.named)
        own = {**self.properties, **{0x8000 + at: self.named[each] for at, each in enumerate(names)}}
        counts = struct.pack(
            "<8xIIII", len(self.recipients), len(self.attachments), len(self.recipients), len(self.attachments)
        )
        tree = _storage(own, counts + (bytes(8) if is_root else b""))
        for at, each in enumerate(self.recipients):
            tree[f"__recip_version1.0_#{at:08X}"] = _storage(each, bytes(8))
        for at, each in enumerate(self.attachments):
            tree[f"__attach_version1.0_#{at:08X}"] = _storage(each, bytes(8))
        if is_root:
            entries = b"".join(struct.pack("<IHH", each, 0x0004, at) for at, each in enumerate(names))
            tree["__nameid_version1.0"] = {
                "__substg1.0_00020102": bytes(16),
                "__substg1.0_00030102": entries,
                "__substg1.0_00040102": b"",
            }
        return tree


def _storage(properties: dict[int, object], head: bytes) -> Tree:
    tree: Tree = {}
    packed = bytearray(head)
    for number, value in sorted(properties.items()):
        match value:
            case bool():
                kind, payload, stream = 0x000B, struct.pack("<Q", value), None
            case int():
                kind, payload, stream = 0x0003, struct.pack("<ii", value, 0), None
            case datetime():
                ticks = int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
                kind, payload, stream = 0x0040, struct.pack("<Q", ticks), None
            case str():
                stream = value.encode("utf-16-le")
                kind, payload = 0x001F, struct.pack("<II", len(stream) + 2, 0)
            case bytes():
                stream, kind, payload = value, 0x0102, struct.pack("<II", len(value), 0)
            case Msg():
                tree["__substg1.0_3701000D"] = value.tree(is_root=False)
                stream, kind, payload = None, 0x000D, struct.pack("<II", 0xFFFFFFFF, 1)
            case _:
                raise TypeError(type(value))
        packed += struct.pack("<HHI", kind, number, 6) + payload
        if stream is not None:
            tree[f"__substg1.0_{number:04X}{kind:04X}"] = stream
    tree["__properties_version1.0"] = bytes(packed)
    return tree
