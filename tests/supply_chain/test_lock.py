"""All that is installed is in the lock, with its hash and a licence that lets it be sold."""

import re
from importlib.metadata import Distribution, distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PROJECT

LOCK = (PROJECT / "requirements.lock").read_text()
# This project, and what Python's own venv puts in before anything is installed.
NOT_LOCKED = {"leadhouse", "pip", "setuptools"}
PERMISSIVE = re.compile(
    r"\b(0BSD|Apache|Artistic|BSD|ISC|LGPL|MIT|MPL|Mozilla|PSF|Python Software Foundation)\b"
)
RESTRICTED = re.compile(
    r"AGPL|Affero|BUSL|Business Source|CC-BY-NC|Commons Clause|Elastic License|Non-?commercial"
    r"|PolyForm|Proprietary|SSPL|Server Side Public",
    re.IGNORECASE,
)


def locked() -> dict[str, tuple[Requirement, list[str]]]:
    """The requirements of the lock by name (under a marker each, some twice), and their hashes."""
    entries: dict[str, tuple[Requirement, list[str]]] = {}
    for entry in re.split(r"\n(?=\S)", LOCK.replace("\\\n", " ")):
        text, *hashes = re.split(r"\s+--hash=", entry.split(" #")[0].strip())
        if not text.startswith("#"):
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate():
                entries[canonicalize_name(requirement.name)] = requirement, hashes
    return entries


def licences(distribution: Distribution) -> list[str]:
    """What a package says of its licence, in one of three places; of a text the first line."""
    told = distribution.metadata
    classifiers = [c for c in told.get_all("Classifier", []) if c.startswith("License ::")]
    texts = [told.get("License-Expression"), (told.get("License") or "").strip(), *classifiers]
    return [text.splitlines()[0] for text in texts if text]


def lets_it_be_sold(told: list[str]) -> bool:
    """Whether a licence is known to allow that, and none forbids it."""
    return any(map(PERMISSIVE.search, told)) and not any(map(RESTRICTED.search, told))


def installed() -> list[Distribution]:
    found = {canonicalize_name(one.metadata["Name"]): one for one in distributions()}
    return [one for name, one in sorted(found.items()) if name not in NOT_LOCKED]


def test_each_package_of_the_lock_is_pinned_and_hashed() -> None:
    assert len(locked()) > 50
    for requirement, hashes in locked().values():
        [specifier] = requirement.specifier
        assert specifier.operator == "==", requirement
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


def test_no_package_is_installed_that_the_lock_does_not_name() -> None:
    versions = {name: str(requirement.specifier) for name, (requirement, _) in locked().items()}
    outside = {
        one.metadata["Name"]: one.version
        for one in installed()
        if versions.get(canonicalize_name(one.metadata["Name"])) != f"=={one.version}"
    }
    assert outside == {}, "scripts/lock resolves the lock anew"


def test_each_package_has_a_licence_that_lets_it_be_sold() -> None:
    told = {one.metadata["Name"]: licences(one) for one in installed()}
    assert {name: texts for name, texts in told.items() if not lets_it_be_sold(texts)} == {}


@pytest.mark.parametrize(
    "told",
    [
        [],
        ["Proprietary"],
        ["CC-BY-NC-4.0"],
        ["BUSL-1.1"],
        ["Apache-2.0 WITH Commons Clause"],
        ["License :: Free for non-commercial use"],
        ["MIT", "License :: Other/Proprietary License"],
    ],
)
def test_a_licence_that_does_not_is_noticed(told: list[str]) -> None:
    assert not lets_it_be_sold(told)
