"""JSON Lines and JSON: what is read, what is written, what is refused, and where."""

from __future__ import annotations

import io
import json
import random
import time
from pathlib import Path

import pytest
from conftest import everything_in
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UnreadableSource
from pipeline.formats import HEAD_SIZE, format_named, format_of
from pipeline.model import Block, Cell, Edit, Source, SpanError
from pipeline.verify import second_reader

GOLDEN = Path(__file__).parent / "golden"
LINES, DOCUMENT = format_named("json_lines"), format_named("json_document")


def units_of(data: bytes, kind=LINES):
    return list(kind.units(io.BytesIO(data), Source("f", kind.name, len(data))))


def segments_of(data: bytes, kind=LINES):
    return [each for unit in units_of(data, kind) for each in kind.read(data[unit.start : unit.stop], unit).segments]


def withheld(data: bytes, value: str, kind=LINES, marker: str = "[REDACTED]") -> bytes:
    """The copy of ``data`` in which ``value`` is withheld wherever it is read."""
    out = b""
    for unit in units_of(data, kind):
        payload = data[unit.start : unit.stop]
        edits = [
            Edit(each.address, at, at + len(value), marker)
            for each in kind.read(payload, unit).segments
            if (at := each.text.find(value)) >= 0
        ]
        out += kind.rewrite(payload, unit, edits)
    return out


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def leaves(value, into):
    if isinstance(value, dict):
        for key, below in value.items():
            into.append(key)
            leaves(below, into)
    elif isinstance(value, list):
        for each in value:
            leaves(each, into)
    elif isinstance(value, str):
        into.append(value)
    elif value is not None and not isinstance(value, bool):
        is_whole = isinstance(value, float) and value.is_integer() and 1e5 <= abs(value) < 1e16
        into.append(f"{value:.0f}" if is_whole else json.dumps(value))  # a number that was written as a fraction
    return into


@settings(max_examples=150, deadline=None)
@given(st.lists(values, min_size=1, max_size=5), st.booleans())
def test_every_key_string_and_number_is_read_and_the_bytes_come_back(records, ascii_only):
    """Whatever the records: all their texts are segments, and a copy without edits has the same bytes."""
    lines = "\n".join(json.dumps(each, ensure_ascii=ascii_only) for each in records)
    array = json.dumps(records, ensure_ascii=ascii_only, indent=1)
    for text, kind in ((lines, LINES), (array, DOCUMENT)):
        data = text.encode("utf-8", "surrogatepass")
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            with pytest.raises(UnreadableSource):
                units_of(data, kind)
            continue
        read = {each.text for each in segments_of(data, kind)}
        wanted = {
            each.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for each in leaves(records, []) if each
        }
        assert {each for each in wanted if "\ufffd" not in each} <= read
        assert b"".join(kind.rewrite(data[u.start : u.stop], u, ()) for u in units_of(data, kind)) == data
        assert all(
            second_reader(kind.name, data[u.start : u.stop], u.context) is not None for u in units_of(data, kind)
        )


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1), st.data())
def test_an_edit_changes_what_it_covers_and_nothing_beside(text, data):
    """An edit of any span of any string gives that string, read by the standard library, with the span replaced."""
    if any("\ud800" <= each <= "\udfff" for each in text):
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    line = json.dumps({"a": text, "b": [text]}, ensure_ascii=data.draw(st.booleans())).encode()
    (unit,) = units_of(line)
    (segment,) = [each for each in LINES.read(line, unit).segments if each.label == "a"]
    copy = json.loads(LINES.rewrite(line, unit, [Edit(segment.address, start, end, 'say "x"\\')]))
    assert copy == {"a": text[:start] + 'say "x"\\' + text[end:], "b": [text]}


def test_a_number_that_is_withheld_becomes_a_string_and_the_others_stay_numbers():
    """Types stay where nothing was edited."""
    data = b'{"ssn": 123456789, "n": 1.50, "big": 1e999, "t": true, "z": null}\n'
    assert withheld(data, "123456789") == b'{"ssn": "[REDACTED]", "n": 1.50, "big": 1e999, "t": true, "z": null}\n'


def test_escapes_hide_nothing():
    """A value written in escapes is read as it reads, withheld, and the escapes around it stay."""
    data = rb'{"a": "\u00e9 \u0034\u0030\u0036-555-0143 \ud83d\ude00\/", "\u006eame": 1}'
    copy = withheld(data, "406-555-0143")
    assert copy == rb'{"a": "\u00e9 [REDACTED] \ud83d\ude00\/", "\u006eame": 1}'
    assert "name" in {each.text for each in segments_of(data)}


def test_a_key_can_be_withheld_in_every_record_that_has_it():
    """A column's key is examined once a unit and edited in each of its records; a key that is data where it stands."""
    data = b'{"ada": 1, "w@example.com": 2}\n{"ada": 3}\n'
    keys = [each for each in segments_of(data) if each.text in ("ada", "w@example.com")]
    assert [(each.text, each.record) for each in keys] == [("ada", "f#header"), ("w@example.com", "f#row0")]
    assert withheld(data, "ada", marker="x") == b'{"x": 1, "w@example.com": 2}\n{"x": 3}\n'
    assert withheld(data, "w@example.com", marker="x") == b'{"ada": 1, "x": 2}\n{"ada": 3}\n'


def test_duplicate_keys_are_both_read():
    """Of two equal keys, each value has an address, a reading, and its place in the independent reader's texts."""
    data = b'{"a": "first one", "a": "second one"}\n{"a": "third one"}\n'
    assert {"first one", "second one", "third one"} <= {each.text for each in segments_of(data)}
    (unit,) = units_of(data)
    assert "first one" in (second_reader("json_lines", data, unit.context) or [""])[0]
    assert b"second" not in withheld(data, "second one")


def test_a_row_without_edits_is_copied_and_one_that_is_no_json_is_refused_all_the_same():
    """Only the rows of edits are cut into signs; what the unit was not cut for is refused wherever it stands."""
    data = b'{"a" : "one", "n":[1.0, true , -2e5]}\n{ "a":"two\\u00e9" }\n{"a":"three","z":{}}\n'
    (unit,) = units_of(data)
    (two,) = [each for each in segments_of(data) if each.text == "two\u00e9"]
    edits = [Edit(two.address, 0, 3, "x")]
    assert LINES.rewrite(data, unit, edits) == data.replace(b"two", b"x")
    with pytest.raises(UnreadableSource):
        LINES.rewrite(data.replace(b"three", b'th"ee'), unit, edits)
    with pytest.raises(SpanError):
        LINES.rewrite(data, unit, [Edit((Cell(7, 0),), 0, 1, "x")])


def test_objects_are_told_apart_within_their_record_only():
    """What is left empty at the end of one record is no object of the next: the outermost is the outermost in each."""
    data = b'{"a": {"b": "inner"}, "c": "outer", "d": {}}\n{"a": {"b": "inner"}, "c": "outer", "d": {}}\n'
    found = [(each.text, each.within) for each in segments_of(data) if each.text in ("inner", "outer")]
    assert found == [("inner", "1"), ("outer", ""), ("inner", "1"), ("outer", "")]


@pytest.mark.parametrize("space", ["", " ", "\n  "])
def test_elements_of_an_array_are_read_alike_however_they_are_spaced(space):
    """A long array is cut into units behind elements; each record has its number, its column and its place."""
    records = [{"a": f"t{row}", "n": [row, {"b": "]},[" * 99}]} for row in range(1_000)]
    data = ("[" + space + f"{space},{space}".join(map(json.dumps, records)) + space + "]" + space).encode()
    units = units_of(data, DOCUMENT)
    assert len(units) > 1
    found = [s for u in units for s in DOCUMENT.read(data[u.start : u.stop], u).segments if s.text[0] == "t"]
    assert [(each.text, each.address[0].row) for each in found] == [(f"t{row}", row) for row in range(1_000)]
    copies = [
        DOCUMENT.rewrite(data[u.start : u.stop], u, [Edit(s.address, 0, 1, "x") for s in found if s in own])
        for u in units
        for own in [set(DOCUMENT.read(data[u.start : u.stop], u).segments)]
    ]
    assert b"".join(copies) == data.replace(b'"t', b'"x')


def test_values_of_a_list_are_blocks_of_their_cell():
    """Lists under a key that comes again have a column; each value in them its place."""
    data = b'{"a": {"p": ["one", "two"]}}\n{"a": {"p": [["three"], "four"]}}\n'
    found = {each.text: each.address for each in segments_of(data) if each.label == "p"}
    column = found["one"][0].column
    assert found["one"] == (Cell(0, column), Block(0))
    assert found["two"] == (Cell(0, column), Block(1))
    assert found["four"] == (Cell(1, column), Block(0))


def test_json_inside_a_string_is_text():
    """JSON in a JSON string is read as the text that it is."""
    assert '{"b": "c"}' in {each.text for each in segments_of(rb'{"a": "{\"b\": \"c\"}"}')}


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b'{"a": 1}\n{"a": }\n', 2, "no JSON"),
        (b'{"a": 1}\n\n{"a": NaN}\n', 3, "NaN"),
        (b'{"a": -Infinity}\n', 1, "Infinity"),
        (b'{"a": 1}\n{"a": "\xff"}\n', 2, "no text in utf-8"),
        (b'{"a": 1}\n{"a": "x\x00y"}\n', 2, "no JSON"),
        (b'{"a": 1}\n{"a": 1} // jane@example.com\n', 2, "no JSON"),
        (b'{"a": 1}\n' + b"[" * 10_000 + b"]" * 10_000 + b"\n", 2, "nested deeper"),
        (b'{"a": 1}\n\xef\xbb\xbf{"a": 2}\n', 2, "no JSON"),
        (b'{"a": 01}\n', 1, "no JSON"),
        (b'{"a": 1}\n{"a": "' + b"x" * (17 << 20) + b'"}\n', 2, "longer than 16 MiB"),
    ],
)
def test_a_line_that_is_no_json_is_refused_with_its_number(data, line, why):
    """The reason says which line and why, and holds nothing of it."""
    with pytest.raises(UnreadableSource) as raised:
        units_of(data)
    assert f"line {line}: " in raised.value.what
    assert why in raised.value.what
    assert "jane" not in str(raised.value)


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b'[\n1,\n{"a": }\n]', 3, "no JSON"),
        (b"[1,\n2", 2, "does not end"),
        (b"[1,]", 1, "no JSON"),
        (b"[,1]", 1, "no JSON"),
        (b"[1]\n x", 2, "behind its end"),
        (b'{"a": 1}\n{"a": 2}', 2, "no JSON"),
        (b'{"a":\n NaN, "b": "NaN"}', 2, "NaN"),
        (b"[" * 10_000 + b"]" * 10_000, 1, "nested deeper"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 1, "nested deeper"),
        (b'["' + b"x" * (17 << 20) + b'"]', 1, "more than 16 MiB"),
    ],
)
def test_a_document_that_is_no_json_is_refused_with_its_line(data, line, why):
    """The reason says where and why."""
    with pytest.raises(UnreadableSource) as raised:
        units_of(data, DOCUMENT)
    assert why in raised.value.what
    assert f"line {line}: " in raised.value.what


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b'{"a": 1}\n{"a": 2}\n', "export.txt", "json_lines"),
        (b'{"a": 1}\n{"a": 2}\n', "export.csv", "json_lines"),
        (b'{"a": 1}\n{"a": 2}\n', "export.json", "json_lines"),
        (b'{"a": 1}\n', "export", "json_document"),
        (b'{"a": 1}\n', "export.jsonl", "json_lines"),
        (b'[\n {"a": 1}\n]\n', "export.jsonl", "json_document"),
        (b"[1]\n[2]\n", "export.json", "json_lines"),
        (b"{broken", "export.json", "json_document"),
        (b'{"a": 1, "b": ' + b"9" * HEAD_SIZE, "export.json", "json_document"),
        (b"[1] Smith, a book of rivers\n", "notes.txt", "plain_text"),
        (b'"quoted","cells"\n"a","b"\n"c","d"\n', "a.csv", "delimited"),
    ],
)
def test_the_content_tells_the_format(data, name, kind):
    """Not the name but what stands in a file says that it is JSON, and which."""
    assert format_of(data, name).name == kind


def test_a_large_array_is_cut_in_bounded_memory():
    """An array of 8 MB gives many units whose readings are the elements, in linear time and little memory."""
    import tracemalloc

    def array(count):
        yield b"[\n"
        for number in range(count):
            yield b"," * bool(number) + json.dumps({"n": number, "t": "word " * 30, "l": [[number]]}).encode() + b"\n"
        yield b"]"

    data = b"".join(array(40_000))
    stream = io.BytesIO(data)
    tracemalloc.start()
    units = list(DOCUMENT.units(stream, Source("f", "json_document", len(data))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data) > 7_000_000
    assert len(units) > 20
    assert peak < 16 << 20
    last = DOCUMENT.read(data[units[-1].start :], units[-1]).segments
    assert [each.text for each in last if each.label == "n"][-1] == "39999"
    assert last[-1].record == "f#row39999"


def test_one_long_string_in_an_array_is_walked_in_linear_time():
    """A string of 12 MB that never ends is refused in seconds."""
    begun = time.process_time()
    with pytest.raises(UnreadableSource):
        units_of(b'["' + b"\\\\" * (6 << 20), DOCUMENT)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "path", sorted((GOLDEN / "json_lines").iterdir()) + sorted((GOLDEN / "json_document").iterdir())
)
def test_flipped_bits_and_truncations_are_read_or_refused(path):
    """Of 200 damaged files each is read whole or refused with a reason; nothing else is raised."""
    data, dice = path.read_bytes(), random.Random(11)
    for number in range(200):
        damaged = bytearray(data)
        if number % 2:
            del damaged[dice.randrange(len(damaged)) :]
        else:
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        damaged = bytes(damaged)
        try:
            kind = format_of(damaged[:HEAD_SIZE], path.name)
            if kind is None:
                continue
            copy = b""
            for unit in units_of(damaged, kind):
                payload = damaged[unit.start : unit.stop]
                kind.read(payload, unit)
                copy += kind.rewrite(payload, unit, ())
                second_reader(kind.name, payload, unit.context)
            assert copy == damaged
        except UnreadableSource:
            continue


@pytest.mark.models
def test_the_road_withholds_in_every_hiding_place(road, tmp_path):
    """Keys, escapes, numbers, nested lists, JSON in strings: nothing planted survives, types stay where they may."""
    source = tmp_path / "in"
    source.mkdir()
    rows = [
        {
            "id": n,
            "full_name": f"{a} Testperson",
            "email": f"{a.lower()}@example.com",
            "ssn": 219_09_9990 + n,
            "ok": True,
        }
        for n, a in enumerate(["Wilma", "Bruno", "Carla", "Dietrich", "Esther", "Frank", "Gloria", "Hector"])
    ]
    rows[2]["ssn"] = "219-09-9992"
    lines = [json.dumps(row) for row in rows]
    lines[3] = lines[3].replace("dietrich@example.com", r"\u0064ietrich\u0040example.com")
    lines[4] = (
        lines[4][:-1]
        + ', "esther.private@example.org": {"x": ["call 406-555-0143", "{\\"m\\": \\"q@example.net\\"}"]}}'
    )
    (source / "people.jsonl").write_text("\n".join(lines) + "\n")
    (source / "people.json").write_text(json.dumps(rows, indent=2))
    done = road.release(source, tmp_path / "out")
    assert done.summary.complete
    written = everything_in(tmp_path / "out" / "records")
    for planted in ("@example", "esther.private", "555-0143", "21909999", "219-09", r"\u0040"):
        assert planted.encode() not in written, planted
    copy = [json.loads(line) for line in (tmp_path / "out/records/people.jsonl").read_text().splitlines()]
    assert [row["id"] for row in copy] == list(range(8))
    assert all(row["ok"] is True for row in copy)
    assert len(json.loads((tmp_path / "out/records/people.json").read_text())) == 8


@pytest.mark.models
def test_records_that_are_flat_have_column_classes(road, tmp_path):
    """The columns of JSON Lines are classified like those of a table."""
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps({"n": n, "contact": {"email": f"a{n}@example.com"}}) + "\n" for n in range(30)))
    (file,) = road.scan(path).files
    classes = {each.index: each for each in file.planned.columns}
    email = next(each for each in classes.values() if each.kind == "entity")
    assert email.entity == "EMAIL_ADDRESS"
    segment = next(each for each in segments_of(path.read_bytes()) if each.label == "email")
    assert segment.address == (Cell(0, email.index),)
