"""Where a case may lie: in a folder of its owner, never on portable devices or where others can read.

MCA 2-6-1502(2)(f) asks agencies to eliminate the unnecessary storage of personal information on portable devices. A
case holds no value, but it says where values are.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError
from pipeline.resources import state_folder

_FOREIGN: Final = frozenset({"vfat", "exfat", "msdos", "fat32", "fat", "iso9660", "udf", "fuseblk"})
"""File systems of sticks, cards and discs; they keep no permissions either."""
_MOUNTED_BY_HAND: Final = ("/media/", "/run/media/", "/Volumes/")
_ADVICE: Final = "choose a folder on the disk of this computer that only you can read"
_BLOCKS: Final = Path("/sys/class/block")


class UnfitPlace(UsageError):
    """A case must not lie there."""


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a file system is mounted: device, mount point, type, options."""

    device: str
    point: str
    kind: str
    options: str = ""


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can enter, where it is not there, and see that it is one.

    Raises:
        UnfitPlace: it is a link, on a portable device, open to others, or would hold its own key.
    """
    check_place(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnfitPlace(str(folder), f"the folder cannot be made ({error.strerror})", _ADVICE) from None
    check_private(folder)


def check_place(folder: Path, mounts: Sequence[Mount] | None = None, blocks: Path = _BLOCKS) -> None:
    """See that a folder, made or not, lies on no portable device and not around the keys (raises UnfitPlace)."""
    real = folder.absolute().resolve()
    if state_folder().absolute().resolve().is_relative_to(real):
        raise UnfitPlace(str(folder), "the keys of this user lie inside it", "a key never lies beside its digests")
    mount = _mount_of(real, _mounts() if mounts is None else mounts)
    if mount is not None and is_portable(mount, blocks):
        raise UnfitPlace(str(folder), "it lies on a portable device (MCA 2-6-1502)", _ADVICE)


def check_private(folder: Path) -> None:
    """See that a folder is a folder that nobody but its owner can enter (raises UnfitPlace)."""
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode):
        raise UnfitPlace(str(folder), "it is no folder", _ADVICE)
    if os.name == "posix" and about.st_mode & 0o077:
        raise UnfitPlace(
            str(folder), "others than its owner can read it", f"make it private (chmod 700 {folder}), or {_ADVICE}"
        )
    if hasattr(os, "getuid") and about.st_uid != os.getuid():
        raise UnfitPlace(str(folder), "it belongs to another user", _ADVICE)


def is_portable(mount: Mount, blocks: Path = _BLOCKS) -> bool:
    """Return whether a mount is a stick, a card, a disc or another device that is carried about."""
    if mount.kind.lower() in _FOREIGN or "removable" in mount.options or "cdrom" in mount.options:
        return True
    if f"{mount.point}/".startswith(_MOUNTED_BY_HAND) and mount.point != "/":
        return True
    name = Path(os.path.realpath(mount.device)).name if mount.device.startswith("/dev/") else ""
    disk = re.sub(r"(?<=\d)p\d+$|(?<=[a-z])\d+$", "", name)
    return any(_reads_one(blocks / each / "removable") for each in {name, disk} - {""})


def _reads_one(path: Path) -> bool:
    try:
        return path.read_text(encoding="ascii").strip() == "1"
    except (OSError, ValueError):
        return False


def _mounts() -> list[Mount]:
    import psutil  # noqa: PLC0415 - only where a case is opened

    return [Mount(each.device, each.mountpoint, each.fstype, each.opts) for each in psutil.disk_partitions(all=True)]


def _mount_of(folder: Path, mounts: Sequence[Mount]) -> Mount | None:
    holding = [each for each in mounts if folder.is_relative_to(each.point)]
    return max(holding, key=lambda each: len(each.point), default=None)
