"""The release: what it would be, its progress in the background, and how it ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from pipeline.case.proof import binding_problems
from pipeline.case.tables import ReleaseRow
from pipeline.evidence.manifest import MANIFEST, SIGNATURE, file_sha256, integrity
from pipeline.release import Release
from pipeline.review.blocking import blockers
from pipeline.review.desk import Desk
from pipeline.review.pages.page import Approving, AtDesk, Signed, back, rendered

router = APIRouter()
MOST_LOG_ROWS: Final = 200


@router.get("/release")
def show_release(request: Request, desk: AtDesk, _visit: Signed) -> Response:
    """Show what blocks, what goes on, and the releases so far."""
    desk.ledger.refresh()
    with Session(desk.case.engine) as session:
        wanted = select(ReleaseRow).where(ReleaseRow.case_id == desk.case.id).order_by(ReleaseRow.sequence.desc())
        made = [(each.sequence, each.at, each.status, each.recipient) for each in session.scalars(wanted)]
    work = desk.bench.work
    finished = work.result if work is not None and isinstance(work.result, dict) else None
    about = {
        "blockers": blockers(desk), "work": work, "made": made, "finished": finished,
        "folder": str(desk.next_folder()), "progress": desk.ledger.progress(),
        "signs": desk.road.office.sign is not None,
    }  # fmt: skip
    return rendered(request, "release.html", about)


@router.post("/release")
def start_release(desk: AtDesk, visit: Approving) -> Response:
    """Begin the release."""
    desk.release(visit.officer, lambda done: outcome_of(desk, done))
    return back("/release")


def outcome_of(desk: Desk, done: Release) -> dict[str, Any]:
    """Return what the page shows of a finished release: its log, its manifest, and what a check of it says."""
    folder = done.folder
    manifest = (folder / MANIFEST).read_bytes()
    told = json.loads(manifest)
    return {
        "folder": str(folder),
        "status": done.summary.status,
        "signed": (folder / SIGNATURE).is_file(),
        "problems": [*integrity(folder, (SIGNATURE,)), *binding_problems(desk.case, manifest)],
        "records": told["records"],
        "files": len(told["files"]),
        "sha256": file_sha256(folder / MANIFEST),
        "log": _rows(folder / "redaction-log.csv"),
    }


def _rows(path: Path) -> list[list[str]]:
    import csv  # noqa: PLC0415 - only here

    with path.open(encoding="utf-8", newline="") as stream:
        return [row for row, _ in zip(csv.reader(stream), range(MOST_LOG_ROWS + 1), strict=False)]
