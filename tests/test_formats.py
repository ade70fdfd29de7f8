"""One contract over every format: what ``pipeline/formats/base.py`` promises, on every file in ``tests/golden``."""

import io
import pickle
import random
from pathlib import Path

import pytest

from pipeline.errors import UnreadableSource
from pipeline.formats import FORMATS, HEAD_SIZE, format_named, format_of
from pipeline.formats.base import assembled
from pipeline.model import Cell, Edit, Reading, Role, Source, SpanError, Unit

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(
    path
    for path in GOLDEN.rglob("*")
    if path.is_file() and format_of(path.read_bytes()[:HEAD_SIZE], path.name) is not None
)
EXACT = {"delimited", "plain_text", "json_lines", "json_document"}


def _units(kind, data: bytes) -> list[Unit]:
    return list(kind.units(io.BytesIO(data), Source("golden", kind.name, len(data))))


def _readings(kind, data: bytes) -> list[Reading]:
    return [kind.read(data[unit.start : unit.stop], unit) for unit in _units(kind, data)]


def _copied(kind, copy: bytes) -> list[Reading]:
    """Read a copy as it is read where it has just been written."""
    cut = getattr(kind, "units_of_copy", kind.units)
    units = cut(io.BytesIO(copy), Source("golden", kind.name, len(copy)))
    return [kind.read(copy[unit.start : unit.stop], unit) for unit in units]


def _copy(kind, data: bytes, edits=()) -> bytes:
    parts = []
    for unit in _units(kind, data):
        payload = data[unit.start : unit.stop]
        parts.append(kind.rewrite(payload, unit, edits if unit.ordinal == 0 else ()))
    sink = io.BytesIO()
    assembled(kind, parts, sink)
    return sink.getvalue()


def _is_json_key(kind, segment) -> bool:
    step = segment.address[-1]
    return kind.name.startswith("json_") and (
        (isinstance(step, Cell) and step.row < 0) or getattr(step, "is_key", False)
    )


def _texts(readings: list[Reading]) -> list[str]:
    return [segment.text for reading in readings for segment in reading.segments]


@pytest.fixture(params=FILES, ids=lambda path: str(path.relative_to(GOLDEN)))
def sample(request):
    data = request.param.read_bytes()
    return format_of(data[:HEAD_SIZE], request.param.name), data


def test_every_format_has_golden_files():
    """No format is without a file that this contract runs on."""
    found = {format_of(path.read_bytes()[:HEAD_SIZE], path.name).name for path in FILES}
    assert found == {kind.name for kind in FORMATS}


def test_names_of_formats_are_their_own():
    """A format is found again under its name, and holds a unit or a file."""
    for kind in FORMATS:
        assert format_named(kind.name) is kind
        assert kind.holds in ("unit", "file")


def test_an_empty_file_is_claimed_by_no_format():
    """A file of no bytes is nobody's, whatever it is called."""
    for name in ("a.csv", "a.txt", "a.eml", "a.mbox", "a"):
        assert format_of(b"", name) is None


@pytest.mark.parametrize(
    "head", [b"\0\0\1\0\x01\0\x20\x20" * 30, b"\x7fELF\x02\x01\x01\0", b"PK\x03\x04\x14\0\x06\0" * 9]
)
def test_binary_files_are_claimed_by_no_format(head):
    """Programs, archives and pictures of other kinds are nobody's, even under the name of a text."""
    for name in ("a.bin", "a.txt", "a"):
        assert format_of(head, name) is None


def test_units_cover_every_byte_in_order(sample):
    """The units of a source lie one after another from its first byte to its last, and pickle."""
    kind, data = sample
    at, before = 0, None
    for number, unit in enumerate(_units(kind, data)):
        shares = before is not None and (unit.start, unit.stop) == (before.start, before.stop)
        assert (unit.ordinal, unit.start) == (number, before.start if shares else at)
        assert not shares or kind.name in {
            "parquet",
            "workbook",
            "document",
            "pdf",
            "picture",
        }  # a row group's; read whole
        assert pickle.loads(pickle.dumps(unit)) == unit
        at, before = unit.stop, unit
    assert at == len(data)


def test_two_readings_are_equal(sample):
    """Reading the same bytes twice gives the same segments, gaps and dropped parts."""
    kind, data = sample
    assert _readings(kind, data) == _readings(kind, data)


def test_addresses_are_unique_and_texts_are_text(sample):
    """Within a unit no two segments share an address; no text holds a lone surrogate or is empty."""
    kind, data = sample
    for reading in _readings(kind, data):
        addresses = [segment.address for segment in reading.segments]
        assert len(set(addresses)) == len(addresses)
        for segment in reading.segments:
            segment.text.encode("utf-8")
            assert segment.text
            assert segment.record.startswith("golden")


def test_copy_without_edits_says_the_same(sample):
    """Without edits the copy has the text of the original; tables and texts even its bytes."""
    kind, data = sample
    copy = _copy(kind, data)
    if kind.name in EXACT:
        assert copy == data
    elif not any(reading.gaps or reading.dropped for reading in _readings(kind, data)):
        assert _texts(_copied(kind, copy)) == _texts(_readings(kind, data))


def test_edits_touch_their_span_only(sample):
    """An edit replaces its span; in tables and texts every other segment of the copy reads as before.

    In a message what an edit leaves without meaning (the time of a meeting) may go altogether.
    """
    kind, data = sample
    reading = _readings(kind, data)[0]
    plain = [
        segment for segment in reading.segments if segment.role in (Role.TEXT, Role.CELL) and len(segment.text) > 3
    ]
    if reading.gaps or not plain:
        pytest.skip("nothing to edit, or parts that do not travel")
    for segment in plain[:20]:
        middle = len(segment.text) // 2
        edit = Edit(segment.address, middle, len(segment.text) - 1, "[REDACTED]")
        copy = _copy(kind, data, (edit,))
        wanted = segment.text[:middle] + "[REDACTED]" + segment.text[-1]
        after = {each.address: each.text for each in _copied(kind, copy)[0].segments}
        before = {each.address: each.text for each in reading.segments}
        if _is_json_key(kind, segment):  # what stood under it stands under another key now
            assert set(after.values()) - {wanted, segment.text} == set(before.values()) - {segment.text}
        elif kind.name in EXACT or kind.name == "parquet":
            assert after == before | {segment.address: wanted}
        else:
            assert list(after.values()).count(segment.text) == list(before.values()).count(segment.text) - 1


def test_edits_that_do_not_fit_are_refused(sample):
    """An edit past the end of its segment raises, and its message holds no text of the record."""
    kind, data = sample
    (unit, *_), (reading, *_) = _units(kind, data), _readings(kind, data)
    for segment in reading.segments[:3]:
        edit = Edit(segment.address, 0, len(segment.text) + 1, "[REDACTED]")
        with pytest.raises(SpanError) as raised:
            kind.rewrite(data[unit.start : unit.stop], unit, (edit,))
        assert len(segment.text) < 4 or segment.text not in str(raised.value)


def test_damaged_files_are_read_or_refused(sample):
    """A file cut short or with changed bytes is read whole or raises UnreadableSource, nothing else."""
    kind, data = sample
    dice = random.Random(7)
    variants = [data[: dice.randrange(len(data))] for _ in range(12)]
    for _ in range(24):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 4)):
            changed[dice.randrange(len(changed))] = dice.choice(
                [0, 10, 13, 34, 44, 92, 128, 195, 255, dice.randrange(256)]
            )
        variants.append(bytes(changed))
    for variant in variants:
        try:
            units = _units(kind, variant)
            for unit in units:
                payload = variant[unit.start : unit.stop]
                for segment in kind.read(payload, unit).segments:
                    segment.text.encode("utf-8")
                copy = kind.rewrite(payload, unit, ())
                assert kind.name not in EXACT or copy == payload
            assert sum(stop - start for start, stop in {(each.start, each.stop) for each in units}) == len(variant)
        except UnreadableSource:
            continue
