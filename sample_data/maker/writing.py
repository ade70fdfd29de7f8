"""Texts with people in them, and the book of what was planted where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from maker.cast import OFFICIAL_ROLES, Agency, Official, Person

ENTITY_OF = {
    "full": "PERSON",
    "email": "EMAIL_ADDRESS",
    "phone": "PHONE_NUMBER",
    "street": "STREET_ADDRESS",
    "address": "STREET_ADDRESS",
    "dob": "DATE_OF_BIRTH",
    "ssn": "US_SSN",
    "card": "CREDIT_CARD",
    "bank": "BANK_ACCOUNT",
    "routing": "BANK_ACCOUNT",
    "account": "LINKED_IDENTIFIER",
    "password": "PASSWORD",
    "license": "US_DRIVER_LICENSE",
    "tribal": "TRIBAL_ID",
    "plate": "LICENSE_PLATE",
    "case": "UNIQUE_IDENTIFIER",
}
PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\.([a-z]+))?(?:\.(upper))?\}")
ROLES = {
    "me": (0, ""),
    "me_her": (0, "she"),
    "me_him": (0, "he"),
    "other": (50, ""),
    "her": (50, "she"),
    "him": (50, "he"),
    "kid": (100, ""),
    "girl": (100, "she"),
    "boy": (100, "he"),
    "third": (150, ""),
    "third_her": (150, "she"),
    "other_heir": (200, ""),
}
"""Each private role: how far its number lies from the cast's own, and what the text calls it."""
HOLDING = frozenset({"encrypted"})
"""What holds a record whatever the policy says; any other part that cannot be examined is left out of the copy."""
CHILDREN = frozenset({"kid", "girl", "boy"})


@dataclass(frozen=True, order=True)
class Plant:
    """A value that was put into a text, and what a Montana release owes it."""

    entity: str
    value: str
    kind: str

    @property
    def expect(self) -> str:
        return "withhold" if self.kind == "private" else "release"


@dataclass
class Cast:
    """Who plays which role in one thread, row or letter; remembers every value it gave out."""

    number: int
    town: str
    called: str = ""
    plants: set[Plant] = field(default_factory=set)

    def player(self, role: str) -> Person | Official | Agency:
        if role in OFFICIAL_ROLES:
            return Official(role)
        if role == "agency":
            return Agency(self.town)
        family = Person(self.number, self.town).surname if role in CHILDREN else ""
        offset, called = ROLES[role]
        return Person(self.number + offset, self.town, family, called or (self.called if offset == 0 else ""))

    def private(self, role: str = "me") -> Person:
        player = self.player(role)
        assert isinstance(player, Person)
        return player

    @property
    def case(self) -> str:
        kinds = ("CR", "BP", "WO", "PRR", "ZV")
        return f"{kinds[self.number % 5]}-2025-{1000 + (self.number * 389) % 9000:04d}"

    def value(self, role: str, fact: str = "full", *, upper: bool = False) -> str:
        """Return a fact of a player and note it as planted."""
        if role == "case":
            self.plants.add(Plant("UNIQUE_IDENTIFIER", self.case, "agency"))
            return self.case
        player = self.player(role)
        text = str(getattr(player, fact))
        text = text.upper() if upper else text
        if entity := ENTITY_OF.get(fact):
            planted = text.split(",", maxsplit=1)[0] if fact == "address" else text
            self.plants.add(Plant(entity, planted, player.kind))
        return text

    def fill(self, template: str) -> str:
        """Return a template with its placeholders filled in."""

        def put(found: re.Match[str]) -> str:
            return self.value(found[1], found[2] or "full", upper=found[3] is not None)

        return PLACEHOLDER.sub(put, template.strip("\n"))


def flat(text: str) -> str:
    """Return a text with its quote signs and line ends smoothed away, for looking values up."""
    return re.sub(r"\s+", " ", re.sub(r"(?m)^(?:> ?)+", "", text))


@dataclass
class Book:
    """Everything that was planted: file, record, value, entity, kind and what is expected of it."""

    rows: list[dict[str, object]] = field(default_factory=list)
    held: list[dict[str, object]] = field(default_factory=list)
    left_out: list[dict[str, object]] = field(default_factory=list)

    def note(self, file: str, record: int | None, text: str, plants: Iterable[Plant]) -> None:
        """Note the plants that stand in the text of a record."""
        smooth = flat(text)
        for each in sorted(set(plants)):
            if each.value in smooth:
                self.rows.append(
                    {
                        "file": file,
                        "record": record,
                        "entity": each.entity,
                        "value": each.value,
                        "kind": each.kind,
                        "expect": each.expect,
                    }
                )

    def unreadable(self, file: str, record: int | None, why: str) -> None:
        """Note a record with a part that cannot be read, or that is no text at all."""
        where = self.held if why in HOLDING else self.left_out
        where.append({"file": file, "record": record, "why": why})
