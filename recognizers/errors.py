"""Errors of the recognizers. Each message says where, what, and what to do; never a value of a record.

They mirror the shape of the errors of ``pipeline`` (which may import this module; this one imports nothing).
"""

from __future__ import annotations


class RecognizerError(Exception):
    """An error with a place, a cause and a remedy that a person can read."""

    def __init__(self, where: str, what: str, remedy: str = "") -> None:
        self.where, self.what, self.remedy = where, what, remedy
        super().__init__(where, what, remedy)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.remedy}" if self.remedy else head


class ModelMissing(RecognizerError):
    """A model is not installed."""


class ModelRefused(RecognizerError):
    """An archive or a file of a model is not the one that was measured."""


class ModelConfigError(RecognizerError):
    """``models.yaml`` is missing something or holds something unknown."""
