"""Who is public: the contacts of agencies and businesses, the officials an office names, mailboxes, public titles.

Being on a list of the office (``agency_contact``, ``business_contact``, ``official``) lets a policy release; a
government mailbox or a public title beside a name only proposes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.policy.agency_contacts import (
    AddressForms,
    AgencyContacts,
    AgencyFile,
    BusinessFile,
    Domains,
    words_of_name,
)
from pipeline.policy.load import validation_faults
from pipeline.policy.marked_yaml import read_marked
from pipeline.policy.officials import Officials, read_officials
from pipeline.policy.public_titles import PublicTitles
from pipeline.resources import config_file

__all__ = ["AgencyContacts", "Officials", "Rosters"]

_Shape = TypeVar("_Shape", bound=BaseModel)


@dataclass(frozen=True)
class Rosters:
    """The lists of one office; ``files`` are those that go into the release folder."""

    contacts: AgencyContacts
    officials: Officials
    domains: Domains
    titles: PublicTitles
    businesses: AgencyContacts
    files: tuple[Path, ...] = ()

    @classmethod
    def load(cls, config: Path | None = None) -> Rosters:
        """Return the lists found in the configuration folders; the first folder that has a file gives it.

        Raises:
            ConfigError: a file is missing.
            PolicyError: a file is wrong; the error names file, line and key.
        """
        contacts, officials = config_file("agency_contacts.yaml", config), config_file("officials.csv", config)
        businesses = config_file("business_contacts.yaml", config)
        forms = _shaped(AddressForms, config_file("address_forms.yaml", config))
        return cls(
            contacts=AgencyContacts.of(_shaped(AgencyFile, contacts).agencies, forms),
            officials=read_officials(officials),
            domains=_shaped(Domains, config_file("government_domains.yaml", config)),
            titles=_shaped(PublicTitles, config_file("public_titles.yaml", config)),
            businesses=AgencyContacts.of(_shaped(BusinessFile, businesses).businesses, forms),
            files=(contacts, officials, businesses),
        )

    def limited(self, *, use_agency_contacts: bool, use_officials: bool, use_business_contacts: bool = True) -> Rosters:
        """Return these lists without those that a policy does not use."""
        contacts = self.contacts if use_agency_contacts else AgencyContacts.of((), self.contacts.forms)
        officials = self.officials if use_officials else Officials({})
        businesses = self.businesses if use_business_contacts else AgencyContacts.of((), self.contacts.forms)
        used = (use_agency_contacts, use_officials, use_business_contacts)
        files = tuple(path for path, is_used in zip(self.files, used, strict=False) if is_used)
        return replace(self, contacts=contacts, officials=officials, businesses=businesses, files=files)

    def agency_contact(self, entity: str, value: str) -> str | None:
        """Return the agency whose published address, telephone, fax or mailbox a value is, or None."""
        return self.contacts.agency(entity, value)

    def business_contact(self, entity: str, value: str) -> str | None:
        """Return the business of the office's list whose address, telephone, fax or mailbox a value is, or None."""
        return self.businesses.agency(entity, value)

    def business(self, name: str) -> bool:
        """Return whether a name, whole, is that of a business of the office's list."""
        words = words_of_name(name)
        return bool(words) and words in self.businesses.names

    def official(self, name: str, on: date | None = None) -> str | None:
        """Return the title of the official whose whole name this is (in office ``on`` a day), or None."""
        found = self.officials.find(name, on)
        return found.title if found else None

    def government_domain(self, email: str) -> bool:
        """Return whether a mailbox stands at a government's domain; pupils and patrons may have one too."""
        known = self.contacts.has_domain(email) and not self.domains.excludes(email)
        return known or self.domains.has(email)

    def title_near(self, text: str, start: int, end: int) -> bool:
        """Return whether a public title stands directly beside ``text[start:end]`` or on the line below it."""
        return self.titles.near(text, start, end)


def _shaped(shape: type[_Shape], path: Path) -> _Shape:
    marked = read_marked(path)
    if not isinstance(marked.data, dict):
        raise marked.error((), "the file is a list of keys and values", "start from a copy of the shipped file")
    try:
        return shape.model_validate(marked.data)
    except ValidationError as problem:
        raise next(validation_faults(problem, marked, shape)) from None
