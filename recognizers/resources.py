"""Where the packaged data files are: ``configs/`` in a checkout, inside the package in a wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def packaged_configs() -> Path:
    """Return the folder of the data files that came with this installation."""
    here = Path(__file__).resolve().parent
    for folder in (here / "configs", here.parent / "configs"):
        if (folder / "models.yaml").is_file():
            return folder
    raise FileNotFoundError("the packaged configs folder is missing: install releasable again")
