"""The access log of the bill-paying portal, as text."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from maker.mime import token
from maker.writing import Book, Cast, Plant

LOG = "logs/portal-access.log"
LINES = 150
FIRST = datetime(2025, 3, 3, 6, 0, 11)  # noqa: DTZ001 - the zone is on every line
PAGES = (
    "/",
    "/pay",
    "/bills",
    "/forms/pothole",
    "/static/site.css",
    "/permits/search?q=deck",
    "/agenda/2025-03-11.pdf",
)
NETWORKS = ("192.0.2.{}", "198.51.100.{}", "203.0.113.{}", "2001:db8:17::{:x}")


def write_line(line: int) -> tuple[str, Cast]:
    """Return one line of the log: mostly pages, some logins, some errors with a user in them."""
    roll = random.Random(f"log/{line}")  # noqa: S311 - a made-up log, not a secret
    cast = Cast(540 + line % 40, "pineford")
    ip = NETWORKS[int(roll.random() * 4)].format(2 + cast.number % 200)
    session = f"sid={token('sid', cast.number)}"
    when = f"{FIRST + timedelta(seconds=line * 211 + int(roll.random() * 90)):%d/%b/%Y:%H:%M:%S} -0700"
    chance = roll.random()
    linked = {Plant("IP_ADDRESS", ip, "private"), Plant("LINKED_IDENTIFIER", session[4:], "private")}
    if chance < 0.16:
        cast.plants |= linked
        return (
            f'{ip} - - [{when}] "POST /login HTTP/1.1" 302 0 {session} login ok user={cast.value("me", "email")}',
            cast,
        )
    if chance < 0.22:
        cast.plants |= linked
        why = f"ERROR payment declined for {cast.value('me')} account {cast.value('me', 'account')}"
        return f'{ip} - - [{when}] "POST /pay HTTP/1.1" 502 611 {session} {why}', cast
    if chance < 0.26:
        why = f"WARN reset link sent to {cast.value('me', 'email')} by {cast.value('deputy')}"
        return f'{ip} - - [{when}] "POST /reset HTTP/1.1" 200 88 - {why}', cast
    page = PAGES[int(roll.random() * len(PAGES))]
    size = int(roll.random() * 40000)
    return f'{ip} - - [{when}] "GET {page} HTTP/1.1" {200 if size % 9 else 404} {size} {session}', cast


def write_log(book: Book) -> dict[str, bytes]:
    """Return the log."""
    lines = []
    for line in range(1, LINES + 1):
        text, cast = write_line(line)
        lines.append(text)
        book.note(LOG, line, text, cast.plants)
    return {LOG: ("\n".join(lines) + "\n").encode("utf-8")}
