"""One error class a cause. Each message says where, what, and what to do; never a value of a record.

Exit codes, everywhere: 0 done, clean, final; 1 something is withheld, held, provisional or
leaks; 2 the call or a policy is wrong; 3 something could not be examined and holds its record.
"""

from __future__ import annotations

from typing import ClassVar


class ReleasableError(Exception):
    """An error with a place, a cause and a remedy that a person can read."""

    exit_code: ClassVar[int] = 2

    def __init__(self, where: str, what: str, remedy: str = "") -> None:
        self.where, self.what, self.remedy = where, what, remedy
        super().__init__(where, what, remedy)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.remedy}" if self.remedy else head


class UsageError(ReleasableError):
    """The call is wrong: a path that is not there, an option that does not fit."""


class PolicyError(ReleasableError):
    """A policy, contact or roster file is wrong; ``where`` names file, line and key."""


class ConfigError(ReleasableError):
    """A configuration file is missing or wrong."""


class ModelMissing(ReleasableError):
    """A model is not installed, or its files are not the ones that were measured."""


class ModelRefused(ReleasableError):
    """An archive or a file of a model does not match its sha256."""


class UnreadableSource(ReleasableError):
    """A file or a part cannot be read as what it claims to be; its record is held."""

    exit_code = 3


class RecognizerFailed(ReleasableError):
    """A recognizer raised or gave a span that does not fit; its unit is not scanned."""

    exit_code = 3


class WorkerStopped(ReleasableError):
    """A worker ran past its deadline or memory limit, or died; its unit is not scanned."""

    exit_code = 3


class OutputError(ReleasableError):
    """The release cannot be written (disk full, folder exists, no permission)."""


class LeakFound(ReleasableError):
    """A withheld value stands in what was written; the release is not handed over."""

    exit_code = 1


class IntegrityError(ReleasableError):
    """A release folder does not match its manifest."""

    exit_code = 1
