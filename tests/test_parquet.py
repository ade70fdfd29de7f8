"""Parquet: what is read, what is written, and that nothing of the original container survives."""

from __future__ import annotations

import io
import json
import os
import random
import signal
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import everything_in

from pipeline.errors import UnreadableSource
from pipeline.formats import format_named, format_of
from pipeline.formats.base import assembled
from pipeline.model import Block, Cell, Column, Edit, Source
from pipeline.verify import second_reader

GOLDEN = Path(__file__).parent / "golden" / "parquet"
KIND = format_named("parquet")


def as_bytes(table, **how) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **how)
    return sink.getvalue()


def units_of(data: bytes):
    return list(KIND.units(io.BytesIO(data), Source("f", "parquet", len(data))))


def segments_of(data: bytes):
    return [each for unit in units_of(data) for each in KIND.read(data[unit.start : unit.stop], unit).segments]


def copy_of(data: bytes, *values: str, marker: str = "[REDACTED]") -> bytes:
    """The copy of ``data`` in which values are withheld wherever they are read."""
    parts = []
    for unit in units_of(data):
        payload = data[unit.start : unit.stop]
        edits = [
            Edit(each.address, at, at + len(value), marker)
            for value in values
            for each in KIND.read(payload, unit).segments
            if (at := each.text.find(value)) >= 0
        ]
        parts.append(KIND.rewrite(payload, unit, edits))
    sink = io.BytesIO()
    assembled(KIND, parts, sink)
    return sink.getvalue()


def test_a_copy_without_edits_has_the_same_values_and_types():
    """Every row of the golden file comes back, as Arrow reads it and as DuckDB reads it."""
    data = (GOLDEN / "people.parquet").read_bytes()
    before, after = pq.read_table(io.BytesIO(data)), pq.read_table(io.BytesIO(copy_of(data)))
    assert after.to_pylist() == before.to_pylist()
    kinds = {field.name: field.type for field in before.schema} | {
        "town": pa.string()
    }  # a dictionary is no type of Parquet's
    assert {field.name: str(field.type) for field in after.schema} == {
        name: str(kind).replace("item:", "element:") for name, kind in kinds.items()
    }


def test_a_number_that_is_withheld_turns_its_column_to_strings_in_the_whole_file(tmp_path):
    """The schema is one: units without an edit in that column are turned too, other columns keep their types."""
    data = (GOLDEN / "people.parquet").read_bytes()
    copy = copy_of(data, "219099001", "1951-02-02")
    table = pq.read_table(io.BytesIO(copy))
    assert table.schema.field("ssn").type == pa.string()
    assert table.schema.field("born").type == pa.string()
    assert table.schema.field("id").type == pa.int32()
    assert table["ssn"].to_pylist()[:3] == ["219099000", "[REDACTED]", "219099002"]
    assert table["ssn"].to_pylist()[39] == "219099039"
    assert "[REDACTED]" in table["born"].to_pylist()
    (tmp_path / "copy.parquet").write_bytes(copy)
    assert duckdb.sql(f"select count(*), min(id) from '{tmp_path}/copy.parquet'").fetchall() == [(40, 0)]


def test_values_in_structs_lists_and_maps_are_read_and_withheld():
    """A value inside a list has its row, its column and its place; withholding it leaves its neighbours."""
    data = (GOLDEN / "people.parquet").read_bytes()
    phones = [each for each in segments_of(data) if each.label == "phones" and each.record == "f#row2"]
    assert [each.text for each in phones] == ["406-555-0143", "406-555-0144"]
    assert [each.address[-1] for each in phones] == [Block(0), Block(1)]
    rows = pq.read_table(
        io.BytesIO(copy_of(data, "406-555-0143", "w2@example.com", "12 Larkspur Lane", "note"))
    ).to_pylist()
    assert rows[2]["contact"] == {"email": "[REDACTED]", "phones": ["[REDACTED]", "406-555-0144"]}
    assert rows[0]["contact"] is None
    assert rows[3]["visits"] == [{"where": "[REDACTED]", "n": 3}]
    assert rows[4]["visits"] == []
    assert rows[4]["tags"] == [("[REDACTED]", "call 406-555-0104")]


def test_nothing_of_the_container_survives():
    """Statistics, indexes, bloom filters, dictionaries, custom and pandas metadata of the original are not in the copy."""
    values = ["aaa.canary.one@example.com", "mmm.canary.two@example.com", "zzz.canary.three@example.com"]
    table = pa.table({"email": values * 50, "n": [1111111111, 2222222222, 9876543210] * 50})
    fields = [field.with_metadata({"comment": "canary.field@example.com"}) for field in table.schema]
    meta = {"author": "canary.author@example.com", "pandas": '{"columns": [{"name": "canary.pandas@example.com"}]}'}
    table = table.cast(pa.schema(fields, metadata=meta))
    data = as_bytes(table, write_page_index=True, bloom_filter_options={"email": True}, row_group_size=60)
    for each in ("canary.author", "canary.pandas", "zzz.canary"):
        assert each.encode() in data
    copy = copy_of(data, *values, "1111111111", "2222222222", "9876543210")
    for each in ("canary", "1111111111", "9876543210", (9876543210).to_bytes(8, "little")):
        assert (each if isinstance(each, bytes) else each.encode()) not in copy, each
    about = pq.read_metadata(io.BytesIO(copy))
    assert about.metadata is None
    for group in range(about.num_row_groups):
        for column in range(about.num_columns):
            chunk = about.row_group(group).column(column)
            assert not chunk.is_stats_set
            assert not chunk.has_offset_index
            assert not chunk.has_column_index
            assert chunk.bloom_filter_offset is None


def test_a_column_name_can_be_withheld():
    """A name is examined in every unit and written anew in the whole file, inside structs too."""
    data = as_bytes(
        pa.table({"w@example.com": [1, 2, 3], "s": [{"v@example.com": n} for n in range(3)]}), row_group_size=1
    )
    copy = copy_of(data, "w@example.com", "v@example.com", marker="withheld")
    assert b"example" not in copy
    assert pq.read_table(io.BytesIO(copy)).to_pylist()[2] == {"withheld": 3, "s": {"withheld": 2}}


def test_columns_may_be_called_like_our_markers():
    """Brackets in a name, and two names alike after withholding, do not keep a file from being put together."""
    data = as_bytes(pa.table({"w@example.com": [1, 2], "v@example.com": [3, 4]}))
    copy = copy_of(data, "w@example.com", "v@example.com", marker="[REDACTED EMAIL]")
    assert b"example" not in copy
    assert pq.ParquetFile(io.BytesIO(copy)).schema_arrow.names == ["[REDACTED EMAIL]"] * 2


def test_a_large_row_group_is_cut_by_rows():
    """Units of one row group share its bytes, and together they hold each row once."""
    data = as_bytes(pa.table({f"c{at}": list(range(60_000)) for at in range(4)}), row_group_size=60_000)
    units = units_of(data)
    assert len(units) > 1
    assert len({(each.start, each.stop) for each in units}) == 1
    assert sum(int(each.context["rows"]) for each in units) == 60_000
    for unit in (units[0], units[-1]):
        rows = list(KIND.table(data, unit))
        assert rows[0][1] == ["c0", "c1", "c2", "c3"]
        assert rows[-1][1][0] == str(rows[-1][0])
        assert len(second_reader("parquet", data[unit.start : unit.stop], unit.context)) == len(rows)
    assert pq.read_table(io.BytesIO(copy_of(data, "59999")))["c3"].to_pylist()[-1] == "[REDACTED]"


def test_bytes_that_are_no_text_are_a_gap_and_do_not_travel():
    """A picture in a cell is replaced by a note, text in bytes is examined and stays bytes."""
    data = as_bytes(pa.table({"raw": [b"\x89PNG\0canary", b"wilma@example.com", None]}))
    (unit,) = units_of(data)
    reading = KIND.read(data[unit.start : unit.stop], unit)
    assert [(each.address, each.code) for each in reading.gaps] == [((Column(0),), "unknown_format")]
    copy = copy_of(data, "wilma@example.com")
    values = pq.read_table(io.BytesIO(copy))["raw"].to_pylist()
    assert values == [b"[WITHHELD: this part could not be examined and was left out]", b"[REDACTED]", None]


def test_strings_gives_the_rows_as_arrow_text():
    """The column road gets an Arrow table of strings, null where there is no text."""
    data = as_bytes(pa.table({"a": [1, None], "born": [date(1971, 4, 5), None], "l": [["x"], []]}))
    (unit,) = units_of(data)
    table = KIND.strings(data[unit.start : unit.stop], unit)
    assert table.column(0).to_pylist() == ["1", None]
    assert table.column(1).to_pylist() == ["1971-04-05", None]
    assert all(kind == pa.string() for kind in table.schema.types)


def test_two_readers_agree_on_the_copy_as_a_whole_and_on_its_parts():
    """DuckDB reads in a part, and in the rows of the assembled file, the texts that our own reading has."""
    data = (GOLDEN / "people.parquet").read_bytes()
    copy = copy_of(data, "219099001")
    for file in (data, copy):
        for unit in units_of(file):
            texts = "\n".join(second_reader("parquet", file[unit.start : unit.stop], unit.context))
            for each in KIND.read(file[unit.start : unit.stop], unit).segments:
                if each.label in ("ssn", "full_name", "email", "phones", "where"):
                    assert each.text in texts


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PAR1" + b"\0" * 40, "cut short"),
        (b"PARE" + b"\0" * 40 + b"PARE", "encrypted"),
        (b"PAR1" + b"\xff" * 40 + (40).to_bytes(4, "little") + b"PAR1", "damaged"),
        ((GOLDEN / "people.parquet").read_bytes()[:-300] + b"PAR1", "cut short"),
    ],
)
def test_what_is_no_parquet_is_refused(data, why):
    """A file that cannot be read is held with its reason."""
    assert format_of(data, "a.csv").name == "parquet"
    with pytest.raises(UnreadableSource) as raised:
        units_of(data)
    assert why in raised.value.what


def test_flipped_bits_and_truncations_are_read_or_refused():
    """Of 200 damaged files each is read or refused with a reason, or ends its worker, which holds the file too."""
    data, dice = (GOLDEN / "people.parquet").read_bytes(), random.Random(5)
    ends = [in_a_process_of_its_own(read_and_write, damaged(data, number, dice)) for number in range(200)]
    assert set(ends) <= {READ, REFUSED, -signal.SIGABRT}
    assert ends.count(-signal.SIGABRT) < 10  # Arrow gives up on some descriptions of statistics
    assert ends.count(REFUSED) > 100


READ, REFUSED, RAISED = 0, 3, 1


def damaged(data: bytes, number: int, dice: random.Random) -> bytes:
    if number % 2:
        return data[: dice.randrange(4, len(data))]
    changed = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        changed[dice.randrange(4 if number % 4 else len(changed) - 2400, len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def read_and_write(data: bytes) -> int:
    try:
        for unit in units_of(data):
            payload = data[unit.start : unit.stop]
            KIND.read(payload, unit)
            second_reader("parquet", KIND.rewrite(payload, unit, ()), unit.context)
    except UnreadableSource as error:
        return REFUSED if error.what else RAISED
    return READ


def in_a_process_of_its_own(function, data: bytes) -> int:
    child = os.fork()
    if not child:
        os.close(2)
        try:
            os._exit(function(data))
        except BaseException:  # noqa: BLE001 - whatever it is, the parent hears of it
            os._exit(RAISED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.models
def test_the_road_withholds_in_every_column(road, tmp_path):
    """A release of a Parquet file holds nothing planted, and two readers open it."""
    source = tmp_path / "in"
    source.mkdir()
    names = ["Wilma", "Bruno", "Carla", "Dietrich", "Esther", "Frank", "Gloria", "Hector"]
    table = pa.table(
        {
            "id": list(range(8)),
            "full_name": [f"{each} Testperson" for each in names],
            "email": [f"{each.lower()}@example.com" for each in names],
            "ssn": pa.array([219_099_990 + at for at in range(8)], pa.int64()),
            "contact": [{"phones": [f"406-555-01{at:02d}"]} for at in range(8)],
            "fee": pa.array([at / 4 for at in range(8)]),
        }
    ).replace_schema_metadata({"by": "canary@example.org"})
    pq.write_table(table, source / "people.parquet", row_group_size=3)
    done = road.release(source, tmp_path / "out")
    assert done.summary.complete
    path = tmp_path / "out/records/people.parquet"
    written = everything_in(tmp_path / "out")
    rows = duckdb.sql(f"select * from '{path}'").fetchall()
    for planted in ("@example", "406-555", "21909999", "canary"):
        assert planted.encode() not in written.replace(b"redacted@redacted.invalid", b"")
        assert planted not in str(rows)
    assert [(row[0], row[-1]) for row in rows] == [(at, at / 4) for at in range(8)]
    (file,) = road.scan(path).files
    assert {each.kind for each in file.planned.columns} >= {"entity"} or file.planned.columns
    before = road.scan(source).files[0].planned.columns
    email = next(each for each in before if each.entity == "EMAIL_ADDRESS")
    assert next(
        each for each in segments_of((source / "people.parquet").read_bytes()) if each.label == "email"
    ).address == (Cell(0, email.index),)


@pytest.mark.models
def test_an_attached_parquet_file_is_read_and_written_inside_its_message(road, tmp_path):
    """The parts of an attachment are assembled too; JSON attachments go the same way."""
    table = pa.table({"n": list(range(5)), "email": [f"w{at}@example.org" for at in range(5)]})
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "w@example.org", "clerk@example.gov", "Papers"
    message.set_content("See the files.\n")
    message.add_attachment(as_bytes(table, row_group_size=2), "application", "octet-stream", filename="a.parquet")
    message.add_attachment(b'{"email": "w7@example.org", "n": 7}', "application", "json", filename="a.json")
    path = tmp_path / "one.eml"
    path.write_bytes(bytes(message))
    road.release(path, tmp_path / "out")
    copy = message_from_bytes((tmp_path / "out/records/one.eml").read_bytes())
    attached = [each.get_payload(decode=True) for each in copy.walk() if not each.is_multipart()][1:]
    after = pq.read_table(io.BytesIO(attached[0])).to_pydict()
    assert after["n"] == list(range(5))
    assert not any("example.org" in each for each in after["email"])
    assert json.loads(attached[1])["n"] == 7
    assert b"example.org" not in attached[1]
