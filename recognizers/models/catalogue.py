"""What ``configs/models.yaml`` says about each model: where it comes from and which bytes it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from recognizers.errors import ModelConfigError
from recognizers.resources import packaged_configs, read_yaml


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in path:
        raise ValueError("must be a relative path with forward slashes and no '..'")
    return path


RelativePath = Annotated[str, AfterValidator(_inside)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelFile(_Entry):
    """One file of a model: its path below the model's folder, size in bytes and sha256."""

    path: RelativePath
    size: int = Field(ge=0)
    sha256: Sha256


class DerivedFile(ModelFile):
    """A file made from another of the model's files by a named method (``int8``)."""

    made_from: RelativePath
    method: str


class Archive(_Entry):
    """The wheel that carries a model; ``root`` is the folder inside it that holds the files."""

    package: str
    version: str
    filename: RelativePath
    python: str
    size: int = Field(gt=0)
    sha256: Sha256
    root: RelativePath


class Model(_Entry):
    """A model: the archive it comes in, whose work it is, and the files that are kept of it."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    version: str
    licence: str
    attribution: str
    source: str
    archive: Archive
    files: tuple[ModelFile, ...]
    derived: tuple[DerivedFile, ...] = ()

    @property
    def folder(self) -> str:
        """Return the name of the model's folder below the models folder."""
        return f"{self.name}-{self.version}"


class _Catalogue(_Entry):
    models: tuple[Model, ...]


@cache
def catalogue(path: Path | None = None) -> tuple[Model, ...]:
    """Return the models of ``path`` (default: the packaged ``models.yaml``).

    Raises:
        ModelConfigError: the file is missing or says something that is not understood.
    """
    path = path or packaged_configs() / "models.yaml"
    try:
        return _Catalogue.model_validate(read_yaml(path)).models
    except (OSError, yaml.YAMLError) as error:
        raise ModelConfigError(
            path.name, f"cannot be read ({type(error).__name__})", "install releasable again"
        ) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ModelConfigError(f"{path.name}: {key}", first["msg"], "install releasable again") from None


def model(name: str, path: Path | None = None) -> Model:
    """Return the model called ``name``.

    Raises:
        ModelConfigError: no such model.
    """
    for entry in catalogue(path):
        if entry.name == name:
            return entry
    raise ModelConfigError("models.yaml", f"no model called {name}", "see `releasable models list`")


def download_size(path: Path | None = None) -> int:
    """Return how many bytes an installation of every model downloads."""
    return sum(entry.archive.size for entry in catalogue(path))
