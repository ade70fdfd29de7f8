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


def test_the_documented_example_runs(tmp_path: Path) -> None:
    """The example in docs/frames.md does what it says."""
    text = (Path(__file__).parent.parent / "docs" / "frames.md").read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(code, "docs/frames.md", "exec"), names)
    assert "536-90-4399" not in str(names["released"])
