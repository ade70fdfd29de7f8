"""One error class a cause. Each message says where, what, and what to do; never a value of a record.

Exit codes, everywhere: 0 done, clean, final; 1 something is withheld, held, provisional or
leaks; 2 the call or a policy is wrong; 3 something could not be examined and holds its record.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import dataclass
from typing import ClassVar, Self


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


class NotReleased(ReleasableError):
    """What was given by import is held; nothing comes out."""

    exit_code = 3


class Stopped(ReleasableError):
    """The person stopped the run; nothing was released."""

    exit_code = 1


class ClusterLost(ReleasableError):
    """The cluster that ran the units is gone; what is worked out already is kept for the next run."""

    exit_code = 1


class ResumeRefused(ReleasableError):
    """A killed run cannot be taken up again: what its result depends on has changed."""


class IntegrityError(ReleasableError):
    """A release folder does not match its manifest."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task gave no answer: an error of ours with its words, or the class and place of another."""

    kind: str
    where: str
    what: str
    remedy: str = ""
    exit_code: int = 3

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """Describe an exception without its arguments, unless it is one of ours (those hold no value)."""
        if isinstance(error, ReleasableError):
            return cls(type(error).__name__, error.where, error.what, error.remedy, error.exit_code)
        if {"where", "what", "remedy"} <= set(vars(error)):  # the recognizers' own errors, of the same shape
            about = vars(error)
            return cls(type(error).__name__, str(about["where"]), str(about["what"]), str(about["remedy"]), 2)
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"  # noqa: PTH119 - text
        return cls(type(error).__name__, "", f"{type(error).__name__} in {place}")


class SetupFailed(Exception):
    """No worker can be set up (a model is missing, a policy is wrong); ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.what)
        self.failure = failure
