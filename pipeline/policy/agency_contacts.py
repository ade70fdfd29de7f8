"""The published contacts of government offices and of businesses, and which mail domains are a government's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["AddressForms", "AgencyContacts", "AgencyFile", "BusinessFile", "Domains"]

_EXTENSION = re.compile(r"(?i)[\s,;]*(?:x|ext\.?|extension)\s*\.?\s*\d{1,6}\s*$")
_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_WORD = re.compile(r"[^\W_]+(?:[-'/][^\W_]+)*")
_ZIP = re.compile(r"(\d{5})-\d{4}")

_Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PostalAddress(_Strict):
    """A street address of an office; ``zip`` in quotes, so that leading zeros stay."""

    street: _Text
    city: _Text
    state: _Text
    zip: Annotated[str, Field(pattern=r"^\d{5}(-\d{4})?$")] = ""


class Listed(_Strict):
    """One business and the contacts under which it is reached as a business."""

    name: _Text
    source: str = ""
    addresses: tuple[PostalAddress, ...] = ()
    phones: tuple[_Text, ...] = ()
    faxes: tuple[_Text, ...] = ()
    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()


class Agency(Listed):
    """One office and its published contacts."""

    domains: tuple[_Text, ...] = ()


class AgencyFile(_Strict):
    """What ``agency_contacts.yaml`` may say."""

    agencies: tuple[Agency, ...]


class BusinessFile(_Strict):
    """What ``business_contacts.yaml`` may say."""

    businesses: tuple[Listed, ...]


class AddressForms(_Strict):
    """Words of addresses that are written in several ways (``address_forms.yaml``)."""

    forms: dict[str, tuple[str, ...]]
    fillers: tuple[str, ...] = ()

    def fold(self, address: str) -> tuple[str, ...]:
        """Return the words of an address, folded: case, accents, punctuation, abbreviations, ZIP+4."""
        plain = "".join(
            mark for mark in unicodedata.normalize("NFKD", address).casefold() if not unicodedata.combining(mark)
        )
        known = {form: short for short, forms in self.forms.items() for form in forms}
        words = (_ZIP.sub(r"\1", word) for word in _WORD.findall(_INITIALS.sub("", plain)))
        return tuple(known.get(word, word) for word in words)


class Domains(_Strict):
    """Which mail domains are a government's own (``government_domains.yaml``)."""

    suffixes: tuple[str, ...]
    us_first_labels: tuple[str, ...]
    us_place_labels: tuple[str, ...]
    excluded_labels: tuple[str, ...]
    states: tuple[str, ...]

    def excludes(self, email: str) -> bool:
        """Return whether a mailbox stands at a domain for pupils, students or patrons."""
        return not set(self.excluded_labels).isdisjoint(_mailbox(email).rpartition("@")[2].split("."))

    def has(self, email: str) -> bool:
        """Return whether a mailbox stands at a government's domain."""
        domain = _mailbox(email).rpartition("@")[2]
        labels = domain.split(".")
        if len(labels) < 2 or not all(labels) or self.excludes(email):
            return False
        if any(domain.endswith(f".{suffix}") for suffix in self.suffixes):
            return True
        if len(labels) < 3 or labels[-1] != "us" or labels[-2] not in self.states:
            return False
        place, *narrower = labels[-3::-1]  # from the right: missoula, co
        return place in self.us_first_labels or (bool(narrower) and narrower[0] in self.us_place_labels)


@dataclass(frozen=True)
class AgencyContacts:
    """The contacts of agencies, or of businesses, folded for look-up; ``names`` are theirs, folded too."""

    emails: dict[str, str]
    phones: dict[str, str]
    streets: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]]
    domains: frozenset[str]
    forms: AddressForms
    names: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(cls, agencies: Iterable[Listed], forms: AddressForms) -> AgencyContacts:
        """Return the contacts of agencies or businesses; of two with one contact the first is named."""
        contacts = cls({}, {}, {}, frozenset(), forms)
        domains: set[str] = set()
        names: set[tuple[str, ...]] = set()
        for agency in agencies:
            names.add(words_of_name(agency.name))
            if isinstance(agency, Agency):
                domains.update(domain.casefold() for domain in agency.domains)
            for email in agency.emails:
                contacts.emails.setdefault(_mailbox(email), agency.name)
            for phone in (*agency.phones, *agency.faxes):
                contacts.phones.setdefault(_digits(phone), agency.name)
            for address in agency.addresses:
                tail = forms.fold(f"{address.city} {address.state} {address.zip}")
                contacts.streets.setdefault(forms.fold(address.street), []).append((tail, agency.name))
        return cls(contacts.emails, contacts.phones, contacts.streets, frozenset(domains), forms, frozenset(names))

    def agency(self, entity: str, value: str) -> str | None:
        """Return the agency whose published contact a value is, or None."""
        if entity == "EMAIL_ADDRESS":
            return self.emails.get(_mailbox(value))
        if entity == "PHONE_NUMBER":
            return self.phones.get(_digits(value))
        return self._at_street(value) if entity == "STREET_ADDRESS" else None

    def has_domain(self, email: str) -> bool:
        """Return whether a mailbox stands at a domain of one of the agencies, or below it."""
        labels = _mailbox(email).rpartition("@")[2].split(".")
        return any(".".join(labels[start:]) in self.domains for start in range(len(labels)))

    def _at_street(self, value: str) -> str | None:
        words = self.forms.fold(value)
        for length in {len(street) for street in self.streets}:
            for tail, name in self.streets.get(words[:length], ()):
                if self._is_tail(words[length:], tail):
                    return name
        return None

    def _is_tail(self, words: tuple[str, ...], tail: tuple[str, ...]) -> bool:
        """Return whether what follows a street is its own town, state and ZIP code, or part of them, in order."""
        left = iter(tail)
        return all(word in left for word in words if word not in self.forms.fillers)


def words_of_name(name: str) -> tuple[str, ...]:
    """Return the words of a name, case and accents folded."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return tuple(_WORD.findall("".join(mark for mark in plain if not unicodedata.combining(mark))))


def _mailbox(email: str) -> str:
    return email.strip().casefold().removeprefix("mailto:").strip("<>[]()\"'.,; ")


def _digits(phone: str) -> str:
    digits = "".join(mark for mark in _EXTENSION.sub("", phone) if mark.isdecimal() and mark.isascii())
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
