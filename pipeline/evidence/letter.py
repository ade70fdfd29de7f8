"""The letter of a final release: what is released, what is withheld and why, how to object.

Its templates are Jinja files that an office edits in its configuration folder (``letter/``). They run in a sandbox and
see counts, laws, reasons and the office's own words, nothing of any record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import jinja2
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import ConfigError
from pipeline.evidence.aggregates import suppressed
from pipeline.evidence.report import counted, entity_words
from pipeline.evidence.summary import Summary
from pipeline.resources import config_file
from recognizers.resources import read_yaml

FOLDER: Final = "letter"
_TEMPLATES: Final = ("letter.html.j2", "letter.txt.j2")
_OFFICE: Final[Mapping[str, Any]] = {
    "name": "", "address": (), "telephone": "", "email": "", "signed_by": "", "closing": "",
}  # fmt: skip


def letters(summary: Summary, config: Path | None = None) -> tuple[str, str]:
    """Return the letter as HTML and as plain text.

    Raises:
        ConfigError: a template or ``office.yaml`` or ``appeals.yaml`` is missing or wrong.
    """
    told = _told(summary, config)
    html, text = (_rendered(name, told, config) for name in _TEMPLATES)
    return html, text


def _rendered(name: str, told: Mapping[str, Any], config: Path | None) -> str:
    path = config_file(f"{FOLDER}/{name}", config)
    environment = ImmutableSandboxedEnvironment(
        autoescape=name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["counted"] = counted
    try:
        return environment.from_string(path.read_text(encoding="utf-8")).render(told)
    except jinja2.TemplateSyntaxError as error:
        raise ConfigError(f"{path}, line {error.lineno}", f"the template is wrong ({error.message})", _HINT) from None
    except jinja2.TemplateError as error:
        raise ConfigError(str(path), f"the template cannot be filled ({error.message})", _HINT) from None


_HINT: Final = "compare it with the shipped one in configs/letter/"


def _told(summary: Summary, config: Path | None) -> dict[str, Any]:
    run, cell = summary.run, summary.cell_size
    held = sum(file.held_records for file in summary.files if file.status == "released")
    return {
        "office": _office(config),
        "date": _date(run.started_at),
        "request": run.request_id,
        "sequence": run.binding.sequence if run.binding else 0,
        "supplemental": bool(run.binding and run.binding.supplements),
        "supplements": run.binding.supplements if run.binding else 0,
        "released": summary.count("released"),
        "laws": _laws(summary, cell),
        "outside": [
            {"name": file.label, "why": "; ".join(file.reasons) or "it could not be examined"}
            for file in summary.files
            if file.status != "released"
        ],
        "records_held": suppressed({"held": held}, cell)["held"],
        "appeal": _appeal(run.policy.jurisdiction if run.policy else "", config),
    }


def _laws(summary: Summary, cell: int) -> list[dict[str, Any]]:
    """Return each law with its reason, the kinds of information and how many places, small counts suppressed."""
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for use in summary.rules:
        law = "; ".join(dict.fromkeys(each for each in (use.exemption, use.citation) if each))
        kinds[use.reason, law].add(entity_words(use.entity).lower())
        counts[use.reason, law] += use.count
    shown = suppressed({f"{reason}\0{law}": count for (reason, law), count in counts.items()}, cell)
    ordered = sorted(counts, key=lambda each: (-counts[each], each))
    return [
        {
            "reason": reason,
            "law": law,
            "kinds": ", ".join(sorted(kinds[reason, law])),
            "count": shown[f"{reason}\0{law}"],
        }
        for reason, law in ordered
    ]


def _office(config: Path | None) -> dict[str, Any]:
    told = _read("office.yaml", config)
    unknown = set(told) - set(_OFFICE)
    if unknown:
        raise ConfigError(f"{FOLDER}/office.yaml", f"unknown key {min(unknown)}", f"known keys: {', '.join(_OFFICE)}")
    return {**_OFFICE, **{key: value for key, value in told.items() if value}}


def _appeal(jurisdiction: str, config: Path | None) -> dict[str, str]:
    told = _read("appeals.yaml", config)
    for each in told.get("appeals", ()):
        if str(each["jurisdiction"]).casefold() in jurisdiction.casefold():
            return {"text": str(each["text"]), "citation": str(each.get("citation", ""))}
    other = told.get("otherwise") or {}
    return {"text": str(other.get("text", "")), "citation": str(other.get("citation", ""))}


def _read(name: str, config: Path | None) -> dict[str, Any]:
    path = config_file(f"{FOLDER}/{name}", config)
    try:
        told = read_yaml(path) or {}
    except yaml.YAMLError:
        raise ConfigError(str(path), "it is no YAML", "start from a copy of the shipped file") from None
    if not isinstance(told, dict):
        raise ConfigError(str(path), "it is no list of keys and values", "start from a copy of the shipped file")
    return told


def _date(iso: str) -> str:
    try:
        then = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{then:%B} {then.day}, {then.year}"
