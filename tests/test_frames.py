"""By import: DataFrames, Arrow tables and chunks go the same road as files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pipeline.errors import NotReleased
from pipeline.frames import Redactor

pytestmark = [pytest.mark.models, pytest.mark.timeout(300)]

FRAME = pd.DataFrame(
    {
        "name": ["Wilma Testperson", "Rosa Doe", "Luis Garcia", None],
        "ssn": ["536-90-4399", "012-34-5678", "", "536-90-4401"],
        "visits": [3, 1, 4, 1],
        "fee": [1.5, None, 2.25, 10.0],
        "when": pd.to_datetime(["2024-01-02", "2024-01-03", None, "2024-01-05"]),
        "note": ['"quoted", and\nlined', "my number is 012-34-5678", "NA", "=1+1"],
    },
    index=[10, 11, 12, 13],
)


@pytest.fixture(scope="module")
def redactor():
    with Redactor("montana", accuracy="fast") as made:
        yield made


def test_a_frame_comes_out_redacted_with_log_and_classes(redactor: Redactor) -> None:
    """What is withheld holds markers, what is not is as it was: values, types, index, names."""
    done = redactor.redact(FRAME)
    assert done.frame.index.tolist() == [10, 11, 12, 13]
    assert list(done.frame.columns) == list(FRAME.columns)
    assert done.frame["ssn"].tolist() == ["[REDACTED SSN]", "[REDACTED SSN]", "", "[REDACTED SSN]"]
    for same in ("visits", "fee", "when"):
        pd.testing.assert_series_equal(done.frame[same], FRAME[same])
    assert done.frame["note"].tolist()[0] == FRAME["note"].tolist()[0]
    assert "012-34-5678" not in done.frame["note"].tolist()[1]
    assert done.frame["note"].tolist()[2] == "NA"
    assert set(done.log["entity"]) >= {"US_SSN", "PERSON"}
    assert done.columns.set_index("name").loc["ssn", "entity"] == "US_SSN"
    assert done.status == "provisional"
    assert "536-90-4399" not in done.log.to_csv() + done.columns.to_csv()


def test_an_arrow_table_comes_out_as_one(redactor: Redactor) -> None:
    """Arrow in, Arrow out, with the types of columns in which nothing is withheld."""
    table = pa.Table.from_pandas(FRAME[["name", "ssn", "visits"]], preserve_index=False)
    out = redactor.redact_arrow(table)
    assert out.schema.field("visits").type == pa.int64()
    assert out.column("ssn").to_pylist()[0] == "[REDACTED SSN]"


def test_chunks_are_one_table(redactor: Redactor) -> None:
    """A value withheld in one chunk does not stand in another."""
    first = pd.DataFrame({"ssn": ["536-90-4399", "536-90-4400", "536-90-4401"], "code": ["a", "b", "c"]})
    second = pd.DataFrame({"ssn": ["", "", ""], "code": ["536904399", "d", "e"]})
    out = list(redactor.redact_chunks([first, second]))
    assert [len(each) for each in out] == [3, 3]
    assert "536904399" not in out[1].to_csv()
    assert out[1]["code"].tolist()[1:] == ["d", "e"]


def test_an_empty_frame_stays_empty(redactor: Redactor) -> None:
    """Nothing in, nothing out, and no error."""
    assert redactor.redact(FRAME.iloc[:0]).frame.equals(FRAME.iloc[:0])


def test_what_is_held_does_not_come_out(redactor: Redactor) -> None:
    """A frame that cannot be examined raises and says why."""
    strange = pd.DataFrame({"note": ["a\0b", "c", "d"], "other": ["1", "2", "3"]})
    with pytest.raises(NotReleased):
        redactor.redact(strange)


def test_arrow_columns_without_edits_are_those_that_were_given(redactor: Redactor) -> None:
    """Nulls stay nulls in their own types, whatever pandas would make of them; one in an edited column stays one too."""
    table = pa.table(
        {
            "ssn": ["536-90-4399", None, "536-90-4401", ""],
            "visits": pa.array([3, None, 1, 2], pa.int32()),
            "paid": pa.array([True, None, False, True]),
            "tags": pa.array([["a"], None, [], ["b", "c"]]),
            "fee": pa.array([None, 1, 2, 3], pa.decimal128(9, 2)),
        }
    )
    out = redactor.redact_arrow(table)
    assert out.select(["visits", "paid", "tags", "fee"]).equals(table.select(["visits", "paid", "tags", "fee"]))
    assert out.column("ssn").to_pylist() == ["[REDACTED SSN]", None, "[REDACTED SSN]", ""]


def test_a_column_withheld_in_one_chunk_is_of_texts_in_all(redactor: Redactor) -> None:
    """Chunks come one after another with the same types, and need not fit into memory together."""
    made = (pd.DataFrame({"ssn": [f"536-90-4{n}{m}9" for m in range(4)], "n": [n] * 4}) for n in range(10, 14))
    out = list(redactor.redact_chunks(made))
    assert [each["n"].tolist() for each in out] == [[n] * 4 for n in range(10, 14)]
    assert {each["n"].dtype.kind for each in out} == {"i"}
    assert {value for each in out for value in each["ssn"]} == {"[REDACTED SSN]"}
    mixed = [
        pd.DataFrame({"code": [5, 6, 7], "ssn": ["", "", ""]}),
        pd.DataFrame({"code": [1, 2, 3], "ssn": ["536-90-4399", "536-90-4400", "536-90-4401"]}),
    ]
    mixed[0].loc[1, "code"] = 536904399
    first, second = redactor.redact_chunks(mixed)
    assert first["code"].tolist()[0] == "5"
    assert all(isinstance(each, str) for each in second["code"])
    with pytest.raises(NotReleased, match="other columns"):
        list(redactor.redact_chunks([FRAME, FRAME[["name"]]]))


def test_nothing_leaves_beside_the_cells(redactor: Redactor) -> None:
    """Index, names of columns, categories that no row has, notes of a schema: examined, left behind or refused."""
    said = "Jane Quimby 536-90-4401"
    plain = pd.DataFrame({"kind": pd.Categorical(["a", "b", "a"], categories=["a", "b", said]), "n": [1, 2, 3]})
    plain.attrs["by"] = said
    done = redactor.redact(plain).frame
    assert list(done["kind"].dtype.categories) == ["a", "b"]
    assert not done.attrs
    assert plain.attrs
    for index in ([said, "x", "y"], [536904401, 1, 2], pd.Index([1, 2, 3], name=said)):
        with pytest.raises(NotReleased, match="index"):
            redactor.redact(plain.set_axis(index))
    with pytest.raises(NotReleased, match="name of a column"):
        redactor.redact(plain.rename(columns={"n": said}))
    with pytest.raises(NotReleased, match="other columns"):
        list(redactor.redact_chunks([plain, plain[["n", "kind"]]]))
    kinds = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), pa.array(["a", "b", said]))
    table = pa.table({"kind": kinds, "n": [1, 2, 3]}, metadata={"by": said})
    out = redactor.redact_arrow(table)
    assert out.column("kind").chunk(0).dictionary.to_pylist() == ["a", "b"]
    assert not out.schema.metadata


TEXT = (Path(__file__).parent.parent / "docs" / "frames.md").read_text(encoding="utf-8")
EXAMPLES = [each.split("```")[0] for each in TEXT.split("```python\n")[1:]]


@pytest.mark.parametrize("code", EXAMPLES)
def test_every_documented_example_runs(code: str) -> None:
    """The examples in docs/frames.md do what they say."""
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(code, "docs/frames.md", "exec"), names)
    made = [names[each] for each in ("released", "chunks", "arrow") if each in names]
    assert len(made) == 1
    told = str(made[0].to_pylist() if isinstance(made[0], pa.Table) else made[0])
    assert "536-90-4" not in told
    assert "REDACTED" in told
    if "arrow" in names:
        assert names["arrow"].column("visits").equals(names["table"].column("visits"))  # type: ignore[attr-defined]
