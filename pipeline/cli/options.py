"""Options that several commands share, spelled once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Accuracy(StrEnum):
    """How hard to look: ``fast`` (patterns and the light name model) or ``thorough`` (all models)."""

    FAST = "fast"
    THOROUGH = "thorough"


class Engine(StrEnum):
    """Where units run: ``local`` (processes of this machine) or ``spark`` (a cluster)."""

    LOCAL = "local"
    SPARK = "spark"


Paths = Annotated[
    list[Path], typer.Argument(help="Files or folders: mail, documents, tables, text, archives.", show_default=False)
]
Inputs = Annotated[
    list[str],
    typer.Argument(
        help="Files or folders: mail, documents, tables, text, archives. "
        "With --engine spark also addresses: s3a://bucket/export.",
        show_default=False,
        metavar="PATHS...",
    ),
]
AccuracyOption = Annotated[Accuracy, typer.Option("--accuracy", help="fast or thorough.", case_sensitive=False)]
EntitiesOption = Annotated[str, typer.Option("--entities", help="Look for these only, such as US_SSN,EMAIL_ADDRESS.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=0, help="Worker processes; 0: one a core, at most 8.")]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="A folder with your own policies, agency_contacts.yaml, business_contacts.yaml and officials.csv.",
    ),
]
EngineOption = Annotated[
    Engine, typer.Option("--engine", help="local: processes of this machine; spark: a cluster (docs/scale.md).")
]
SparkMasterOption = Annotated[
    str, typer.Option("--spark-master", help="The cluster, such as spark://HOST:7077; not needed under spark-submit.")
]


class Recipient(StrEnum):
    """Who receives the copy."""

    REQUESTER = "requester"
    PUBLIC = "public"
    COURT = "court"
    AGENCY = "agency"


OriginOption = Annotated[str, typer.Option("--origin", help="Where the records come from, such as mvd.")]
CollectedOption = Annotated[
    str, typer.Option("--collected-on", help="The day they were collected (2014-05-02): which promise was made then.")
]
FlagsOption = Annotated[
    list[str] | None,
    typer.Option("--flag", help="What no detector sees, such as crime_victim or pupil_record; may be repeated."),
]
FactsOption = Annotated[
    Path | None, typer.Option("--facts", help="A file that states the rest: purpose, context, court order, by file.")
]
ConsentsOption = Annotated[Path | None, typer.Option("--consents", help="The register of consents, a CSV file.")]
SubjectOption = Annotated[
    Path | None, typer.Option("--for-subject", help="Who asks for their own record, identity checked: a YAML file.")
]
