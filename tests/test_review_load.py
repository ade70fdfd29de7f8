"""Twenty officers at once, over HTTP, at a desk that is killed meanwhile: no decision is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest
from officers import decide_at_once
from postgres import PASSWORD, server

pytestmark = pytest.mark.usefixtures("own_state")


def test_nothing_that_officers_decide_at_once_is_lost_or_doubled(tmp_path: Path) -> None:
    """In SQLite: each finding is decided once, by whom its decision was acknowledged, over a ``kill -9``."""
    assert decide_at_once(tmp_path, findings=40) == 40


@pytest.mark.postgresql
def test_nor_in_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in PostgreSQL, with more of everything."""
    monkeypatch.setenv("RELEASABLE_DATABASE_PASSWORD", PASSWORD)
    with server() as postgres:
        assert decide_at_once(tmp_path, url=postgres.url("officers"), findings=80, each=20, kills=3) == 80
