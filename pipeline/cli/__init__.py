"""The command line: unpacks arguments, calls an ordinary function, prints. No logic here.

One file a command. Commands import what they need when they run, so that ``--help`` is quick.
"""

from __future__ import annotations

import errno
import os
import sys
from itertools import pairwise
from typing import Final

from pipeline.cli.console import explain_failure, utf8_console
from pipeline.errors import Failure, ReleasableError, SetupFailed
from pipeline.execution.worker import forbid_core_dumps, forbid_network

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})


def main() -> None:
    """Run the ``releasable`` command and leave with its exit code; never with a traceback."""
    utf8_console()
    _close_doors()
    from pipeline.cli.app import app  # noqa: PLC0415 - after the doors are closed

    try:
        code = app(standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 - every way out passes here
        code = _exit_code(error)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _exit_code(BrokenPipeError())
    raise SystemExit(code if isinstance(code, int) else 0)


def _close_doors() -> None:
    """Leave no core dump, and reach no host except where a command is there for that."""
    forbid_core_dumps()
    if sys.argv[1:2] != ["models"]:
        with_spark = "--engine=spark" in sys.argv or ("--engine", "spark") in pairwise(sys.argv)
        forbid_network(but_this_machine=with_spark)


def _exit_code(error: BaseException) -> int:
    import typer  # noqa: PLC0415 - loaded by now

    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0
    if isinstance(error, typer.Exit):
        return int(error.exit_code)
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        sys.stderr.write("stopped; nothing was released\n")
        return 130
    show = getattr(error, "show", None)
    if callable(show):  # Typer's own words for a wrong call
        show()
        return 2
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        what, remedy = "there is no room left on a disk", "make room there, or set TMPDIR to a folder on another disk"
        sys.stderr.write(f"releasable: {what}; nothing was released\n  {remedy}, and run again\n")
        return 3
    failure = error.failure if isinstance(error, SetupFailed) else Failure.of(error)
    if failure.kind == type(error).__name__ and not isinstance(error, ReleasableError) and failure.exit_code == 3:
        sys.stderr.write(f"releasable: an unexpected error, nothing was released ({failure.what})\n")
        return 3
    return explain_failure(failure)
