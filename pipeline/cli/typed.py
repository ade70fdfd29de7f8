"""What a person typed for a release is examined before anything is made: it will stand in the evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pipeline.cli.stating import CORRECTION
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.case.store import Case
    from pipeline.state import Job

REMEDY: Final = "say it in roles and citations, without anything that stands in a record; nothing was stored"
MASKED: Final = f"{REMEDY}, or let it be masked (--mask)"
MASKABLE: Final = ("checked.how", "why")
"""What is told in sentences, and so can be told with somebody left out. Citations and roles are said anew."""
_WHO: Final = "by"
"""The end of the keys that say who did something: a role or a name, which needs no model."""
_WORDS: Final = re.compile(r"[^\W\d_A-Z]|[A-Z]{5}")
"""What a name can hide in; the number of a request (PRR-2026-114) has capitals and digits only, and needs no model."""


def see_typed(
    job: Job, request: str, case: Case | None = None, *, mask: bool = False, approved_by: str | None = None
) -> Job:
    """See that nothing which people worded for a release identifies anybody; return the job, with what was masked.

    Args:
        job: with what was stated of the records.
        request: the number of the request.
        case: where there is one, what it withholds is searched for too.
        mask: in sentences (a statement of correction, how somebody was known, why a record is theirs) let ``[PERSON]``
            and the like stand for whatever identifies somebody else, instead of refusing them.
        approved_by: who approved the policy, as the policy file says it and the log will.

    Raises:
        ModelMissing: a model is not installed or was altered.
        UsageError: something in it looks like an identifier; the error names the key and the place, never the text.
    """
    from pipeline.evidence.stated import CITED, NUMBERS, typed_texts  # noqa: PLC0415 - keeps --help quick

    stated = typed_texts(job.facts, job.file_facts, job.identity_check)
    given = [("--request", request), ("approved_by", approved_by or ""), *stated]
    texts = [(key, text) for key, text in given if text.strip()]
    statement = job.enclosed.get(CORRECTION, b"").decode("utf-8")
    if not texts and not statement:
        return job
    from pipeline.case.free_text import FreeText  # noqa: PLC0415 - loads models
    from pipeline.texts.digest import Keyed  # noqa: PLC0415
    from recognizers.names.ensemble import check_models  # noqa: PLC0415
    from recognizers.registry import load_recognizers  # noqa: PLC0415

    worded = statement or any(_WORDS.search(text) for key, text in texts if not key.endswith(_WHO))
    numbers = FreeText(case, load_recognizers("patterns"))
    words = numbers
    if worded and job.level != "patterns":  # a missing model ends the run here and says what to do
        check_models("fast" if job.level == "fast" else "thorough")
        words = FreeText(case, load_recognizers(job.level))
    own, keyed = job.facts.own, Keyed(job.key)
    masked: dict[str, str] = {}
    for key, text in texts:
        examine = words if _WORDS.search(text) else numbers
        can_be = key.endswith(MASKABLE)
        if mask and can_be and (stored := examine.masked(text)) != text:
            masked[text], text = stored, stored  # noqa: PLW2901 - what is stored is examined
        for problem in numbers.name(text) if key.endswith(_WHO) else examine(text, NUMBERS if key in CITED else ()):
            raise UsageError(key, problem, MASKED if can_be else REMEDY)
    if statement and mask:
        statement = words.masked(statement, own=own, by=keyed)
    for problem in words.statement(statement, own, keyed) if statement else ():
        what, remedy = f"in the statement, {problem}", "leave out what identifies somebody else, or mask it (--mask)"
        raise UsageError("correction", what, remedy)
    if not mask:
        return job
    enclosed = {**job.enclosed, CORRECTION: statement.encode("utf-8")} if statement else job.enclosed
    return replace(job, enclosed=enclosed, identity_check=_with(masked, job.identity_check))


def _with(masked: Mapping[str, str], told: Any) -> Any:
    """Return what was told of a check of identity with masked sentences in the place of typed ones."""
    if isinstance(told, str):
        return masked.get(told, told)
    if isinstance(told, Mapping):
        return {name: _with(masked, each) for name, each in told.items()}
    return [_with(masked, each) for each in told] if isinstance(told, list) else told
