"""The office's key, as commands use it: where it lies, and its passphrase from the environment or the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

PASSPHRASE = "RELEASABLE_PASSPHRASE"  # noqa: S105 - the name of a variable


def keys_folder() -> Path:
    """Return the folder of the office's key, in the state folder of this user."""
    from pipeline.resources import state_folder  # noqa: PLC0415 - keeps --help quick

    return state_folder() / "keys"


def office_signature() -> Callable[[bytes], bytes]:
    """Return what signs a manifest with the office's key (raises UsageError, ConfigError)."""
    from pipeline.evidence.signature import needs_passphrase, private_key  # noqa: PLC0415 - keeps --help quick

    folder = keys_folder()
    return private_key(folder, passphrase() if needs_passphrase(folder) else "").sign


def passphrase(*, twice: bool = False) -> str:
    """Return the passphrase: from ``RELEASABLE_PASSPHRASE``, else asked for on a terminal."""
    given = os.environ.get(PASSPHRASE)
    if given is not None or not sys.stdin.isatty():
        return given or ""
    import typer  # noqa: PLC0415 - loaded by now

    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice))
