"""An export of the permit desk as JSON Lines: nested records, numbers as numbers, a key that is an address."""

from __future__ import annotations

import json
from typing import Any

from maker.writing import Book, Cast, Plant

FILE = "exports/permit-applications.jsonl"
RECORDS = 24
WORKS = ("deck", "fence", "carport", "second kitchen", "wood stove", "sign over the walk")


def write_record(number: int) -> tuple[dict[str, Any], Cast]:
    """Return one application."""
    cast = Cast(700 + number, "pineford" if number % 3 else "eastmarsh")
    person = cast.private()
    applicant: dict[str, Any] = {
        "first_name": person.given,
        "last_name": person.surname,
        "email": cast.value("me", "email"),
        "phones": [cast.value("me", "phone")],
        "street_address": cast.value("me", "street"),
    }
    if number % 4 == 1:
        applicant["ssn"] = int(cast.value("me", "ssn").replace("-", ""))
        cast.plants.add(Plant("US_SSN", str(applicant["ssn"]), "private"))
    record: dict[str, Any] = {
        "case": cast.value("case"),
        "applicant": applicant,
        "work": WORKS[number % len(WORKS)],
        "fee": 40 + number * 2.5,
        "approved": number % 5 != 0,
        "note": None,
    }
    if number % 6 == 2:
        record["note"] = cast.fill("Neighbor {other.full} objects, call {other.phone} after five.")
    if number == 17:
        record["contacts"] = {cast.value("other", "email"): {"since": 2019}}
    cast.plants |= {Plant("PERSON", f"{person.given} {person.surname}", "private")}
    return record, cast


def write_permits(book: Book) -> dict[str, bytes]:
    """Return the export; every third record escapes what is not ASCII, as some programs do."""
    lines = []
    for number in range(1, RECORDS + 1):
        record, cast = write_record(number)
        lines.append(json.dumps(record, ensure_ascii=number % 3 == 0) + "\n")
        book.note(FILE, number, " ".join(texts_in(record)), cast.plants)
    return {FILE: "".join(lines).encode("utf-8")}


def texts_in(value: Any) -> list[str]:
    """Return the keys, texts and numbers of a record in order."""
    if isinstance(value, dict):
        return [text for key, below in value.items() for text in (key, *texts_in(below))]
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each)]
    return [] if value is None or isinstance(value, bool) else [str(value)]
