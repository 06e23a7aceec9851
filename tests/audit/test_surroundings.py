"""What is noted of who runs a build, and from which code."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from leadhouse.audit.functions import run_surroundings
from leadhouse.audit.revision import Revision, revision


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    done = subprocess.run(
        ["git", "-C", folder, *identity, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder of a repository, committed."""
    folder = tmp_path / "repository" / "leadhouse"
    folder.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("vars: {seed: 0, as_of: ''}\n")
    (folder / ".gitignore").write_text("target\n")
    git(folder.parent, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Everything")
    return folder


def test_the_commit_and_whether_files_differ_from_it(project: Path) -> None:
    commit = git(project, "rev-parse", "HEAD")
    assert revision(project) == Revision(commit, is_changed=False)
    # What git is told to ignore, and what is not of the project, is no change of it.
    (project / "target").mkdir()
    (project / "target" / "manifest.json").touch()
    (project.parent / "of_another").touch()
    assert revision(project) == Revision(commit, is_changed=False)
    (project / "new.sql").touch()
    assert revision(project) == Revision(commit, is_changed=True)
    (project / "new.sql").unlink()
    (project / "dbt_project.yml").write_text("vars: {}\n")
    assert revision(project) == Revision(commit, is_changed=True)


def test_no_revision_where_there_is_none(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert revision(outside) == Revision()
    # A project that was unpacked within somebody's repository, and is not of it.
    unpacked = project.parent / "unpacked"
    unpacked.mkdir()
    (unpacked / "dbt_project.yml").touch()
    assert revision(unpacked) == Revision()
    git(outside, "init", "--quiet")
    (outside / "dbt_project.yml").touch()
    git(outside, "add", ".")
    assert revision(outside) == Revision()  # before the first commit
    monkeypatch.setenv("PATH", str(tmp_path))
    assert revision(project) == Revision()  # without git


def test_who_runs_it_is_not_what_the_environment_says(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME", "USERNAME", "LNAME"):
        monkeypatch.setenv(name, "somebody else")
    noted = json.loads(run_surroundings(json.dumps({"project": str(project), "variables": "{}"})))
    account = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True)
    assert noted["account_name"] == account.stdout.strip()
    assert noted["variables"] is None
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    noted = json.loads(run_surroundings(json.dumps({"project": str(project), "variables": "{}"})))
    assert noted["account_name"] == "uid 4000000"


def test_only_variables_of_the_project_are_noted(project: Path) -> None:
    given = "{seed: 3, as_of: 2025-03-31, password: open sesame}"
    noted = run_surroundings(json.dumps({"project": str(project), "variables": given}))
    assert json.loads(json.loads(noted)["variables"]) == {"seed": 3, "as_of": "2025-03-31"}
    assert "open sesame" not in noted
