"""``release.json``: what a release folder holds, what became of every file, and the sha256 of each file in it.

It holds no hash of any input: a small form can be guessed and confirmed.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pipeline.evidence.summary import FileOutcome, QuasiFacts, Run, Summary, coarse, coarse_count
from pipeline.model import Cover

MANIFEST: Final = "release.json"
LOG: Final = "redaction-log.csv"
SIGNATURE: Final = "release.json.sig"
SCHEMA: Final = 1
_CHUNK: Final = 1 << 20
_OUTSIDE: Final = ("held", "not_scanned")


def manifest(summary: Summary, folder: Path) -> dict[str, Any]:
    """Return the manifest of the release in ``folder`` (all its other files must be written).

    Args:
        summary: what became of the files.
        folder: the release folder; a ``release.json`` in it is left out.
    """
    known = {each.output: each.sha256 for each in summary.files if each.output}
    return {
        "schema": SCHEMA,
        "status": summary.status,
        "complete": summary.complete,
        **_run(summary.run),
        "totals": _totals(summary),
        "records": [_file(outcome, summary.cell_size) for outcome in summary.files],
        "notes": _notes(summary.cell_size),
        "files": {
            name: known.get(name) or file_sha256(folder / name) for name in sorted(_names(folder)) if name != MANIFEST
        },
    }


def _notes(cell_size: int) -> list[str]:
    outside = f"Of files that are not in this release, counts below {cell_size} are given as a range."
    return [
        f"Counts are places, not people. {outside}",
        "No hash of an original is given here or anywhere else in this release.",
    ]


def manifest_bytes(content: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written: UTF-8 JSON, two blanks indented, the same for the same content."""
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _run(run: Run) -> dict[str, Any]:
    policy = run.policy
    return {
        "request_id": run.request_id,
        "recipient": run.recipient,
        "case": _binding(run),
        "started_at": run.started_at,
        "accuracy": run.accuracy,
        "tool": {"name": "releasable", "version": run.version},
        "models": [{"name": each.name, "version": each.version, "sha256": each.sha256} for each in run.models],
        "policy": {"name": policy.name, "version": policy.version, "sha256": policy.sha256} if policy else None,
    }


def _binding(run: Run) -> dict[str, Any] | None:
    bound = run.binding
    if bound is None:
        return None
    return {
        "id": bound.case,
        "sequence": bound.sequence,
        "previous_release": bound.previous or None,
        **({"supplements": bound.supplements} if bound.supplements else {}),
        "audit": {"head": bound.audit_head, "length": bound.audit_length},
    }


def _totals(summary: Summary) -> dict[str, Any]:
    return {
        "files": {status: summary.count(status) for status in ("released", *_OUTSIDE)},
        "withheld": summary.totals("withheld"),
        "released": summary.totals("released"),
        "released_by_people": dict(summary.lifted),
        "undecided": summary.undecided,
        "records_held": sum(file.held_records for file in summary.files),
        "parts_withheld": sum(file.parts_withheld for file in summary.files),
        "headers_dropped": sum(file.headers_dropped for file in summary.files),
    }


def _file(outcome: FileOutcome, cell_size: int) -> dict[str, Any]:
    is_out = outcome.status == "released"
    covers = {cover.value: outcome.units.get(cover.value, 0) for cover in Cover}
    told: dict[str, Any] = {"name": outcome.label, "status": outcome.status}
    if is_out:
        told |= {"output": outcome.output, "sha256": outcome.sha256, "bytes": outcome.size}
    if outcome.quasi is not None:
        told["quasi_identifiers"] = _quasi(outcome.quasi, cell_size)
    if outcome.notes:
        told["notes"] = list(outcome.notes)
    return told | {
        "reasons": list(outcome.reasons),
        "records_held": outcome.held_records,
        "withheld": dict(outcome.withheld) if is_out else coarse(outcome.withheld, cell_size),
        "coverage": {
            "units": sum(covers.values()),
            **covers,
            "parts_withheld": outcome.parts_withheld,
            "headers_dropped": outcome.headers_dropped,
        },
    }


def _quasi(facts: QuasiFacts, cell_size: int) -> dict[str, Any]:
    def told(unique: int, smallest: int) -> dict[str, int | str]:
        return {
            "unique_rows": coarse_count(unique, cell_size),
            "smallest_group": coarse_count(smallest, cell_size),
        }

    return {
        "columns": list(facts.columns),
        "rows": facts.rows,
        **told(facts.unique, facts.smallest),
        "fewest_columns_that_leave_a_row_alone": [list(each) for each in facts.telling],
        "would_mend": [{"step": words, **told(unique, smallest)} for words, unique, smallest in facts.mending],
    }


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _names(folder: Path) -> Iterator[str]:
    """Yield the names of everything in a folder that is not itself a folder, links included."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(folder).as_posix()


def integrity(folder: Path, besides: Collection[str] = ()) -> list[str]:
    """Return what is wrong with a release folder, in plain words; nothing when it is what its manifest says.

    Args:
        folder: the release folder.
        besides: names that may stand in it without being listed (a detached signature).
    """
    try:
        told = json.loads((folder / MANIFEST).read_bytes(), object_pairs_hook=_once)
        listed, records = _listed(told)
    except FileNotFoundError:
        return [f"{MANIFEST}: missing"]
    except (OSError, ValueError, RecursionError):
        return [f"{MANIFEST}: cannot be read as a release manifest"]
    problems = [problem for name in sorted(listed) if (problem := _problem(folder, name, listed[name]))]
    here = set(_names(folder)) - {MANIFEST, *besides}
    problems += [f"{name}: not listed in {MANIFEST}" for name in sorted(here - set(listed))]
    problems += [
        f"{name}: {MANIFEST} contradicts itself" for name, digest in sorted(records) if listed.get(name) != digest
    ]
    holding = {str(parent) for name in _names(folder) for parent in PurePosixPath(name).parents}
    empty = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir() and not path.is_symlink()
    }
    problems += [f"{name}: a folder that holds nothing" for name in sorted(empty - holding - {"records"})]
    if told["status"] == "final" and not problems and _has_undecided(folder / LOG):
        problems.append(f"{MANIFEST}: says final, and {LOG} has undecided rows")
    return problems


def _has_undecided(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", newline="") as stream:
        return any(row.get("decided_by") == "undecided" for row in csv.DictReader(stream))


def _problem(folder: Path, name: str, digest: str) -> str:
    pure = PurePosixPath(name)
    if not name or pure.is_absolute() or ".." in pure.parts or "\\" in name:
        return f"{MANIFEST}: lists a name outside the folder"
    path = folder / name
    if any((folder / inner).is_symlink() for inner in (pure, *pure.parents[:-1])):
        return f"{name}: is a link, not a file"
    if not path.is_file():
        return f"{name}: missing"
    try:
        return "" if file_sha256(path) == digest else f"{name}: altered after it was written"
    except OSError:
        return f"{name}: cannot be read"


def _listed(told: Any) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the listed files with their sha256, and output name and sha256 of each released record.

    Raises:
        ValueError: it is not a manifest of this schema.
    """
    if not isinstance(told, dict) or told.get("schema") != SCHEMA or told.get("status") not in {"provisional", "final"}:
        raise ValueError("not a manifest")
    listed, records = told.get("files"), told.get("records")
    if not isinstance(listed, dict) or not isinstance(records, list):
        raise ValueError("not a manifest")  # noqa: TRY004 - one error for all that is wrong with its shape
    if not all(isinstance(digest, str) for digest in listed.values()):
        raise ValueError("not a manifest")
    if not all(isinstance(each, dict) for each in records):
        raise ValueError("not a manifest")
    released = [each for each in records if each.get("status") == "released"]
    return listed, [(str(each.get("output")), str(each.get("sha256"))) for each in released]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice")
    return content
