"""Destinations are found by name, a user's own like Leadhouse's."""

import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from leadhouse.syncing.destinations import GROUP, make_destination
from leadhouse.syncing.settings import SettingsError

OWN = """
class Own:
    name, batch_size, parallel_calls = "own", 10, 1
"""


def test_those_of_leadhouse_are_there() -> None:
    known = entry_points(group=GROUP)
    assert known.names >= {"csv", "hubspot", "mailchimp", "salesforce", "webhook"}
    assert all(callable(point.load()) for point in known)


def test_a_name_that_is_none_is_answered_with_those_that_are() -> None:
    with pytest.raises(SettingsError, match=r"no destination 'hubsport'; there are .*hubspot"):
        make_destination("hubsport")


def test_an_own_destination_is_named_by_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = tmp_path / "our_crm-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: our_crm\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\nown = our_crm:Own\n")
    (tmp_path / "our_crm.py").write_text(OWN)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert make_destination("own").batch_size == 10
