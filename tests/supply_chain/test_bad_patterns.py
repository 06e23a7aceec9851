"""Patterns that are known to be bad do not get into the code: ruff's S rules, as configured.

(Those that make code of data are in tests/scoring/test_no_code_from_data.py.)
"""

import subprocess

import pytest

from tests.conftest import BIN, PROJECT

RUFF = [BIN / "ruff", "check", "--no-cache", "--output-format", "concise"]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("import subprocess\n\nsubprocess.run('ls', shell=True)\n", "S602"),
        ("import httpx\n\nhttpx.get('https://x.example', verify=False)\n", "S501"),
        ("import hashlib\n\nhashlib.md5(b'')\n", "S324"),
        ("PASSWORD = 'hunter2'\n", "S105"),
        ("print('select ' + input() + ' from t')\n", "S608"),
    ],
)
def test_they_are_refused_in_the_library(code: str, rule: str) -> None:
    done = subprocess.run(
        [*RUFF, "--stdin-filename", "leadhouse/some.py", "-"],
        cwd=PROJECT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f" {rule} " in done.stdout


def test_there_are_none_in_the_python_models_either() -> None:
    """Which the configuration leaves out, as dbt gives them their form."""
    done = subprocess.run(
        [*RUFF, "--isolated", "--select", "S", "python_models"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
