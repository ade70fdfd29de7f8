"""Where configuration files are found: ``--config DIR`` first, the user's folder, then the packaged ones."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from pipeline.errors import ConfigError
from recognizers.resources import packaged_configs


def user_config_folder() -> Path:
    """Return the office's own configuration folder (``RELEASABLE_CONFIG`` overrides it)."""
    return Path(os.environ.get("RELEASABLE_CONFIG") or platformdirs.user_config_dir("releasable", appauthor=False))


def state_folder() -> Path:
    """Return the folder for keys and working files of this user (``RELEASABLE_STATE`` overrides it)."""
    return Path(os.environ.get("RELEASABLE_STATE") or platformdirs.user_state_dir("releasable", appauthor=False))


def config_folders(config: Path | None = None) -> list[Path]:
    """Return the folders searched for a configuration file, the first found wins."""
    return [folder for folder in (config, user_config_folder(), packaged_configs()) if folder is not None]


def config_file(name: str, config: Path | None = None) -> Path:
    """Return the path of the configuration file ``name`` (such as ``officials.csv``).

    Raises:
        ConfigError: no folder has it.
    """
    for folder in config_folders(config):
        if (folder / name).is_file():
            return folder / name
    raise ConfigError(name, "no such configuration file", "give its folder with --config DIR")
