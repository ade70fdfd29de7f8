"""Is a release folder the one that its case recorded, and the latest; and what its copies are to be searched for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.case.audit import Head
from pipeline.case.checking import check_case
from pipeline.case.free_text import needles_of_case
from pipeline.case.overrides import place_digest
from pipeline.case.recording import latest_release
from pipeline.case.sampled import Trail
from pipeline.case.store import Case, CaseError
from pipeline.case.tables import CertificateRow, ReleaseRow
from pipeline.verify.canonical import Needle

MANIFEST: Final = "release.json"
ANSWER: Final = "mend it, release again, and read it there (releasable certify, or the page of the sample at the desk)"


def binding_problems(case: Case, manifest: bytes, *, with_misses: bool = True) -> list[str]:
    """Return what is wrong between a manifest and its case, in plain words; nothing when they belong together.

    Args:
        case: the case.
        manifest: the bytes of a manifest.
        with_misses: whether what was missed in samples counts, which holds the release.
    """
    bound = _bound(manifest)
    if bound.get("id") != case.id:
        return ["release.json: it belongs to another case, or to none"]
    with Session(case.engine) as session:
        row = session.get(ReleaseRow, (case.id, bound.get("sequence")))
        last = latest_release(session, case.id)
    if row is None or last is None:
        return [f"release.json: the case knows no release {bound.get('sequence')}"]
    problems = []
    if hashlib.sha256(manifest).hexdigest() != row.manifest_sha256:
        problems.append(f"release.json: not the manifest that release {row.sequence} of the case had")
    if row.sequence < last.sequence:
        problems.append(f"release.json: an older version: release {row.sequence}, and the case is at {last.sequence}")
    if (bound.get("previous_release") or "") != row.previous:
        problems.append(f"release.json: names another release before release {row.sequence}")
    if with_misses:
        problems += miss_problems(case, row.sequence)
    trail = bound.get("audit")
    heads = {}
    if isinstance(trail, dict) and isinstance(trail.get("length"), int):
        heads["the manifest"] = Head(str(trail.get("head")), trail["length"])
    return problems + check_case(case, heads)


def miss_problems(case: Case, sequence: int) -> list[str]:
    """Return how a release is held by what people found missed in its sample, or in those of releases before it."""
    with Session(case.engine) as session:
        wanted = select(CertificateRow).where(
            CertificateRow.case_id == case.id, CertificateRow.sequence == sequence, CertificateRow.misses > 0
        )
        told = [
            f"release {sequence} is held: a sample had {mark.misses} records with something missed"
            for mark in session.scalars(wanted)
        ]
        misses = Trail(case).misses(session)
    own = sum(each.release == sequence for each in misses)
    if own and not told:
        told.append(f"release {sequence} is held: something was missed in {own} records of its sample")
    return told + [
        f"release {sequence} is held: something was missed in record {each.number} of the sample of release"
        f" {each.release}; {ANSWER}"
        for each in misses
        if each.release < sequence
    ]


def _bound(manifest: bytes) -> Mapping[str, Any]:
    try:
        bound = json.loads(manifest).get("case")
    except (ValueError, AttributeError, RecursionError):
        return {}
    sequence_is_whole = isinstance(bound, dict) and type(bound.get("sequence")) is int
    return bound if isinstance(bound, dict) and sequence_is_whole else {}


def run_of_release(case: Case, manifest: bytes) -> int:
    """Return the run whose decisions a release shows (0 where the case does not know it)."""
    with Session(case.engine) as session:
        row = session.get(ReleaseRow, (case.id, _bound(manifest).get("sequence", 0)))
        return row.run_id if row else 0


def run_against(case: Case, release: Path) -> int:
    """Return the run of an earlier release folder of this case (raises CaseError)."""
    try:
        manifest = (release / MANIFEST).read_bytes()
    except OSError as error:
        what = f"this is no release ({error.strerror})"
        raise CaseError(str(release), what, "name a folder that redact made") from None
    if _bound(manifest).get("id") != case.id or not (run := run_of_release(case, manifest)):
        raise CaseError(str(release), "it is no release of this case", "releases are compared within one case")
    return run


def needles_for(case: Case, run: int, scopes: Iterator[str]) -> Iterator[Needle]:
    """Yield the needles of a run with scopes as the copies know them.

    A full name whose record the copies no longer tell is searched everywhere; a lone name or a short value of a record
    that is not there is not searched.
    """
    known = {place_digest(case.keyed, "scope", scope): scope for scope in scopes if scope}
    for needle in needles_of_case(case, [run]):
        if not needle.scope or (needle.entity == "PERSON" and needle.tokens > 1):
            yield replace(needle, scope="")
        elif needle.scope in known:
            yield replace(needle, scope=known[needle.scope])
