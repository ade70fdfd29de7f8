"""Where the packaged data files are (``configs/`` in a checkout, inside the package in a wheel), and what they hold.

What came with the installation libyaml reads, where PyYAML was built with it: eight times as fast. A file of the
office's own PyYAML reads: what is wrong with it reads the same everywhere, and one that is nested without end is an
error (it ends a process in libyaml).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_SAFE: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRINGS: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def packaged_configs() -> Path:
    """Return the folder of the data files that came with this installation."""
    here = Path(__file__).resolve().parent
    for folder in (here / "configs", here.parent / "configs"):
        if (folder / "models.yaml").is_file():
            return folder
    raise FileNotFoundError("the packaged configs folder is missing: install releasable again")


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds.

    Raises:
        OSError: it cannot be read.
        yaml.YAMLError: it is no YAML.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_SAFE if came_with(path) else yaml.SafeLoader)  # noqa: S506


def read_yaml_strings(path: Path) -> Any:
    """Return what a YAML file holds, every scalar a string: ``no``, ``on`` and ``null`` are words (raises as above)."""
    loader = _STRINGS if came_with(path) else yaml.BaseLoader
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - plain strings


def came_with(path: Path) -> bool:
    """Return whether a file is one of those that came with this installation."""
    return path.is_relative_to(packaged_configs())
