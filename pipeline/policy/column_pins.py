"""What an office has laid down about the columns of its tables, in ``column_pins.yaml``.

The file lies in the office's configuration folder or beside its policy.

    tables:
      - file: "voters*.csv"           # a name or a pattern with * and ?, for the file's name or its path in the input
        distribution_list: cleared    # the officer has cleared it under the law on distribution lists
        columns:
          - {column: remarks, class: free_text}
          - {column: 4, class: entity, entity: PERSON, part: surname}    # a number counts columns from 1

For each column, the first table that fits and pins it decides. A pin holds against what the values look like,
and the evidence says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import UnreadableSource
from pipeline.model import ColumnClass
from pipeline.policy.load import validation_faults
from pipeline.policy.marked_yaml import read_marked
from pipeline.resources import config_folders
from recognizers.entities import ENTITIES, LINKED_IDENTIFIER, UNIQUE_IDENTIFIER

FILE: Final = "column_pins.yaml"
Cleared = Literal["cleared", "held"]
Number = Annotated[int, Field(ge=1, strict=True)]
Name = Annotated[str, Field(min_length=1, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnPin(_Strict):
    """One column, by its header or its number (from 1), and the class that the office gives it."""

    column: Number | Name
    kind: Literal["entity", "free_text", "identifier", "quasi", "inert", "unsure"] = Field(alias="class")
    entity: str = ""
    part: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")] = "full"

    @model_validator(mode="after")
    def _entity_fits(self) -> Self:
        if self.kind == "entity" and self.entity not in set(ENTITIES) - {UNIQUE_IDENTIFIER, LINKED_IDENTIFIER}:
            raise ValueError("class entity needs an entity that is known, such as PERSON or STREET_ADDRESS")
        if self.kind == "identifier" and self.entity not in ("", UNIQUE_IDENTIFIER):
            raise ValueError(f"an identifier has no entity, or {UNIQUE_IDENTIFIER}")
        if self.kind not in ("entity", "identifier") and self.entity:
            raise ValueError("only the class entity has an entity")
        return self

    def names(self, index: int, header: Sequence[str]) -> bool:
        """Return whether this pin is for the column ``index`` (from 0) of a table with this header."""
        if isinstance(self.column, int):
            return self.column == index + 1
        return index < len(header) and header[index].strip().casefold() == self.column.strip().casefold()

    def laid_on(self, found: ColumnClass, said: str = f"pinned by the office ({FILE})") -> ColumnClass:
        """Return the class of a column as pinned, with who says so and what its values look like in the evidence."""
        entity = UNIQUE_IDENTIFIER if self.kind == "identifier" else self.entity
        why = [said]
        if found.kind == "entity" and (self.kind, entity) != (found.kind, found.entity):
            what = entity or self.kind
            why.append(f"without the pin it would be {found.entity}: is {what} what is meant?")
        part = self.part if self.kind == "entity" else "full"
        return replace(
            found, kind=self.kind, entity=entity, part=part, confidence=1.0, evidence=(*why, *found.evidence)
        )


class TablePins(_Strict):
    """The pins for the files that a pattern names."""

    file: Name
    distribution_list: Cleared | None = None
    columns: tuple[ColumnPin, ...] = ()

    def fits(self, name: str) -> bool:
        """Return whether the pattern names a file, by its path inside the input or its name; capitals do not count."""
        pattern, path = self.file.casefold(), name.casefold()
        return fnmatchcase(path, pattern) or fnmatchcase(PurePosixPath(path).name, pattern)

    @property
    def names_one_file(self) -> bool:
        """Whether the pattern is a plain name, so that every column it pins must be there."""
        return not set(self.file) & set("*?[")


class ColumnPins(_Strict):
    """Everything that an office has pinned; empty where it has no such file."""

    tables: tuple[TablePins, ...] = ()

    @classmethod
    def load(cls, config: Path | None = None, policy: str = "") -> Self:
        """Return the pins of the first folder that has any (see :func:`pins_file`).

        Raises:
            PolicyError: the file is wrong; the error names file, line and key.
        """
        path = pins_file(config, policy)
        if path is None:
            return cls()
        marked = read_marked(path)
        if not isinstance(marked.data, dict):
            raise marked.error((), "the file is a list of keys and values", "begin with: tables:")
        try:
            return cls.model_validate(marked.data)
        except ValidationError as problem:
            raise next(validation_faults(problem, marked, cls)) from None

    def laid_on(self, name: str, header: Sequence[str], classes: Sequence[ColumnClass]) -> tuple[ColumnClass, ...]:
        """Return the classes of the columns of the table ``name`` as the office has pinned them.

        Raises:
            UnreadableSource: a pin for this very file names a column that it does not have.
        """
        tables = [table for table in self.tables if table.fits(name)]
        for table in tables:
            for pin in table.columns:
                if table.names_one_file and not any(pin.names(each.index, header) for each in classes):
                    what = f"{FILE} pins a column that this table does not have"
                    raise UnreadableSource(name, what, "compare its header row with the file")
        pins = [pin for table in tables for pin in table.columns]
        return tuple(
            next((pin.laid_on(each) for pin in pins if pin.names(each.index, header)), each) for each in classes
        )

    def clears_distribution_list(self, name: str) -> bool:
        """Return whether the officer has cleared the table ``name`` as a distribution list (the first word counts)."""
        said = (table.distribution_list for table in self.tables if table.fits(name) and table.distribution_list)
        return next(said, None) == "cleared"


def pins_file(config: Path | None = None, policy: str = "") -> Path | None:
    """Return the pins that count: in ``--config``, beside the policy, or in the user's folder; None where none are."""
    beside = [Path(policy).absolute().parent] if policy else []
    folders = [*([config] if config is not None else []), *beside, *config_folders()]
    return next((each / FILE for each in folders if (each / FILE).is_file()), None)
