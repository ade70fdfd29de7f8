"""Made-up people: the same person for the same number, on every machine and with every Python."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent.parent / "source"
# Areas above 899 were never given out, and the three well-known numbers are nobody's any more.
WELL_KNOWN_SSNS = ("078-05-1120", "219-09-9999", "123-45-6789")
# The card companies' own test numbers.
CARDS = (
    "4111 1111 1111 1111",
    "5555-5555-5555-4444",
    "378282246310005",
    "6011 1111 1111 1117",
    "4012 8888 8888 1881",
    "5105 1051 0510 5100",
)
WORDS = ("Biscuit", "Sunflower", "Tamarack", "Redtruck", "Grandma", "Huckleberry", "Fishing", "Pickles")
# 0100 to 0119 of each area are the agencies'; the rest of 555-01xx goes round among the private people.
PRIVATE_LINES = tuple(range(120, 200))
PHONE_STYLES = ("{}-555-{:04d}", "({}) 555-{:04d}", "{}.555.{:04d}", "+1 {} 555 {:04d}")


def sheet(name: str) -> dict[str, Any]:
    """Return one of the TOML files of the source folder."""
    return tomllib.loads((SOURCE / name).read_text(encoding="utf-8"))


PEOPLE = sheet("people.toml")
STREETS: dict[str, list[str]] = {each["town"]: each["names"] for each in PEOPLE["street"]}


def ascii_name(text: str) -> str:
    """Return a name as people put it into an address: lower case, no accents, no spaces or apostrophes."""
    plain = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ø", "O"))
    return "".join(each for each in plain.lower() if each.isascii() and each.isalnum())


@dataclass(frozen=True)
class Person:
    """A private person, made from a number and a town alone."""

    number: int
    town: str
    family: str = ""
    called: str = ""
    """``he`` or ``she`` where the text says so."""
    kind: str = field(default="private", init=False)

    def roll(self, what: str) -> random.Random:
        """Return a source of chance of its own for each fact, so that no fact moves another."""
        return random.Random(f"{self.number}/{what}")  # noqa: S311 - made-up people, not secrets

    @property
    def place(self) -> dict[str, str]:
        place: dict[str, str] = PEOPLE["towns"][self.town]
        return place

    @cached_property
    def given(self) -> str:
        women, men = PEOPLE["women"], PEOPLE["men"]
        names: list[str] = {"she": women, "he": men}.get(self.called, [*women, *men])
        return names[(self.number * 7 + self.number // len(names)) % len(names)]

    @cached_property
    def surname(self) -> str:
        names: list[str] = PEOPLE["surnames"]
        return self.family or names[(self.number * 5) % len(names)]

    @property
    def full(self) -> str:
        return f"{self.given} {self.surname}"

    @property
    def honorific(self) -> str:
        return f"Mx. {self.surname}"

    @property
    def initials(self) -> str:
        return "".join(f"{each[0]}." for each in (self.given, *self.surname.split()))

    @cached_property
    def email(self) -> str:
        given, surname = ascii_name(self.given), ascii_name(self.surname)
        return (
            f"{given}.{surname}@example.com",
            f"{given[0]}{surname}@example.net",
            f"{surname}.family@bigskymail.example",
            f"{given}_{surname[:4]}{int(self.roll('mail').random() * 90) + 10}@example.org",
        )[self.number % 4]

    @cached_property
    def phone(self) -> str:
        line = PRIVATE_LINES[(self.number * 37) % len(PRIVATE_LINES)]
        return PHONE_STYLES[int(self.roll("phone").random() ** 2 * 4)].format(self.place["area"], line)

    @cached_property
    def street(self) -> str:
        names = STREETS[self.town]
        roll = self.roll("street")
        unit = (" Apt 2B", " Unit 4", " #12")[int(roll.random() * 3)] if roll.random() < 0.2 else ""
        return f"{100 + int(roll.random() * 2800)} {names[int(roll.random() * len(names))]}{unit}"

    @property
    def address(self) -> str:
        return f"{self.street}, {self.place['city']}, {self.place['state']} {self.place['zip']}"

    @cached_property
    def born(self) -> tuple[int, int, int]:
        roll = self.roll("born")
        return 1936 + int(roll.random() * 68), 1 + int(roll.random() * 12), 1 + int(roll.random() * 28)

    @property
    def dob(self) -> str:
        year, month, day = self.born
        date = dt.date(year, month, day)
        return (f"{date:%m/%d/%Y}", f"{date:%B} {day}, {year}", f"{date:%Y-%m-%d}")[self.number % 3]

    @cached_property
    def ssn(self) -> str:
        roll = self.roll("ssn")
        if roll.random() < 0.3:
            return WELL_KNOWN_SSNS[self.number % 3]
        # Groups 01 to 49 keep it apart from taxpayer numbers, which begin at 50.
        return f"9{int(roll.random() * 100):02d}-{1 + int(roll.random() * 48):02d}-{1 + int(roll.random() * 9998):04d}"

    @property
    def card(self) -> str:
        return CARDS[self.number % len(CARDS)]

    @property
    def routing(self) -> str:
        return "123456780"  # passes the routing checksum and belongs to no bank

    @cached_property
    def bank(self) -> str:
        return f"{int(self.roll('bank').random() * 9 + 1)}{int(self.roll('bank2').random() * 10**9):09d}"

    @cached_property
    def account(self) -> str:
        roll = self.roll("account")
        return f"{int(roll.random() * 90):04d}-{int(roll.random() * 10000):04d}-{int(roll.random() * 9):02d}"

    @cached_property
    def password(self) -> str:
        roll = self.roll("password")
        return f"{WORDS[int(roll.random() * len(WORDS))]}{int(roll.random() * 9000) + 1000}!"

    @cached_property
    def license(self) -> str:
        return f"{int(self.roll('license').random() * 10**12) + 10**12}"

    @property
    def plate(self) -> str:
        return f"7-55{self.number % 1000:03d}B"

    @cached_property
    def tribal(self) -> str:
        return f"207U{int(self.roll('tribal').random() * 90000) + 10000}"


@dataclass(frozen=True)
class Official:
    """A person who speaks for an agency: name, title, office line and office mailbox are public."""

    role: str
    kind: str = field(default="official", init=False)

    @property
    def facts(self) -> dict[str, str]:
        facts: dict[str, str] = PEOPLE["officials"][self.role]
        return facts

    @property
    def agency(self) -> Agency:
        return Agency(self.facts["agency"])

    @property
    def full(self) -> str:
        return f"{self.facts['given']} {self.facts['surname']}"

    @property
    def title(self) -> str:
        return self.facts["title"]

    @property
    def phone(self) -> str:
        return self.facts["phone"]

    @property
    def email(self) -> str:
        return f"{self.facts['mailbox']}@{self.agency.facts['domain']}"


@dataclass(frozen=True)
class Agency:
    """A made-up city or town hall."""

    town: str
    kind: str = field(default="agency", init=False)

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = PEOPLE["agencies"][self.town]
        return facts

    @property
    def name(self) -> str:
        return str(self.facts["name"])

    @property
    def address(self) -> str:
        place = PEOPLE["towns"][self.town]
        return f"{self.facts['street']}, {place['city']}, {place['state']} {place['zip']}"

    @property
    def email(self) -> str:
        return f"{self.facts['mailboxes'][0]}@{self.facts['domain']}"

    @property
    def phone(self) -> str:
        return str(self.facts["phones"][0])


OFFICIAL_ROLES = frozenset(PEOPLE["officials"])
