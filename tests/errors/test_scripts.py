"""What the scripts say that cannot do what they are asked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROJECT


def run(
    script: str, folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess:
    """Runs a line of bash in a folder."""
    return subprocess.run(
        ["bash", "-c", f'{script} "$@"', "bash", *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["--raw-dir"], ["--raw-dir", ""]])
def test_a_build_without_the_folder_that_it_is_to_have(tmp_path: Path, arguments: list) -> None:
    scripts = shutil.copytree(PROJECT / "scripts", tmp_path / "scripts")
    (scripts / "environment").write_text("")  # which would make .venv
    done = run("scripts/build", tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr == "--raw-dir wants a folder: scripts/build --raw-dir FOLDER\n"


@pytest.mark.parametrize("python", ["nowhere/python3", "old/python3"])
def test_a_python_that_is_too_old_or_missing(tmp_path: Path, python: str) -> None:
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / "old").mkdir()
    old = tmp_path / "old" / "python3"
    old.write_text("#!/bin/sh\n[ $1 = --version ] && echo Python 3.9.2 || exit 1\n")
    old.chmod(0o755)
    done = run(f". {PROJECT}/scripts/environment", tmp_path, PYTHON=str(tmp_path / python))
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Leadhouse needs Python 3.11 or later; '{tmp_path / python}' is "
    )
    assert "Install it, or name another with PYTHON=/path/to/python3." in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("user", "sentence"),
    [
        ("1000", "PostgreSQL is missing, and only root on Debian can install it here: the tests"),
        ("0", "PostgreSQL could not be installed: the tests that need it are skipped."),
    ],
)
def test_postgresql_that_is_missing_fails_no_test(tmp_path: Path, user: str, sentence: str) -> None:
    script = (PROJECT / "scripts" / "postgres").read_text()
    (tmp_path / "postgres").write_text(script.replace("/usr/lib/postgresql", str(tmp_path)))
    for name, does in {"id": f"echo {user}", "apt-get": "exit 100"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    done = run("/bin/bash ./postgres", tmp_path, PATH=f"{tmp_path}:/bin")
    assert done.returncode == 0
    assert sentence in done.stderr
