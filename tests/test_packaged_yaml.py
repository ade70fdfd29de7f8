"""YAML that came with the installation is read by a faster reader than the office's own, with the same result."""

from __future__ import annotations

import pytest
import yaml

from pipeline.errors import PolicyError
from pipeline.policy.marked_yaml import read_marked
from recognizers.resources import came_with, packaged_configs, read_yaml, read_yaml_strings

FILES = sorted(packaged_configs().rglob("*.yaml"))


def read(path, content=None):
    """Return what a file says with its lines, or what is wrong with it."""
    try:
        return repr(read_marked(path, content))
    except PolicyError as error:
        return str(error)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_both_readers_say_the_same(path):
    """Words, numbers, truth values, dates, and the line of every key."""
    text = path.read_text(encoding="utf-8")
    assert repr(read_yaml(path)) == repr(yaml.load(text, Loader=yaml.SafeLoader))
    assert repr(read_yaml_strings(path)) == repr(yaml.load(text, Loader=yaml.BaseLoader))
    assert read(path) == read(path, path.read_bytes())


def test_a_file_of_the_office_nested_without_end_is_an_error_and_ends_no_process(tmp_path):
    """Such a file overflows the stack of the faster reader."""
    path = tmp_path / "columns.yaml"
    path.write_text("[" * 200_000 + "]" * 200_000)
    assert not came_with(path)
    assert came_with(FILES[0])
    with pytest.raises(RecursionError):
        read_yaml(path)
    with pytest.raises(PolicyError, match="not valid YAML"):
        read_marked(path)
