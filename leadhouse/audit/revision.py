"""Which commit a project is at, and whether its files are those of the commit."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS_TO_ANSWER = 10


@dataclass(frozen=True)
class Revision:
    """What git says of a project.

    Attributes:
        commit: its name in hexadecimal digits; None outside git, without git, before the first
            commit, and where the project is not in the repository that its folder lies in.
        is_changed: whether files below the project's folder differ from the commit or are new to
            it, but for those that .gitignore names; None where there is no commit.
    """

    commit: str | None = None
    is_changed: bool | None = None


def revision(project: Path) -> Revision:
    """The revision of the project in a folder; git is asked, and need not be there."""
    if not _git(project, "ls-files", "--", "dbt_project.yml"):
        return Revision()
    status = _git(project, "status", "--porcelain=v2", "--branch", "--", ".") or ""
    facts = [line for line in status.splitlines() if line.startswith("# branch.oid ")]
    commit = facts[0].split()[-1] if facts else "(initial)"
    if commit == "(initial)":
        return Revision()
    changes = [line for line in status.splitlines() if not line.startswith("#")]
    return Revision(commit, bool(changes))


def _git(project: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 (no shell, and no words of a stranger's)
            ["git", "-C", str(project), *arguments],  # noqa: S607 (the user's own git)
            # Without this, a look takes a lock, and might be in the way of the user's own git.
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            text=True,
            timeout=_SECONDS_TO_ANSWER,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
