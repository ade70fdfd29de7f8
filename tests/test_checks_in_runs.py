"""The copy of a mailbox is checked in runs by all workers, its cuts once and as a whole."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.copies.checking import WrittenUnit, check
from pipeline.copies.copying import check_tasks, checks_of
from pipeline.copies.file_copy import RECORDS
from pipeline.errors import IntegrityError
from pipeline.formats import format_named
from pipeline.model import Source

MESSAGES = b"".join(
    b"From a@example.com Mon Mar  3 10:00:00 2025\nFrom: a@example.com\nSubject: Road %d\n\nIt is closed.\n\n" % number
    for number in range(150)
)


def copy_at(folder, data: bytes = MESSAGES) -> Any:
    (folder / RECORDS).mkdir()
    (folder / RECORDS / "a.mbox").write_bytes(data)
    source = Source("a.mbox", "mbox", len(MESSAGES))
    units = list(format_named("mbox").units(io.BytesIO(MESSAGES), source))
    written = [WrittenUnit(each, each.start, each.stop, "") for each in units]
    result = SimpleNamespace(planned=SimpleNamespace(source=source, columns=()), units=[])
    return SimpleNamespace(name="a.mbox", size=len(data), units=written, result=result)


def test_every_message_is_in_one_check_and_the_cuts_in_one_of_their_own(tmp_path):
    """Of 150 messages three runs are made, and one check that looks at all cuts and at nothing else."""
    copy = copy_at(tmp_path)
    cuts, *runs = check_tasks(copy, tmp_path)
    assert len(runs) + 1 == checks_of(copy) == 4
    assert [each for run in runs for each in run.units] == copy.units == list(cuts.units)
    assert cuts.only_cuts
    assert check(cast("Any", None), cuts) == ()


def test_a_copy_that_is_cut_otherwise_is_found(tmp_path):
    """A line that another reader takes for the start of a message is seen by the check of the cuts."""
    data = MESSAGES.replace(b"It is closed.\n\nFrom a@", b"It is closed.\n\nFrom: @", 1)
    assert len(data) == len(MESSAGES)
    cuts, *_ = check_tasks(copy_at(tmp_path, data), tmp_path)
    with pytest.raises(IntegrityError, match="cut differently"):
        check(cast("Any", None), cuts)
