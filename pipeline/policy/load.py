"""Finds and reads policy files. Every error says file, line and key."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError

from pipeline.errors import PolicyError
from pipeline.policy.extend import extended, whole
from pipeline.policy.marked_yaml import Location, Marked, read_bytes, read_marked
from pipeline.policy.schema import Policy
from pipeline.resources import config_folders

__all__ = ["faults_of", "find", "load", "packs", "read_policy", "validation_faults"]

_FOLDER = "policies"


def packs(config: Path | None = None) -> dict[str, Path]:
    """Return the policies that can be named, name to file; an office's own file hides a shipped one."""
    found: dict[str, Path] = {}
    for folder in config_folders(config):
        for path in sorted((folder / _FOLDER).glob("*.yaml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def find(name_or_path: str | Path, config: Path | None = None) -> Path:
    """Return the file of a policy, given its name or its path.

    Raises:
        PolicyError: there is no such policy.
    """
    text = str(name_or_path)
    known = packs(config)
    if isinstance(name_or_path, str) and text in known:
        return known[text]
    path = Path(name_or_path)
    if path.is_file():
        return path
    listed = ", ".join(known) or "none"
    if path.suffix or path.parent != Path():
        raise PolicyError(text, "there is no such policy file", f"check the path, or name one of: {listed}")
    close = difflib.get_close_matches(text, known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    raise PolicyError(f"policy {text}", "unknown policy", f"{hint}policies: {listed}; or give the path of a file")


def load(name_or_path: str | Path, config: Path | None = None) -> Policy:
    """Return a policy, checked.

    Args:
        name_or_path: the name of a pack (``montana``) or the path of a file.
        config: a folder with ``policies/`` that goes before the user's and the shipped ones.

    Raises:
        PolicyError: there is no such policy, or something in it is wrong (the first fault is named).
    """
    policy, faults = faults_of(find(name_or_path, config), config)
    if policy is None or faults:
        first = faults[0]
        more = f" ({len(faults) - 1} more: releasable policy check lists them all)" if len(faults) > 1 else ""
        raise PolicyError(first.where, first.what, first.remedy + more)
    return policy


def faults_of(path: Path, config: Path | None = None) -> tuple[Policy | None, list[PolicyError]]:
    """Return the policy in a file, where it can be read, and everything that makes it unfit for use."""
    try:
        content = read_bytes(path)
        marked = read_policy(path, config)
    except PolicyError as fault:
        return None, [fault]
    try:
        policy = Policy.model_validate(marked.data)
    except ValidationError as problem:
        return None, list(validation_faults(problem, marked, Policy))
    if marked.homes:
        content = whole(marked)
    policy._sha256 = hashlib.sha256(content).hexdigest()  # noqa: SLF001 -- loading is what gives a policy its file
    policy._content = content  # noqa: SLF001 -- the same
    return policy, [marked.error(at, what, remedy) for at, what, remedy in policy.faults()]


def read_policy(path: Path, config: Path | None = None) -> Marked:
    """Return the keys of a policy file, with those of the policy that it extends.

    Raises:
        PolicyError: a file cannot be read, is no policy, or extends none that there is.
    """
    chain = [_mapping(path)]
    while "extends" in chain[-1].data:
        base = chain[-1].data["extends"]
        if not isinstance(base, str):
            raise chain[-1].error(("extends",), "it extends one policy", "give one name, or a file's path")
        beside = chain[-1].path.parent / base
        try:
            found = beside if beside.is_file() else find(base, config)
        except PolicyError as fault:
            raise chain[-1].error(("extends",), fault.what, fault.remedy) from None
        if found.resolve() in {each.path.resolve() for each in chain}:
            raise chain[-1].error(("extends",), "a policy cannot extend itself", "give your own file a name of its own")
        chain.append(_mapping(found))
    marked = chain.pop()
    while chain:
        marked = extended(marked, chain.pop())
    return marked


def _mapping(path: Path) -> Marked:
    marked = read_marked(path)
    if not isinstance(marked.data, dict):
        raise marked.error((), "a policy is a list of keys and values", "start from a copy of a shipped policy")
    return marked


def validation_faults(problem: ValidationError, marked: Marked, top: type[BaseModel]) -> Iterator[PolicyError]:
    """Yield what pydantic found wrong as errors with file, line and key, without what was written."""
    seen: set[tuple[int, str]] = set()
    errors = problem.errors(include_input=False, include_url=False, include_context=False)
    for found in sorted(errors, key=lambda error: error["type"] != "extra_forbidden"):  # a misspelt key is also missing
        at = _in_file(found["loc"], marked)
        what, remedy = _plain(found["type"], found["msg"], found["loc"], top)
        named = marked.error(found["loc"] if found["type"] == "missing" else at, what, remedy)
        if (marked.line(at), what) not in seen:
            seen.add((marked.line(at), what))
            yield named


def _in_file(loc: tuple[int | str, ...], marked: Marked) -> Location:
    """Return the part of pydantic's location that the file has (it adds names of its own types)."""
    at: Location = ()
    for step in loc:
        if (*at, step) not in marked.lines:
            break
        at = (*at, step)
    return at


def _plain(kind: str, message: str, loc: tuple[int | str, ...], top: type[BaseModel]) -> tuple[str, str]:
    """Return what is wrong in plain words, and what to do about it."""
    if kind == "extra_forbidden":
        known = _keys_at(top, loc[:-1])
        close = difflib.get_close_matches(str(loc[-1]), known, n=1)
        return "unknown key", f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
    if kind == "missing":
        return "this key is missing", "add it"
    if kind == "string_pattern_mismatch":
        return "this is not written as it should be", "use lower-case letters, digits and _ (rule ids: MT-NAME)"
    if kind == "string_type":
        return "this should be a text", "put it in quotes"
    words = message.removeprefix("Value error, ")
    return words[:1].lower() + words[1:], ""


def _keys_at(top: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the model at a location knows."""
    model = top
    for step in loc:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        if field is not None:
            model = next(_models_in(field.annotation), model)
    return list(model.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
