"""What a backtest is asked to do: which moments, of which inputs, in which configuration."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import leadhouse

# What a prediction depends on beside the inputs: the project's SQL, Python, seeds and settings.
_CODE = ("dbt_project.yml", "requirements.lock", "macros", "models", "python_models", "seeds")
_ENDINGS = (".sql", ".py", ".yml", ".csv", ".lock")
# The backtest sets these itself.
_OWN_VARIABLES = ("as_of", "raw_dir", "raw_schema")


class PlanError(ValueError):
    """A backtest cannot be run as asked; the message is a sentence that says why."""


@dataclass(frozen=True)
class Plan:
    """The moments from `start` on, `every_days` apart, none of them later than `end`.

    Attributes:
        database: the warehouse that is to hold the predictions; a build has made it.
        raw_dir: the folder of its input files.
        start: the first moment, UTC.
        end: no moment is later, UTC.
        every_days: between two moments.
        variables: of dbt, as with `dbt build --vars`.

    Raises:
        PlanError: these contradict each other.
    """

    database: Path
    raw_dir: Path
    start: datetime
    end: datetime
    every_days: int
    variables: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise PlanError(f"--from ({self.start}) is later than --to ({self.end}).")
        if self.every_days < 1:
            raise PlanError(f"--every is a number of days of at least 1, not {self.every_days}.")
        if not self.raw_dir.is_dir():
            raise PlanError(f"There is no folder {self.raw_dir} of input files (--raw-dir).")
        for name in _OWN_VARIABLES:
            if name in self.variables:
                raise PlanError(f"--vars may not name {name}: the backtest sets it itself.")
        if not (self.project / "dbt_project.yml").is_file():
            raise PlanError(f"Leadhouse is installed apart from its dbt project ({self.project}).")

    @property
    def project(self) -> Path:
        """The folder of the dbt project."""
        return Path(leadhouse.__file__).parents[1]

    @property
    def folder(self) -> Path:
        """Where the backtest builds: a warehouse of its own beside the database."""
        return self.database.with_name(f"{self.database.name}.backtest")

    @property
    def moments(self) -> list[datetime]:
        """The moments, the earliest first; at least one."""
        count = (self.end - self.start) // timedelta(days=self.every_days) + 1
        return [self.start + timedelta(days=self.every_days * step) for step in range(count)]

    @cached_property
    def configuration(self) -> str:
        """Digits that change with all that a moment's predictions depend on, less its facts.

        The earlier moments are among that: the models trained there may score still. `end` is not,
        so a finished backtest can go on.
        """
        asked = [
            str(self.raw_dir.resolve()),
            self.start.isoformat(),
            self.every_days,
            self.variables,
        ]
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode())
        for root in (*_CODE, leadhouse.__name__):
            path = self.project / root
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.suffix in _ENDINGS:
                    digest.update(str(file.relative_to(self.project)).encode())
                    digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()[:12]
