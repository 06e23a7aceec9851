"""Nothing that is read can turn into code: no pickle, no eval, no unsafe YAML, whatever is excused.

The project's own rules for ruff say so of each line; here they hold for lines that ask to be
excused, and for the Python models, which ruff otherwise leaves alone.
"""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import BIN, PROJECT

RULES = "S102,S301,S302,S307,S506,TID251"
OWN = [*PROJECT.glob("leadhouse/**/*.py"), *PROJECT.glob("python_models/*.py")]


def ruff(*files: Path) -> str:
    config = ("--config", PROJECT / "pyproject.toml")
    done = subprocess.run(
        [BIN / "ruff", "check", *config, "--select", RULES, "--ignore-noqa", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_our_own_code_makes_no_code_of_data() -> None:
    assert len(OWN) > 100
    assert ruff(*OWN) == ""


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("eval('1')", "S307"),
        ("exec('1')", "S102"),
        ("import pickle", "TID251"),
        ("from pickle import loads", "TID251"),
        ("import marshal", "TID251"),
        ("import joblib", "TID251"),
        ("from importlib import import_module", "TID251"),
        ("import yaml\n\nyaml.load('', yaml.Loader)", "S506"),
    ],
)
def test_the_rules_find_what_they_forbid(tmp_path: Path, code: str, rule: str) -> None:
    file = tmp_path / "own.py"
    file.write_text(f"{code}  # noqa\n")
    assert rule in ruff(file)
