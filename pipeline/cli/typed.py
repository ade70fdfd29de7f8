"""What a person typed for a release is examined before anything is made: it will stand in the evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.cli.stating import CORRECTION
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.case.store import Case
    from pipeline.state import Job

REMEDY: Final = "say it in roles and citations, without anything that stands in a record; nothing was stored"
_WORDS: Final = re.compile(r"[^\W\d_A-Z]|[A-Z]{5}")
"""What a name can hide in; the number of a request (PRR-2026-114) has capitals and digits only, and needs no model."""


def see_typed(job: Job, request: str, case: Case | None = None) -> None:
    """See that nothing which people worded for a release identifies anybody.

    Args:
        job: with what was stated of the records.
        request: the number of the request.
        case: where there is one, what it withholds is searched for too.

    Raises:
        ModelMissing: a model is not installed or was altered.
        UsageError: something in it looks like an identifier; the error names the key and the place, never the text.
    """
    from pipeline.evidence.stated import CITED, NUMBERS, typed_texts  # noqa: PLC0415 - keeps --help quick

    texts = [("--request", request), *typed_texts(job.facts, job.file_facts, job.identity_check)]
    texts = [(key, text) for key, text in texts if text.strip()]
    statement = job.enclosed.get(CORRECTION, b"").decode("utf-8")
    if not texts and not statement:
        return
    from pipeline.case.free_text import FreeText  # noqa: PLC0415 - loads models
    from pipeline.digest import Keyed  # noqa: PLC0415
    from recognizers.names.ensemble import check_models  # noqa: PLC0415
    from recognizers.registry import load_recognizers  # noqa: PLC0415

    worded = statement or any(_WORDS.search(text) for _, text in texts)
    numbers = FreeText(case, load_recognizers("patterns"))
    words = numbers
    if worded and job.level != "patterns":  # a missing model ends the run here and says what to do
        check_models("fast" if job.level == "fast" else "thorough")
        words = FreeText(case, load_recognizers(job.level))
    for key, text in texts:
        examine = words if _WORDS.search(text) else numbers
        for problem in examine(text, NUMBERS if key in CITED else ()):
            raise UsageError(key, problem, REMEDY)
    for problem in words.statement(statement, job.facts.own, Keyed(job.key)) if statement else ():
        raise UsageError("correction", f"in the statement, {problem}", "leave out what identifies somebody else")
