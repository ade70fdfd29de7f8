"""Sets of digests on disk: written whole, or the run hears of it."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pytest

from pipeline.digest_set import SliceTask, sort_slice


def test_a_disk_that_takes_no_more_is_told(tmp_path: Path) -> None:
    """A slice is written whole or not at all: digests that are not there would be searched for in vain."""
    task = SliceTask(tmp_path, 0, 20, 1000)
    np.arange(1000, dtype="<u8").tofile(task.place("digests.raw"))
    np.zeros(1000, dtype="<u2").tofile(task.place("codes.raw"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            sort_slice(None, task)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not task.place("digests").exists()
