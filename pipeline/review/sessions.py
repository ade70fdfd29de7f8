"""Who is at the desk: officers with their roles, the one-time link, and sessions that end.

Tokens are random, live in memory only, and are compared by their digest. A killed server has forgotten them all.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

REVIEWER, APPROVER, AUDITOR = "reviewer", "approver", "auditor"
ROLES: Final = (REVIEWER, APPROVER, AUDITOR)
IDLE_SECONDS: Final = 60 * 60
LONGEST_SECONDS: Final = 12 * 60 * 60
MOST_NOTICES: Final = 5


@dataclass(frozen=True, slots=True)
class Officer:
    """A person at the desk: how they sign in ("" by the one-time link), the name in the log, and what they may do."""

    login: str
    name: str
    roles: frozenset[str]

    def may(self, role: str) -> bool:
        """Return whether this person has a role."""
        return role in self.roles

    @property
    def only_looks(self) -> bool:
        """Whether this person decides and releases nothing: an auditor."""
        return self.roles.isdisjoint({REVIEWER, APPROVER})


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the next page: its tone (``done``, ``wrong`` or ``conflict``), what happened, what to do.

    ``mask`` names what was refused and can be done with its reason masked, "" for nothing.
    """

    tone: str
    text: str
    remedy: str = ""
    mask: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """What was refused for its reason: the reason as it was typed, what does it with another one, the page after it.

    It lives in the memory of the session, and nowhere else. ``key`` tells it from what was refused before and after.
    """

    reason: str = field(repr=False)
    again: Callable[[str], object] = field(repr=False)
    to: str
    key: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(slots=True)
class Visit:
    """A session: whose it is, since when, whether values are shown, what was shown already, and what to say next.

    ``looked_for`` is what was searched last, ``refused`` what was not done for the words of its reason: both live here,
    in memory, and nowhere else.
    """

    officer: Officer
    began: float
    used: float
    shows_values: bool = False
    viewed: set[str] = field(default_factory=set)
    notices: list[Notice] = field(default_factory=list)
    reason: str = ""
    looked_for: str = field(default="", repr=False)
    refused: Refused | None = field(default=None, repr=False)

    def tell(self, notice: Notice) -> None:
        """Keep a sentence for the next page."""
        self.notices = [*self.notices, notice][-MOST_NOTICES:]

    def told(self) -> list[Notice]:
        """Return the sentences that wait, and forget them."""
        waiting, self.notices = self.notices, []
        return waiting


class Sessions:
    """The sessions of a desk, and its one-time link; ``is_current`` says whether an account is still as it was."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, is_current: Callable[[Officer], bool] | None = None
    ) -> None:
        self._clock, self._is_current = clock, is_current
        self._visits: dict[str, Visit] = {}
        self._links: dict[str, Officer] = {}
        self._one = threading.Lock()

    def link(self, officer: Officer) -> str:
        """Return the token of a link that opens a session for an officer, once."""
        token = secrets.token_urlsafe(32)
        self._links[_digest(token)] = officer
        return token

    def follow(self, token: str) -> str | None:
        """Return the session for a link's token, which is used up by this; None where it opens nothing."""
        with self._one:
            officer = self._links.pop(_digest(token), None)
        return self.begin(officer) if officer is not None else None

    def begin(self, officer: Officer) -> str:
        """Begin a session and return its token."""
        token, at = secrets.token_urlsafe(32), self._clock()
        with self._one:  # what was typed in a session that nobody came back to goes with it
            self._visits = {key: each for key, each in self._visits.items() if not _has_ended(each, at)}
            self._visits[_digest(token)] = Visit(officer, at, at)
        return token

    def of(self, token: str) -> Visit | None:
        """Return the session of a token, None where there is none or it has ended."""
        at = self._clock()
        with self._one:
            visit = self._visits.get(_digest(token))
            if visit is None:
                return None
            if _has_ended(visit, at):
                del self._visits[_digest(token)]
                return None
        if visit.officer.login and self._is_current is not None and not self._is_current(visit.officer):
            self.end_all_of(visit.officer.login)  # the account was taken away or changed since
            return None
        visit.used = at
        return visit

    def end(self, token: str) -> None:
        """End a session."""
        with self._one:
            self._visits.pop(_digest(token), None)

    def end_all_of(self, login: str) -> None:
        """End the sessions of a person who may no longer work on the case."""
        with self._one:
            self._visits = {key: each for key, each in self._visits.items() if each.officer.login != login}


def _has_ended(visit: Visit, at: float) -> bool:
    return at - visit.used > IDLE_SECONDS or at - visit.began > LONGEST_SECONDS


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
