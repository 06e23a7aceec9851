"""The function that macros call: `leadhouse_run_surroundings`."""

import json
from pathlib import Path

import yaml
from duckdb import DuckDBPyConnection
from duckdb.sqltypes import VARCHAR

from leadhouse.audit.revision import revision
from leadhouse.audit.surroundings import declared_variables, surroundings


def register(connection: DuckDBPyConnection) -> None:
    """Teaches a database `leadhouse_run_surroundings(varchar)`, which takes and gives JSON.

    It takes `project` (its folder) and `variables` (those given on the command line, as YAML, for
    it may hold dates), and gives what `surroundings` does, `variables` as JSON (null for none),
    `git_revision` and `is_project_changed`.
    """
    connection.create_function(
        "leadhouse_run_surroundings", run_surroundings, [VARCHAR], VARCHAR, side_effects=True
    )


def run_surroundings(request: str) -> str:
    """See `register`."""
    asked = json.loads(request)
    project = Path(asked["project"])
    found = revision(project)
    given = yaml.safe_load(asked["variables"])
    variables = declared_variables(project, given) if given else {}
    return json.dumps(
        surroundings()
        | {
            "variables": json.dumps(variables, default=str) if variables else None,
            "git_revision": found.commit,
            "is_project_changed": found.is_changed,
        }
    )
