"""Who runs a build, where, and with which versions of what scores depend on."""

import platform
import socket
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from leadhouse import __version__
from leadhouse.account import account_name

_LIBRARIES = ("duckdb", "lightgbm", "onnxruntime")


def surroundings() -> dict[str, str]:
    """Account, host, and a version for each library that a score depends on."""
    return {
        "account_name": account_name(),
        "host_name": socket.gethostname(),
        "leadhouse_version": __version__,
        "python_version": platform.python_version(),
        **{f"{library}_version": version(library) for library in _LIBRARIES},
    }


def declared_variables(project: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the variables given that dbt_project.yml declares.

    Nothing reads the others, and nobody knows what is in them.
    """
    declared = yaml.safe_load((project / "dbt_project.yml").read_text()).get("vars") or {}
    return {name: value for name, value in given.items() if name in declared}
