"""Names that say something else than the content: reported, never believed. Words only, nothing of the file itself."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from recognizers.resources import packaged_configs, read_yaml


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(packaged_configs() / "file_names.yaml")
    return data


def ending_of(name: str) -> str:
    """Return the ending of a file's name (``.docx``), "" where it is none that says of what kind a file is."""
    ending, known = PurePosixPath(name).suffix, _vocabulary()
    is_known = ending.lower() in known["endings"] or ending.lower() in known["other_endings"].split()
    return ending if is_known and name.endswith(ending) else ""


def disagreement(head: bytes, name: str, format_name: str) -> str:
    """Return in what a file's name and its content disagree, in plain words, or "".

    Args:
        head: the first bytes of the file.
        name: its name; only an ending that is known says anything.
        format_name: the format that reads it, "" where none does.
    """
    known = _vocabulary()
    ending = PurePosixPath(name).suffix.lower()
    said = known["endings"].get(ending)
    if said is None:
        return ""
    if format_name:
        found = "" if format_name in said["formats"] else str(known["formats"].get(format_name, format_name))
    else:
        signs = (each for sign, each in known["signatures"].items() if head.startswith(bytes.fromhex(sign)))
        sign = next(signs, None)
        found = str(sign["words"]) if sign is not None and ending not in sign["endings"] else ""
    return f"its name ends in {ending} ({said['words']}), and its content is {found}" if found else ""


def unread_kind(head: bytes) -> str:
    """Return what a file is that no format reads, and what to do with it, from its first bytes, in plain words.

    The words are those of ``configs/file_names.yaml``; nothing of the file is among them.
    """
    for each in _vocabulary()["unread"]:
        begins = each.get("begins", [""])
        signs = [sign.encode("ascii") for sign in each.get("holds", [])]
        signs += [sign.encode("utf-16-le") for sign in each.get("wide", [])]
        enough = all if each.get("all") else any
        if head.startswith(tuple(bytes.fromhex(one) for one in begins)) and (
            not signs or enough(sign in head for sign in signs)
        ):
            return f"it is {each['words']}, which is not read here: {each['remedy']}"
    return "no format that can be read claims this file: save it in a format that is read, or release it by hand"
