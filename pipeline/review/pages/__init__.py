"""The pages of the desk, one module each."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from pipeline.review.pages import (
    case,
    columns,
    document,
    history,
    lifts,
    marking,
    masking,
    queue,
    release,
    sample,
    search,
    signing_in,
    table,
)

PAGES: Final[tuple[APIRouter, ...]] = (
    signing_in.router,
    case.router,
    queue.router,
    document.router,
    marking.router,
    masking.router,
    lifts.router,
    search.router,
    columns.router,
    table.router,
    history.router,
    release.router,
    sample.router,
)
