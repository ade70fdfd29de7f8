"""A module of ours in a process of its own, with limits of time and memory: damage done there ends there."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

MEMORY: Final = 4 * 1024**3


def is_done(module: str, arguments: Sequence[str], seconds: float) -> bool:
    """Return whether a module did its work in time; nothing that it says is heard."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            _command(module, arguments),
            env=_environment(), capture_output=True, timeout=seconds, check=False, preexec_fn=limited,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError):  # also limits that may not be set, as where lower ones are
        return False
    return done.returncode == 0


def said_by(module: str, arguments: Sequence[str], data: bytes, seconds: float) -> bytes | None:
    """Return what a module says of ``data`` on its standard output; None where it failed or took too long.

    The module sets its own limits (:func:`limited`) before it reads: whoever calls this may have threads, and between
    the making of a process and its beginning none of Python's code may run then.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            _command(module, arguments),
            env=_environment(), input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=seconds, check=False,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout if done.returncode == 0 else None


def _command(module: str, arguments: Sequence[str]) -> list[str]:
    """Return what runs a module; none of its imports comes from the working folder, which may be one of records."""
    return [sys.executable, "-P", "-m", module, *arguments]


def _environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    path = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]  # an empty one is where we stand
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def limited(memory: int = MEMORY) -> None:
    """Limit the memory of this process, in bytes, and let it leave no image of it; for a process as it begins."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
