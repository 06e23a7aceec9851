"""Builds by dbt, each in a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


class BuildError(RuntimeError):
    """dbt could not build; the message gives its words, and where its log is."""


@dataclass(frozen=True)
class Builds:
    """Builds of one project with one set of variables.

    Attributes:
        project: the folder of dbt_project.yml and profiles.yml.
        folder: where dbt puts its log and its target.
        variables: as with `dbt build --vars`.
    """

    project: Path
    folder: Path
    variables: dict[str, Any]

    def build(
        self,
        database: Path,
        selection: str,
        *,
        as_of: datetime | None = None,
        raw_dir: Path | None = None,
    ) -> None:
        """Builds a selection of the project, without tests.

        Args:
            database: the DuckDB file, which is made if need be.
            selection: as with `dbt build --select`.
            as_of: the moment; None for the latest fact in the inputs.
            raw_dir: the folder of input files; None for that of the last build.

        Raises:
            BuildError: something could not be built.
        """
        moment = {"as_of": as_of.isoformat(sep=" ")} if as_of else {}
        logs = self.folder / "logs"
        command = [
            str(Path(sys.executable).with_name("dbt")),
            *("build", "--quiet", "--no-use-colors", "--select", selection),
            *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
            *("--vars", json.dumps(self.variables | moment)),
            *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
            *("--target-path", str(self.folder / "target"), "--log-path", str(logs)),
        ]
        done = subprocess.run(  # noqa: S603 (no shell, and no words of a stranger's)
            command,
            env=os.environ
            | {
                "LEADHOUSE_DATABASE": str(database.resolve()),
                "LEADHOUSE_RAW_DIR": str(raw_dir.resolve()) if raw_dir else "",
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            what = f"what was known at {as_of}" if as_of else database
            raise BuildError(
                f"dbt could not build {what}; its log is {logs / 'dbt.log'}.\n{done.stdout.strip()}"
            )
